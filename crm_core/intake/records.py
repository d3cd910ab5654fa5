"""A table and its mapping become records: cleaned columns under the declared names, the rest kept as extra fields."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.intake.choices import SheetChoice
from crm_core.intake.clean.choices import tick_meant
from crm_core.intake.clean.column import Cleaned, Reading, read_column
from crm_core.intake.clean.phones import read_phones_by_country
from crm_core.intake.clean.scores import best_scores, split_scores
from crm_core.intake.currencies import without_foreign
from crm_core.intake.own_files import kept_name
from crm_core.intake.refused import Cells, erasing_blanks, refused_rows
from crm_core.intake.rules import ANYTHING, AS_TYPED, Rules, make_rules
from crm_core.intake.tables.find import Column, Table
from crm_core.intake.who.identity import REFERENCE_PREFIX, identities
from crm_core.model.entities import Field, Kind
from crm_core.model.registry import ENTITIES


@dataclass(frozen=True)
class Records:
    """One sheet's rows, cleaned. `frame`: index = sheet row, columns = declared names, `customer…` references, `extra`.

    `problems`: columns row, column (the header), value, message. `refused`: rows that are left out whole because of a
    cell that could not be taken; they do not stand in `frame`.
    """

    sheet: str
    entity: str
    frame: pd.DataFrame
    problems: pd.DataFrame
    mapping: Mapping[str, str]
    extra: tuple[str, ...]
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    readings: Mapping[int, Reading] = field(default_factory=dict)
    rules: Rules = ANYTHING
    refused: pd.DataFrame = field(default_factory=pd.DataFrame)

    @cached_property
    def who(self) -> pd.Series:
        """Whom each row points to, as text (`identity.identities`); missing: nobody."""
        return identities(self.frame)

    @cached_property
    def who_codes(self) -> tuple[Any, pd.Index]:
        """`who` as positions (-1: nobody) in the distinct identities: half a million rows name few people."""
        codes, distinct = pd.factorize(self.who)
        return codes, pd.Index(distinct)


PROBLEM_COLUMNS = ["row", "column", "value", "message"]


def target_field(entity: str, target: str) -> Field:
    """The declared field behind a mapping's target: `amount`, `customer` (a code) or `customer.email`."""
    owner, name = ("customer", target.removeprefix(REFERENCE_PREFIX)) if "." in target else (entity, target)
    if entity not in ENTITIES or not ENTITIES[owner].has(name):
        known = ", ".join(declared.name for declared in ENTITIES.get(owner, ENTITIES["customer"]).fields)
        raise InvalidInput(f"“{target}” is no field of {entity}. Its fields are: {known}.")
    found = ENTITIES[owner].field(name)
    if found.kind is Kind.REFERENCE:
        return Field(found.name, Kind.CODE, found.label)
    return found


def make_records(table: Table, choice: SheetChoice, defaults: Reading) -> Records:
    """Clean every mapped column of the table; the unmapped ones go into `extra` as they stand."""
    assert choice.entity is not None
    made = _Made(notes=list(table.notes))
    for column in table.columns:
        _take_column(made, table, column, choice, defaults)
    if made.best is not None:
        made.values["scale"] = best_scores(made.values["score"], made.best, made.values.get("scale"))
    frame, foreign = without_foreign(
        choice.entity, table, pd.DataFrame(made.values, index=table.rows.index), defaults.currency
    )
    rest = [column for column in table.columns if column.header not in made.mapping]
    frame["extra"] = _extra(table, [(column.position, kept_name(column.header)) for column in rest])
    _keep_second(frame, table, made)
    _keep_foreign(frame, table, made, foreign["row"])
    blanks, kept = erasing_blanks(table, choice, made.cells, made.mapping)
    told = _together([*made.problems, foreign, kept], table)
    _keep_refused(frame, told, made.mapping)
    refused = refused_rows(table, choice, made.cells, foreign)
    return Records(
        table.sheet, choice.entity, frame.drop(index=refused) if len(refused) else frame, told, made.mapping,
        tuple(column.header for column in rest), tuple(made.notes), tuple(made.doubts), made.readings,
        make_rules(table, choice, made.mapping, blanks), frame.loc[refused],
    )  # fmt: skip


@dataclass
class _Made:
    """What the columns came to so far."""

    values: dict[str, pd.Series] = field(default_factory=dict)
    mapping: dict[str, str] = field(default_factory=dict)
    problems: list[pd.DataFrame] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    readings: dict[int, Reading] = field(default_factory=dict)
    cells: Cells = field(default_factory=dict)
    twice: set[str] = field(default_factory=set)  # fields that several columns hold
    best: pd.Series | None = None  # the best score there is, as the scores' own cells say it


def _take_column(made: _Made, table: Table, column: Column, choice: SheetChoice, defaults: Reading) -> None:
    target = choice.mapping.get(column.position)
    if target is None or choice.entity is None:
        return
    declared, raw = target_field(choice.entity, target), table.rows[column.position]
    cells = tick_meant(declared, column.header, raw)
    reading, countries = _reading(choice, table, column.position, defaults), _countries(table, choice, target)
    if target == "score":
        cells, made.best = split_scores(cells)
    if declared.kind is Kind.PHONE and countries is not None:
        cleaned = read_phones_by_country(declared, cells, reading, countries)
    else:
        cleaned = read_column(declared, cells, reading)
    values = _as_typed(declared, raw, cleaned)
    known = made.values.get(target)
    if known is not None:
        made.twice.add(target)
        values = _both(declared.kind, known, values, cells is not raw)
    made.values[target] = values
    if cleaned.time is not None and ENTITIES[choice.entity].has("time"):
        made.values.setdefault("time", cleaned.time)
    made.mapping[column.header] = target
    made.cells[column.position] = cleaned
    _note(made, column, cleaned)


def _countries(table: Table, choice: SheetChoice, target: str) -> pd.Series | None:
    """What the sheet says of the country of the same person, as it stands there."""
    wanted = target[: target.rfind(".") + 1] + "country"
    places = [place for place, field_ in choice.mapping.items() if field_ == wanted]
    return next((table.rows[place] for place in places if place in table.rows), None)


def _note(made: _Made, column: Column, cleaned: Cleaned) -> None:
    made.problems.append(cleaned.problems.assign(column=column.header))
    made.notes += [f"{column.header}: {note}" for note in cleaned.notes]
    made.doubts += [f"{column.header}: {cleaned.reading.doubt}"] if cleaned.reading.doubt else []
    made.readings[column.position] = cleaned.reading


def _both(kind: Kind, first: pd.Series, second: pd.Series, ticked: bool) -> pd.Series:
    """Two columns of one field: all tags, else the first that is filled; a tick says more than a word of the status."""
    if kind is Kind.TAGS:
        both = first.notna() & second.notna()
        joined = [
            ", ".join(dict.fromkeys(", ".join(pair).split(", ")))
            for pair in zip(first[both], second[both], strict=True)
        ]
        first = first.astype(object)
        first.loc[both] = joined
    return second.fillna(first) if ticked else first.fillna(second)


def _keep_second(frame: pd.DataFrame, table: Table, made: _Made) -> None:
    """Where two columns of one field say different things, what gave way stays with the record under its header."""
    for column in table.columns:
        target = made.mapping.get(column.header)
        if target not in made.twice or target == "tags":
            continue
        own = made.cells[column.position].values
        lost = own.index[own.notna() & (own != made.values[target]).fillna(True)]
        _add_extra(frame, lost, column.header, table)


def _keep_foreign(frame: pd.DataFrame, table: Table, made: _Made, rows: pd.Series) -> None:
    """Amounts in another currency stay with their record as they were typed."""
    for column in table.columns:
        target = made.mapping.get(column.header)
        if target in frame and len(rows) and target in made.values and made.values[target].dtype.kind in "iu":
            _add_extra(frame, pd.Index(rows), column.header, table, AS_TYPED)


def _add_extra(frame: pd.DataFrame, rows: pd.Index, header: str, table: Table, said: str = "") -> None:
    """Keep the cells of these rows beside their other extra fields."""
    place = next(column.position for column in table.columns if column.header == header)
    typed = table.rows.loc[rows, place].dropna()
    frame.loc[typed.index, "extra"] = [
        json.dumps(
            {**(json.loads(held) if isinstance(held, str) else {}), header + said: cell}, ensure_ascii=False
        )
        for held, cell in zip(frame.loc[typed.index, "extra"], typed, strict=True)
    ]


def _as_typed(declared: Field, cells: pd.Series, cleaned: Cleaned) -> pd.Series:
    """A number that somebody wrote with its country code is clear as it stands: only national ones are completed."""
    values = cleaned.values
    if declared.kind is not Kind.PHONE:
        return values
    typed = cells.str.strip()
    clear = typed.str.startswith("+").fillna(False).astype(bool) & values.notna()
    clear &= ~values.index.isin(cleaned.problems["row"])  # two numbers in a cell are not one
    return values.where(~clear, typed)


def _reading(choice: SheetChoice, table: Table, position: int, defaults: Reading) -> Reading:
    """What a person said of the column, else what the company and the sheet say."""
    chosen = choice.readings.get(position, defaults)
    kind, period = table.kinds.get(position, "text"), chosen.period or table.period
    return Reading(chosen.date_order, chosen.decimal, chosen.country, chosen.currency, kind, period=period)


def _extra(table: Table, rest: list[tuple[int, str]]) -> pd.Series:
    """The undeclared cells of each row as JSON, missing where a row has none."""
    texts = pd.Series(None, index=table.rows.index, dtype=object)
    filled = [(position, header) for position, header in rest if table.rows[position].notna().any()]
    if not filled:
        return texts
    headers = [header for _, header in filled]
    cells = zip(*(table.rows[position].astype(object).tolist() for position, _ in filled), strict=True)
    made = [_json(headers, row) for row in cells]
    return pd.Series(made, index=table.rows.index, dtype=object)


def _keep_refused(frame: pd.DataFrame, problems: pd.DataFrame, mapping: Mapping[str, str]) -> None:
    """What no field could take stays with its record as it was typed, under a name that says so."""
    named = problems[problems["column"].isin(mapping) & problems["row"].isin(frame.index)]
    for row, header, value in zip(named["row"], named["column"], named["value"], strict=True):
        if (
            isinstance(value, str)
            and value[:1] not in ("", "#")
            and _loses(frame.at[row, mapping[header]], header, mapping, value)
        ):
            held = frame.at[row, "extra"]
            kept = json.loads(held) if isinstance(held, str) else {}
            frame.at[row, "extra"] = json.dumps({**kept, header + AS_TYPED: value}, ensure_ascii=False)


def _loses(now: object, header: str, mapping: Mapping[str, str], typed: str) -> bool:
    """Whether the cell says more than its value: it was refused, or two numbers stood in it and one was taken."""
    contact = mapping[header].rpartition(".")[2] in ("phone", "phone_2", "email")
    return bool(pd.isna(now)) or (contact and str(now) != typed.strip())  # type: ignore[call-overload]


def _json(headers: list[str], row: tuple[object, ...]) -> str | None:
    kept = {header: cell for header, cell in zip(headers, row, strict=True) if isinstance(cell, str)}
    return json.dumps(kept, ensure_ascii=False) if kept else None


def _together(problems: list[pd.DataFrame], table: Table) -> pd.DataFrame:
    headers = {column.position: column.header for column in table.columns}
    errors = [
        (row, headers[column], value, "The sheet shows an Excel error here; the cell was read as empty.")
        for row, column, value in table.errors
        if column in headers and row in table.rows.index
    ]
    frames = [frame[PROBLEM_COLUMNS] for frame in problems if len(frame)]
    return pd.concat([*frames, pd.DataFrame(errors, columns=PROBLEM_COLUMNS)], ignore_index=True)
