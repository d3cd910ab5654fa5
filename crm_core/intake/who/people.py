"""Same person? Customer rows of the file beside each other and beside the stored customers.

By code; then, where no code speaks against it, by e-mail or phone with a similar name; a row with no key at all by its
exact name. What is likely but not certain is stored separately, and the pair waits for a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd
from rapidfuzz import fuzz

from crm_core.intake.rows.compare import changed_cells
from crm_core.intake.rules import ANYTHING, Rules, no_cells, settle
from crm_core.intake.stored import Stored
from crm_core.intake.tables.find import sheet_row
from crm_core.intake.who.contact import CROWD, SIMILAR_NAME, by_contact, shown
from crm_core.intake.who.former import without_former
from crm_core.intake.who.lone import by_lone_name
from crm_core.intake.who.spelling import alike, first_spellings, small, stored_alike
from crm_core.model.folding import fold, phone_key
from crm_core.model.registry import CUSTOMER

KEYS = ("code", "email", "phone")
NOT_FIELDS = ("sheet", "row", "state", "id", "extra", "named", "phone_key", "email_key")


@dataclass
class People:
    """The customers of a plan. `rows`: one a sheet row with sheet, row, id (stored > 0, new < 0), state.

    `creates` and `changes` as in a change set; `conflicts`: cells that a person edited here since; `pairs`: first,
    second, score, evidence, for the doubtful.
    """

    rows: pd.DataFrame
    creates: pd.DataFrame
    changes: pd.DataFrame = field(default_factory=no_cells)
    conflicts: pd.DataFrame = field(default_factory=no_cells)
    pairs: list[tuple[int, int, float, str]] = field(default_factory=list)
    problems: list[tuple[str, int, str, str, str]] = field(default_factory=list)
    next_id: int = -1

    def placed(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Cells of these rows with the sheet and the row that they stand in."""
        place = self.rows.loc[cells["row"]]
        return cells.assign(sheet=place["sheet"].to_numpy(), row=place["row"].to_numpy())


def match_people(
    rows: pd.DataFrame, stored: Stored, *, first_id: int = -1, rules: Mapping[str, Rules] | None = None
) -> People:
    """Match customer rows (columns sheet, row and customer fields; a fresh index) with each other and the stored.

    New ones are numbered from `first_id` downwards. `rules`: by sheet what it may change; without them what is
    stored stays as it is (for people that a purchase sheet only mentions).
    """
    people = People(rows, rows.iloc[:0], next_id=first_id)
    if rows.empty:
        people.rows = rows.assign(id=pd.Series(dtype="int64"), state=pd.Series(dtype=object))
        return people
    rows = complete_names(rows.copy())
    rows["state"] = "new"
    rows["id"] = 0
    _refuse_nameless(rows, people)
    first = _first_of_same(rows)
    known = _match_stored(rows[first == rows.index], stored, people)
    rows.loc[known.index, "id"] = known
    _number_new(rows, first, people)
    rows["id"] = rows["id"].where(first == rows.index, rows["id"].reindex(first).to_numpy())
    _say_twice(rows, first, people)
    if rules is not None:
        _compare(rows, first, stored, people, rules)
    _pairs_within(rows, people)
    people.rows = rows
    made = rows[(rows["id"] < 0) & (first == rows.index) & rows["state"].isin(("new", "doubtful"))]
    people.creates = made.drop(columns=["sheet", "row", "state", "named", "email_key"])
    return people


def complete_names(rows: pd.DataFrame) -> pd.DataFrame:
    """`name` from given and family name where it is missing, else from company, e-mail, phone or code."""
    for column in ("name", "given_name", "family_name", "company", *KEYS):
        if column not in rows:
            rows[column] = None
    rows["name"] = rows["name"].astype(object).where(rows["name"].notna(), _joined_names(rows))
    rows["named"] = rows["name"].notna()
    for column in ("company", "email", "phone", "code"):
        rows["name"] = rows["name"].where(rows["name"].notna(), rows[column].astype(object))
    rows["name"] = rows["name"].astype("str")
    rows["phone_key"] = phone_key(rows["phone"])
    rows["email_key"] = rows["email"].astype("str").str.lower()
    return rows


def _joined_names(rows: pd.DataFrame) -> pd.Series:
    if rows["given_name"].isna().all() and rows["family_name"].isna().all():
        return pd.Series(None, index=rows.index, dtype=object)
    given, family = (rows[column].astype("str").fillna("") for column in ("given_name", "family_name"))
    han = family.str.contains(r"[\u3400-\u9fff]", regex=True) & given.str.contains(
        r"[\u3400-\u9fff]", regex=True
    )
    western = (given + " " + family).str.strip()
    joined = western.where(~han, family + given)
    return joined.astype(object).where(joined != "", None)


def _refuse_nameless(rows: pd.DataFrame, people: People) -> None:
    nameless = rows["name"].isna()
    rows.loc[nameless, "state"] = "left out"
    for row in rows[nameless].itertuples():
        message = (
            "There is no name, code, e-mail or phone in this row. Add one of them; the row was left out."
        )
        people.problems.append((row.sheet, row.row, "", "", message))


def _first_of_same(rows: pd.DataFrame) -> pd.Series:
    """For each row the index of the first row that is certainly the same person (itself, mostly)."""
    folded = rows["name"].fillna("").map(fold) if len(rows) < 2 else _folded(rows["name"])
    by_code = "c" + rows["code"].astype("str")
    by_email = "e" + rows["email_key"] + "\x1f" + folded
    by_phone = "p" + rows["phone_key"].astype("str") + "\x1f" + folded
    by_code = _one_spelling(by_code, rows, folded)
    key = by_code.where(rows["code"].notna(), by_email.where(rows["email"].notna(), by_phone))
    alone = key.isna() | (rows["state"] == "left out")  # a phone of words has no key either
    key = key.where(~alone, "i" + rows.index.astype("str").to_series(index=rows.index))
    return rows.index.to_series(index=rows.index).groupby(key.to_numpy()).transform("first")


def _one_spelling(keys: pd.Series, rows: pd.DataFrame, folded: pd.Series) -> pd.Series:
    """`keys` of codes; those of one name that differ in capitals only are one key."""
    codes = rows["code"].dropna().drop_duplicates().astype("str")
    if codes.str.lower().is_unique:
        return keys
    texts = "c:" + rows["code"].astype("str").fillna("") + "\x1f" + folded
    return keys.where(rows["code"].isna(), texts.map(first_spellings(texts.drop_duplicates())))


def _folded(names: pd.Series) -> pd.Series:
    text = names.fillna("").astype("str").str.casefold()
    odd = ~text.str.fullmatch(r"[\x00-\x7f]*")
    return text.where(~odd, text[odd].map(fold).reindex(text.index))


def _match_stored(rows: pd.DataFrame, stored: Stored, people: People) -> pd.Series:
    """Stored ids of the rows that are certainly known (index: those rows)."""
    if stored.is_empty("customer"):
        return pd.Series(dtype="int64")
    found = _by_code(rows, stored)
    rest = rows[~rows.index.isin(found.index) & (rows["state"] != "left out")]
    keyed = by_contact(rest, stored, people.pairs)
    taken = set(found) | set(keyed)
    keyless = rest[rest["code"].isna() & rest["email"].isna() & rest["phone"].isna()]
    named = _by_name(keyless, stored, taken)
    doubtful = {row for row, *_ in people.pairs}
    unknown = rest.index.difference([*keyed.index, *named.index, *doubtful])
    return pd.concat([found, keyed, named, by_lone_name(rows, unknown, stored)]).astype("int64")


def _by_code(rows: pd.DataFrame, stored: Stored) -> pd.Series:
    codes = rows["code"].dropna()
    known = stored.rows("customer", {"code": codes.unique()})
    found = codes.map(known.set_index("code")["id"]).dropna() if len(known) else codes[:0]
    left = codes[~codes.index.isin(found.index)]
    return pd.concat([found, _by_spelling(rows.loc[left.index], stored)]).astype("int64")


def _by_spelling(rows: pd.DataFrame, stored: Stored) -> pd.Series:
    """Stored ids of codes that are stored in another case, with the same name."""
    known = stored_alike(rows["code"], "code", stored) if len(rows) else rows
    if known.empty:
        return pd.Series(dtype="int64")
    held = pd.Series(known["id"].to_numpy(), index="c:" + known["code"].astype("str"))
    met = ("c:" + rows["code"].astype("str")).map(alike("c:" + rows["code"].astype("str"), held)).dropna()
    named = set(zip(known["id"], small(known["name"]), strict=True))  # of before a merge one may have several
    ours = zip(met, small(rows["name"].loc[met.index]), strict=True)
    return met[[one in named for one in ours]]


def _by_name(rows: pd.DataFrame, stored: Stored, taken: set[int]) -> pd.Series:
    """Rows without any key: the n-th of a name is the n-th stored one without a code."""
    if rows.empty:
        return pd.Series(dtype="int64")
    known = stored.rows("customer", {"name": rows["name"].unique()})
    if known.empty:
        return pd.Series(dtype="int64")
    free = ~known["id"].isin(taken)
    if "former" in known:  # merged since: also where the one they became has a row of their own
        free |= known["former"].eq(True)
    known = known[known["code"].isna() & free].sort_values("id")
    theirs = rows[["name"]].assign(turn=rows.groupby("name").cumcount(), index=rows.index)
    ours = known[["id", "name"]].assign(turn=known.groupby("name").cumcount())
    met = theirs.astype({"name": object}).merge(ours.astype({"name": object}), on=["name", "turn"])
    return pd.Series(met["id"].to_numpy(), index=met["index"].to_numpy(), dtype="int64")


def _number_new(rows: pd.DataFrame, first: pd.Series, people: People) -> None:
    new = (rows["id"] == 0) & (first == rows.index) & (rows["state"] != "left out")
    last = people.next_id - int(new.sum())
    rows.loc[new, "id"] = range(people.next_id, last, -1)
    people.next_id = last


def _say_twice(rows: pd.DataFrame, first: pd.Series, people: People) -> None:
    """A row that repeats an earlier one is the same; where it says something else, it is left out and named."""
    again = rows[(first != rows.index) & (rows["state"] != "left out")]
    if again.empty:
        return
    earlier = rows.loc[first[again.index]].set_axis(again.index)
    columns = [c for c in rows.columns if c not in NOT_FIELDS]
    differs = pd.DataFrame(
        {c: again[c].notna() & (again[c].astype(object) != earlier[c].astype(object)) for c in columns}
    )
    rows.loc[again.index, "state"] = "same"
    for index in again.index[differs.any(axis=1)]:
        rows.at[index, "state"] = "left out"
        column = next(c for c in columns if differs.at[index, c])
        message = (
            f"This person already stands in row {sheet_row(earlier.at[index, 'row'])} with another "
            f"{CUSTOMER.field(column).label.lower()}. The first row was taken; correct one of them."
        )
        value = str(again.at[index, column])
        people.problems.append((again.at[index, "sheet"], again.at[index, "row"], column, value, message))


def _compare(
    rows: pd.DataFrame, first: pd.Series, stored: Stored, people: People, rules: Mapping[str, Rules]
) -> None:
    """Known customers: which cells the file changes; those edited here by hand are conflicts."""
    known = rows[(rows["id"] > 0) & (first == rows.index)]
    rows.loc[known.index, "state"] = "same"
    if known.empty:
        return
    ours = stored.rows("customer", {"id": known["id"].unique()})
    # A name made up from a code or an e-mail says nothing about the stored name.
    told = known.assign(name=known["name"].astype(object).where(known["named"], None))
    by_sheet = {str(name): sheet for name, sheet in told.groupby("sheet", sort=False)}
    cells = pd.concat(
        [_differing(sheet, ours, rules.get(name, ANYTHING)) for name, sheet in by_sheet.items()]
    )
    cells = without_former(cells, known["id"], stored.former(cells["id"].unique())) if len(cells) else cells
    edited = stored.edited_by_hand("customer", cells["id"].unique()) if len(cells) else set()
    found = [
        settle(cells[cells["row"].isin(sheet.index)], edited, rules.get(name, ANYTHING).decisions)
        for name, sheet in by_sheet.items()
    ]
    people.changes, people.conflicts = (
        pd.concat(side, ignore_index=True) for side in zip(*found, strict=True)
    )
    rows.loc[people.changes["row"].unique(), "state"] = "changed"


def _differing(rows: pd.DataFrame, ours: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    cells = changed_cells("customer", rows, ours, _given_columns(rows), rules.at(rows["row"]))
    return cells[(cells["field"] != "code") | (small(cells["before"]) != small(cells["after"]))]


def _given_columns(rows: pd.DataFrame) -> list[str]:
    """The customer's own columns that the file fills. A name made up from other cells changes no stored name."""
    return [c for c in rows.columns if c not in NOT_FIELDS]


def _pairs_within(rows: pd.DataFrame, people: People) -> None:
    """New rows that share an e-mail or phone under another code: stored separately, the pair waits for a person."""
    resolved = [(int(rows.at[i, "id"]), other, score, why) for i, other, score, why in people.pairs]
    rows.loc[[i for i, *_ in people.pairs], "state"] = "doubtful"
    people.pairs = resolved
    fresh = rows[(rows["id"] < 0) & (rows["state"] == "new")]
    for key in ("email_key", "phone_key"):
        shared = fresh[fresh[key].notna() & fresh.duplicated(key, keep=False)]
        for _, group in shared.groupby(key):
            if len(group) <= CROWD:
                _pair_group(group, key, rows, people)


def _pair_group(group: pd.DataFrame, key: str, rows: pd.DataFrame, people: People) -> None:
    head = group.iloc[0]
    for index, row in group.iloc[1:].iterrows():
        likeness = fuzz.token_sort_ratio(fold(str(head["name"])), fold(str(row["name"])))
        if row["id"] != head["id"] and (likeness >= SIMILAR_NAME) and rows.at[index, "state"] == "new":
            why = f"same {shown(key, row)}, names {head['name']} and {row['name']}"
            people.pairs.append((int(head["id"]), int(row["id"]), likeness / 100, why))
            rows.at[index, "state"] = "doubtful"
