"""What can be taken out as a file: every entity, the profile of each customer, the possible doubles."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.ledger.conditions.known import customer_field
from crm_core.ledger.reading import queries
from crm_core.ledger.reading.records import open_pairs, records, without_extra
from crm_core.ledger.store.database import Database
from crm_core.ledger.worked_out import forecasts
from crm_core.ledger.writing import existing
from crm_core.ledger.writing.handed_out import handed_out
from crm_core.model.conditions import EVERYBODY
from crm_core.model.entities import Entity, Kind
from crm_core.model.registry import CUSTOMER, ENTITIES
from crm_core.model.rights import EXPORT, needs
from crm_core.model.words import MARK_SHEET, PROFILE_COLUMNS, YOUR_COLUMN
from crm_core.views.ahead.made import forecast_of
from crm_core.views.customers import SHOWN, PeopleQuery
from crm_core.workbook.write import ColumnStyle, SheetContent, write_csv, write_xlsx

STYLES = {
    Kind.DATE: "date", Kind.MONEY: "money", Kind.NUMBER: "number", Kind.INTEGER: "integer", Kind.NOTE: "note",
}  # fmt: skip
PERCENT = ("p_alive",)
DUPLICATES = {"code_1": "text", "code_2": "text", "score": "number", "evidence": "note"}
OTHERS = ("profile", "duplicates")
EXTRA = queries.EXTRA


@dataclass(frozen=True)
class Export:
    """One sheet to hand out: its name, and per column header, kind (of workbook.write) and values."""

    name: str
    columns: tuple[tuple[str, str, list[Any]], ...]

    @property
    def rows(self) -> int:
        return len(self.columns[0][2]) if self.columns else 0

    def sheet(self) -> SheetContent:
        styles = tuple(ColumnStyle(header, kind) for header, kind, _ in self.columns)
        return SheetContent(self.name, styles, zip(*(values for *_, values in self.columns), strict=True))


@needs(EXPORT, whole=True)
def export(database: Database, what: str, as_of: date) -> list[SheetContent]:
    """The sheets of an export: an entity by its name (`customer`, `purchase`…), `profile` or `duplicates`.

    Money as decimals of 2 or 4 digits, dates as dates, codes and phones as text. InvalidInput for anything else.
    """
    found = _export(database, what, as_of)
    handed_out(database, what, found.rows)
    return [found.sheet()]


@needs(EXPORT)
def people_file(database: Database, query: PeopleQuery, as_of: date) -> bytes:
    """An .xlsx of exactly the people that a question finds, all its pages, in its order, columns by their labels.

    A hidden sheet names the columns that are worked out here, so that the file may come home as an upload.
    """
    names = list(query.columns or SHOWN)
    with database.read() as connection:
        frame = queries.people_frame(
            connection, query.condition, names, as_of, search=query.search or None,
            order_by=[(query.sort, query.descending)],
        )  # fmt: skip
        aside = _aside(connection, names, frame, as_of)
        currency = existing.settings(connection).get("currency") or ""
    handed_out(database, "customers", len(frame))
    columns = tuple(_column(_label(name), _kind(name), frame[name]) for name in names)
    mark = [("Customers", _label(name)) for name in aside]
    return write_xlsx(
        [Export("Customers", columns).sheet(), _mark(mark)][: 2 if mark else 1], currency=currency
    )


def _label(name: str) -> str:
    """The header of a column of people; their own columns say so, or an upload might take one for a field."""
    return (
        f"{name.removeprefix(EXTRA)}{YOUR_COLUMN}" if name.startswith(EXTRA) else customer_field(name).label
    )


def _kind(name: str) -> Kind:
    return Kind.TEXT if name.startswith(EXTRA) else customer_field(name).kind


def _aside(connection: Any, names: list[str], frame: pd.DataFrame, as_of: date) -> list[str]:
    """The columns that are no news when they come home: worked out here; all, where it is not clear who a row is."""
    declared = {"stage_by_hand", *(field.column for field in CUSTOMER.fields)} - {"stage"}
    worked_out = [name for name in names if name not in declared and not name.startswith(EXTRA)]
    if "code" not in names or "name" not in names:
        return names
    nameless = frame.loc[frame["code"].isna(), "name"]
    if nameless.empty:
        return worked_out
    everyone = queries.people_frame(connection, EVERYBODY, ["code", "name"], as_of)
    without = everyone.loc[everyone["code"].isna(), "name"]
    return names if without[without.duplicated()].isin(nameless).any() else worked_out


def _mark(pairs: list[tuple[str, str]]) -> SheetContent:
    columns = (ColumnStyle("Sheet"), ColumnStyle("Worked out by Regulars"))
    return SheetContent(MARK_SHEET, columns, pairs, freeze=False, filter=False, very_hidden=True)


@needs(EXPORT, whole=True)
def export_file(database: Database, what: str, path: str | Path, as_of: date) -> int:
    """Write an export to a .xlsx or .csv file, whole or not at all; gives the number of rows."""
    target = Path(path)
    if target.suffix.lower() not in (".xlsx", ".csv"):
        raise InvalidInput(
            f"“{target.name}” is neither .xlsx nor .csv. Name the file with one of these endings."
        )
    found = _export(database, what, as_of)
    handed_out(database, what, found.rows)
    sheet = found.sheet()
    if target.suffix.lower() == ".csv":
        _write(target, write_csv(sheet.columns, sheet.rows))
    else:
        with database.read() as connection:
            currency = existing.settings(connection).get("currency") or ""
        _write(target, write_xlsx([sheet], currency=currency))
    return found.rows


def _write(target: Path, content: bytes) -> None:
    draft = target.with_name(f".{target.name}.part")
    try:
        draft.write_bytes(content)
        draft.replace(target)
    except OSError as trouble:
        draft.unlink(missing_ok=True)
        raise InvalidInput(
            f"{target} cannot be written: {trouble.strerror}. Choose another place."
        ) from trouble


def _export(database: Database, what: str, as_of: date) -> Export:
    if what == "profile":
        return _profile(database, as_of)
    if what == "duplicates":
        return _duplicates(database)
    entity = next((found for found in ENTITIES.values() if what in (found.name, f"{found.name}s")), None)
    if entity is None:
        raise InvalidInput(f"“{what}” cannot be exported. Choose one of: {', '.join((*ENTITIES, *OTHERS))}.")
    return _entity(database, entity)


def _entity(database: Database, entity: Entity) -> Export:
    with database.read() as connection:
        declared, extra = without_extra(records(connection, entity))
    columns = [_column(field.label, field.kind, declared[field.name]) for field in entity.fields]
    taken = {header for header, *_ in columns}
    for header in extra.columns:
        own = header if header not in taken else f"{header}{YOUR_COLUMN}"
        columns.append((own, "text", [None if value is None else str(value) for value in extra[header]]))
    return Export(entity.plural, tuple(columns))


def _profile(database: Database, as_of: date) -> Export:
    with database.read() as connection:
        frame = queries.people_frame(connection, EVERYBODY, PROFILE_COLUMNS, as_of)
        frame = frame.assign(**_forecasts(connection, frame["id"], as_of))
    columns = (_column(name, customer_field(name).kind, frame[name]) for name in PROFILE_COLUMNS)
    return Export("Profile", tuple(_as_percent(column) for column in columns))


def _forecasts(connection: Any, ids: pd.Series, as_of: date) -> dict[str, Any]:
    """The forecasts of that day where other ones are kept, worked out here and not written down."""
    if forecasts.is_current(connection, as_of):
        return {}
    found = forecast_of(connection, as_of).set_index("customer_id")
    names = [name for name in PROFILE_COLUMNS if name in found]
    return {name: found[name].reindex(ids).array for name in names}


def _as_percent(column: tuple[str, str, list[Any]]) -> tuple[str, str, list[Any]]:
    header, kind, values = column
    return header, "percent" if header in PERCENT else kind, values


def _duplicates(database: Database) -> Export:
    with database.read() as connection:
        frame = open_pairs(connection)
    return Export(
        "Duplicates", tuple((name, kind, _values(frame[name])) for name, kind in DUPLICATES.items())
    )


def _column(header: str, kind: Kind, values: pd.Series) -> tuple[str, str, list[Any]]:
    plain = _values(values)
    if kind is Kind.MONEY:
        plain = [None if amount is None else decimal_of(amount) for amount in plain]
    return header, STYLES.get(kind, "text"), plain


def _values(values: pd.Series) -> list[Any]:
    return values.astype(object).where(values.notna(), None).tolist()


def decimal_of(amount: int) -> Decimal:
    """Ten-thousandths as a decimal of 2 or 4 digits: 123400 → 12.34, 12340 → 1.2340.

    Never 3: in a text file 1.234 may be a thousand.
    """
    return Decimal(amount // 100).scaleb(-2) if amount % 100 == 0 else Decimal(amount).scaleb(-4)
