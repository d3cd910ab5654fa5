"""A shop in which every text field of every record holds something hostile, each with a mark of its own.

`fill(url, home)`: pictures, scripts, links, directives and formulas that lead to `home`, where a `Listener` counts
who comes. The mark in an address names the record, the field and the way: a hit says which widget let it through.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pandas as pd

from crm_core.ledger.store.database import Database, open_database
from crm_core.ledger.writing import journal
from crm_core.model.changes import ChangeSet
from crm_core.model.entities import Entity, Field, Kind
from crm_core.model.registry import ENTITIES
from tests.acting import write
from tests.uploads import workbook

AS_OF = date(2026, 1, 5)
TOP = ("customer", "colleague", "product", "play")  # what others name
LEFT = ("setting", "layout", "pair", "alias", "feed")  # made apart, or never shown as it is
WAYS = (
    '=HYPERLINK("{at}";"x")',
    '<img src="{at}" onerror="fetch(\'{at}\')">',
    "<script>fetch('{at}')</script>",
    "![x]({at})",
    "[a]({at}) <{at}> {at}",
    ":material/home: :red[x] :streamlit: $\\includegraphics{{{at}}}$ $$x$$ {{brace}} {{0}} %s",
    "</style><style>@import url({at}); *{{background:url({at})}}</style>",
    '<iframe src="{at}"></iframe><svg onload="fetch(\'{at}\')"><image href="{at}"/></svg>',
    '+cmd|\'/c calc\'!A1 ![x]({at}) "><img src="{at}">',
    "-1+1 `${{fetch('{at}')}}` ![x][y]\n\n[y]: {at}",
    "@SUM(1+1) <link rel=prefetch href={at}> <b onmouseover=fetch('{at}')>",
    "\t=1+1 <object data={at}></object><embed src={at}><video poster={at} src={at}></video>",
)
TEXTS = (Kind.TEXT, Kind.CODE, Kind.NAME, Kind.NOTE, Kind.TAGS, Kind.PLACE, Kind.EMAIL, Kind.PHONE)


class Listener:
    """A small server that keeps the addresses it was asked for."""

    def __init__(self) -> None:
        hits: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hits.append(f"{self.path} from {self.headers.get('Referer', 'nowhere')}")
                self.send_response(204)
                self.end_headers()

            do_POST = do_OPTIONS = do_HEAD = do_GET

            def log_message(self, *_: Any) -> None:
                """Nothing on the screen."""

        self.hits = hits
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener that is open for the time of the block."""
    listener = Listener()
    Thread(target=listener.server.serve_forever, daemon=True).start()
    try:
        yield listener
    finally:
        listener.server.shutdown()
        listener.server.server_close()


def bad(home: str, mark: str, way: int) -> str:
    """The hostile text of that number; all its addresses carry the mark."""
    return WAYS[way % len(WAYS)].format(at=f"{home}/{mark}/{way % len(WAYS)}.png")


def fill(url: str, home: str) -> Database:
    """A database with as many records of each kind as there are ways, every text of them hostile."""
    database = open_database(url)
    later = [name for name in ENTITIES if name not in (*TOP, *LEFT, "segment")]
    for names in (TOP, later):
        creates = {name: frame(ENTITIES[name], home) for name in names}
        write(
            database, ChangeSet(bad(home, "history.why", 3), creates=creates), who=bad(home, "history.who", 3)
        )
    write(database, ChangeSet("Others", creates=_others(home)))
    _worked_out(database)
    return database


def frame(entity: Entity, home: str) -> pd.DataFrame:
    """A record a way: its texts hostile, all else as it may be."""
    rows = [
        {"id": -1 - way} | {field.column: _value(entity, field, home, way) for field in entity.fields}
        for way in range(len(WAYS))
    ]
    made = pd.DataFrame(rows, dtype=object)
    if entity.content:
        made["source_key"] = range(1, 1 + len(made))
    for field in entity.fields:
        if field.kind in (Kind.REFERENCE, Kind.MONEY, Kind.INTEGER):
            made[field.column] = made[field.column].astype("Int64")
        if field.kind is Kind.NUMBER:
            made[field.column] = made[field.column].astype(float)
    if entity.name in ("customer", "interaction", "purchase"):
        mark = f"{entity.name}.extra"
        own = [{bad(home, mark, 3): bad(home, mark, way)} for way in range(len(WAYS))]
        made["extra"] = [json.dumps(one) for one in own]
    return made


PLAIN: dict[tuple[str, str], Any] = {
    ("play", "segment"): None, ("play", "product"): None, ("play", "place"): None, ("play", "skill"): None,
    ("play", "caller"): "owner", ("rule", "active"): "no", ("customer", "do_not_contact"): None,
    ("customer", "bounced_on"): None, ("customer", "why_not"): None, ("customer", "referred_by"): None,
    ("customer", "may_call"): "yes", ("customer", "may_message"): "yes", ("customer", "may_email"): "yes",
    ("follow-up", "state"): "open", ("message", "state"): "waiting", ("message", "channel"): "message",
    ("play", "moment"): "no purchase", ("play", "active"): "yes", ("colleague", "active"): "yes",
    ("play", "held_out"): None, ("play", "starts"): None, ("play", "ends"): None, ("play", "share"): None,
    ("rule", "act"): "call", ("customer", "stage"): None, ("purchase", "status"): None, ("order", "status"): None,
    ("colleague", "capacity"): 100,
}  # fmt: skip


def _value(entity: Entity, field: Field, home: str, way: int) -> Any:
    kind, mark = field.kind, f"{entity.name}.{field.name}"
    if (entity.name, field.name) in PLAIN:
        wanted = PLAIN[entity.name, field.name]
        return wanted if not field.choices or wanted is None or wanted in field.choices else field.choices[0]
    if field.choices:
        return field.choices[way % len(field.choices)]
    if field.kind is Kind.REFERENCE:
        return way + 1
    if kind in TEXTS:
        return bad(home, _named(field, mark), way)
    made = {
        Kind.DATE: (AS_OF - timedelta(days=17 * way)).isoformat(),
        Kind.TIME: "10:15", Kind.MONEY: 25_000 * (way + 1), Kind.NUMBER: float(way + 1), Kind.INTEGER: way + 1,
        Kind.YESNO: "yes",
    }  # fmt: skip
    return made.get(kind)


def _named(field: Field, mark: str) -> str:
    """What names a colleague, product or play has the same words as they have."""
    if field.refers in ("colleague", "product"):
        return f"{field.refers}.{'name' if field.refers == 'colleague' else 'code'}"
    return "play.name" if field.name == "play" else mark


def _others(home: str) -> dict[str, pd.DataFrame]:
    """Settings, segments and pairs, which must be readable."""
    settings = {"company": bad(home, "setting.company", 3), "country": "AT", "currency": "EUR"}
    conditions = [
        {"id": -1 - way, "name": bad(home, "segment.name", way), "note": bad(home, "segment.note", way),
         "condition": json.dumps({"where": ["city", "is", bad(home, "segment.value", way)]})}
        for way in range(len(WAYS))
    ]  # fmt: skip
    pairs = [
        {"id": -1 - way, "first_id": way + 1, "second_id": way + 2, "score": 0.9, "state": "open",
         "evidence": bad(home, "pair.evidence", way)}
        for way in range(len(WAYS) - 1)
    ]  # fmt: skip
    held = [
        {"id": -1 - at, "name": name, "value": value} for at, (name, value) in enumerate(settings.items())
    ]
    return {"setting": pd.DataFrame(held), "segment": pd.DataFrame(conditions), "pair": pd.DataFrame(pairs)}


def _worked_out(database: Database) -> None:
    from crm_core.actions.keeping import begin_day

    journal.roll(database, AS_OF)
    begin_day(database, as_of=AS_OF)


def upload_of(home: str) -> bytes:
    """A workbook with hostile headers, sheet names and cells, which can be read and partly taken in."""
    people = [
        ["Customer ID", "Name", "E-mail", "City", bad(home, "sheet.header", 1), bad(home, "sheet.header", 3)]
    ]
    for way in range(len(WAYS)):
        texts = [bad(home, f"cell.{name}", way) for name in ("name", "email", "city", "more", "last")]
        people.append(
            [f"N{way}", *(text.replace("=", "'=", 1) if text[0] == "=" else text for text in texts)]
        )
    odd = [[bad(home, "sheet.other", way) for way in (1, 2, 3, 4)]] * 3
    return workbook(**{"<img src=x onerror=alert(1)>": people, "<script>alert(1)": odd})
