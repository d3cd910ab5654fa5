"""Look around with made-up data: fill an empty database with a café, and take it out again."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import pandas as pd

from crm_core.actions.refresh import part_of, refresh_all
from crm_core.actions.undo import Undone
from crm_core.demo import cafe, sample
from crm_core.errors import InvalidInput, NotFound
from crm_core.intake.rows.lines import content_hash, source_keys
from crm_core.ledger.reading import queries
from crm_core.ledger.store.database import Database, read_revisions
from crm_core.ledger.writing import existing, journal, undo
from crm_core.ledger.writing.undo import Inverse, Kept
from crm_core.model.changes import Batch, ChangeSet, new_ids
from crm_core.model.conditions import EVERYBODY
from crm_core.model.registry import ENTITIES
from crm_core.model.rights import ADMINISTER, needs

WHY = "Made-up data"
MARK = "demo"  # the setting that says so
LINES_EACH = 20  # purchases of a customer, where nobody said how many
FILLED = 0.7  # of the work; the rest is forecasts, standings and products
DEFAULTS = {"company": cafe.NAME, "currency": cafe.CURRENCY, "country": cafe.COUNTRY}
EDITED = "edited since"  # why an undo leaves a record, in the ledger's words
LEAVES = (
    "purchase",
    "interaction",
    "product",
    "follow-up",
    "case",
    "answer",
    "gesture",
    "absence",
    "wording",
)  # nothing points to these
ALONG = ("follow-up", "alias", "pair")  # what belongs to a person alone goes with them
RECORDS = ("customer", "order", "purchase", "product", "interaction")


@needs(ADMINISTER, whole=True)
def fill_demo(
    database: Database,
    *,
    customers: int | None = None,
    purchases: int | None = None,
    seed: int = cafe.SEED,
    who: str,
    as_of: date,
    progress: journal.Progress = journal.quiet,
) -> Batch:
    """Fill an empty database with a café whose three years end at `as_of`; what was already said of the company stays.

    2,000 customers and 20 purchases each, unless said otherwise. InvalidInput when the database holds records.
    """
    customers = cafe.CUSTOMERS if customers is None else customers
    purchases = LINES_EACH * customers if purchases is None else purchases
    _refuse_filled(database, as_of)
    with database.read() as connection:
        known, revisions = existing.settings(connection), read_revisions(connection)
        team = existing.rows_by_keys(
            connection, "colleague", {"name": [name for name, *_ in cafe.COLLEAGUES]}
        )
    progress("Making up a café", 0.02)
    frames = cafe.make_cafe(customers, purchases, seed, as_of=as_of, **_where(known))
    frames["colleague"] = _numbered(frames["colleague"][~frames["colleague"]["name"].isin(team["name"])])
    with database.read() as connection:
        said = existing.rows_by_keys(connection, "wording", {"name": frames["wording"]["name"].tolist()})
    frames["wording"] = _numbered(frames["wording"][~frames["wording"]["name"].isin(said["name"])])
    creates = {**_keyed(frames), "setting": _settings(known)}
    planned_on = {entity: revisions.get(entity, 0) for entity in (*RECORDS, "colleague", "setting")}
    changes = ChangeSet(WHY, creates=creates, revisions=planned_on, summary={"seed": seed})
    batch = journal.apply(database, changes, who=who, as_of=as_of, progress=part_of(progress, 0.0, FILLED))
    refresh_all(database, as_of=as_of, progress=part_of(progress, FILLED, 1.0))
    return batch


def _where(known: Mapping[str, str]) -> dict[str, str]:
    """Country and currency as somebody said them, else the café's own."""
    return {name: known.get(name) or DEFAULTS[name] for name in ("country", "currency")}


@needs(ADMINISTER, whole=True)
def remove_demo(
    database: Database, *, who: str, as_of: date, progress: journal.Progress = journal.quiet
) -> Undone:
    """Take the made-up data out, also where somebody edited it, with the follow-ups that lists made of it.

    What people added themselves stays, and so does a made-up person who has a purchase or contact of theirs: `kept`
    says who and why. NotFound when there is no made-up data.
    """
    batch = _demo_batch(database)
    if batch is None:
        raise NotFound("There is no made-up data in this database, so there is nothing to take out.")
    progress("Looking at what came since", 0.05)
    _clear_the_way(database, batch, who, as_of)
    inverse = _inverse(database, batch)

    def again() -> ChangeSet:
        return _inverse(database, batch).changes

    done = journal.apply(database, inverse.changes, who=who, as_of=as_of, replan=again, progress=progress)
    return Undone(done, batch, done.removed, done.created + done.changed, inverse.kept)


def sample_workbook(*, as_of: date, seed: int = cafe.SEED) -> bytes:
    """A made-up workbook (.xlsx) to try the upload with, the usual faults included."""
    return sample.sample_workbook(seed, as_of=as_of)


def _refuse_filled(database: Database, as_of: date) -> None:
    with database.read() as connection:
        filled = [name for name in RECORDS if not existing.is_empty(connection, name)]
        people = queries.count_people(connection, EVERYBODY, as_of) if "customer" in filled else 0
    if filled:
        holds = f"{people:,} customer{'s'[: people != 1]}" if people else ENTITIES[filled[0]].plural.lower()
        raise InvalidInput(
            f"regulars demo fills an empty database; this one holds {holds}. Choose another with --database."
        )


def _numbered(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(id=new_ids(len(frame)))


def _keyed(frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The frames with the source keys that their lines would have had in a workbook with the customers' codes."""
    codes = "c:" + frames["customer"]["code"]
    return {name: _with_keys(name, frame, codes) for name, frame in frames.items()}


def _with_keys(entity: str, frame: pd.DataFrame, codes: pd.Series) -> pd.DataFrame:
    if not ENTITIES[entity].content:
        return frame
    who = pd.Series("", index=frame.index)  # an absence is of no customer
    if "customer_id" in frame:
        who = codes.take(-1 - frame["customer_id"].to_numpy()).set_axis(frame.index)
    return frame.assign(source_key=source_keys(content_hash(entity, frame, who)))


def _settings(known: Mapping[str, str]) -> pd.DataFrame:
    """The mark, and what nobody has said of the company yet."""
    fresh = {name: value for name, value in DEFAULTS.items() if name not in known} | {MARK: "yes"}
    return _numbered(pd.DataFrame({"name": list(fresh), "value": list(fresh.values())}))


def _demo_batch(database: Database) -> int | None:
    """The number under which the mark, and so the made-up data, was saved."""
    with database.read() as connection:
        mark = existing.rows_by_keys(connection, "setting", {"name": [MARK]})
    return int(mark["batch"].iloc[0]) if len(mark) and mark["value"].iloc[0] else None


def _clear_the_way(database: Database, batch: int, who: str, as_of: date) -> None:
    """Take out what would hold made-up people back: edited lines of theirs, their follow-ups, former keys and pairs."""
    with database.read() as connection:
        kept = undo.inverse(connection, batch).kept
        people = [record.id for record in kept if record.entity == "customer"]
        theirs = existing.what_goes_with(connection, people)[0] if people else {}
    removes = {name: _edited(kept, name) for name in LEAVES}
    removes |= {name: tuple({*removes.get(name, ()), *theirs.get(name, ())}) for name in ALONG}
    if any(removes.values()):
        changes = ChangeSet("Made-up records that were edited", removes=removes)
        journal.apply(database, changes, who=who, as_of=as_of)


def _inverse(database: Database, batch: int) -> Inverse:
    """The undo of the batch, which takes edited people along."""
    with database.read() as connection:
        inverse = undo.inverse(connection, batch)
    edited = _edited(inverse.kept, "customer")
    removes = {**inverse.changes.removes, "customer": (*inverse.changes.removes.get("customer", ()), *edited)}
    kept = tuple(
        record for record in inverse.kept if record.entity != "customer" or record.id not in set(edited)
    )
    return Inverse(replace(inverse.changes, removes=removes), kept)


def _edited(kept: Iterable[Kept], entity: str) -> tuple[int, ...]:
    return tuple(record.id for record in kept if record.entity == entity and record.why == EDITED)
