"""Where texts of other records still name somebody: notes, words of plays, saved segments."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.tables import TABLES, metadata
from crm_core.model.entities import Entity, Kind
from crm_core.model.registry import ENTITIES

LONG = 5  # a shorter text stands in others by chance
WORDS = (Kind.TEXT, Kind.NOTE, Kind.NAME, Kind.TAGS, Kind.EMAIL, Kind.PHONE)


def mentions(connection: Connection, needles: Collection[str]) -> dict[str, int]:
    """By entity how many records hold one of these texts; records of nobody's purchases among them."""
    wanted = [text for text in needles if len(text) >= LONG]
    found = {}
    for entity in ENTITIES.values():
        texts = [TABLES[entity.name].c[name] for name in _columns(entity)]
        said = [column.contains(text, autoescape=True) for column in texts for text in wanted]
        if said:
            counted = sa.select(sa.func.count()).select_from(metadata.tables[TABLES[entity.name].name])
            found[entity.name] = connection.scalar(counted.where(sa.or_(*said))) or 0
    return {name: count for name, count in found.items() if count}


def _columns(entity: Entity) -> list[str]:
    """Of lines, which may be millions, what somebody wrote; of other records every text."""
    kinds = (Kind.NOTE,) if entity.content else WORDS
    return [*(field.column for field in entity.fields if field.kind in kinds), "extra"]
