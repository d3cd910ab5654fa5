"""Who a row points to: the customer behind a code, e-mail, phone or name on another sheet or already stored."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from crm_core.intake.records import Records
from crm_core.intake.stored import Stored
from crm_core.intake.who.identity import REFERENCE_PREFIX
from crm_core.intake.who.people import People, match_people
from crm_core.intake.who.spelling import alike, first_spellings, small, stored_alike

STORED_COLUMN = {"c": "code", "e": "email", "p": "phone_key", "n": "name"}


@dataclass
class Directory:
    """Identities with their customer ids, and the customers that had to be made because others point to them."""

    ids: pd.Series = field(default_factory=lambda: pd.Series(dtype="int64"))
    implied: People | None = None
    ambiguous: set[str] = field(default_factory=set)

    def of(self, records: Records) -> pd.Series:
        """Customer ids (Int64, missing for nobody) of all rows of the records."""
        codes, distinct = records.who_codes
        ids = pd.array(self.ids.reindex(distinct).to_numpy(), dtype="Int64")
        return pd.Series(ids.take(codes, allow_fill=True), index=records.frame.index)


def build_directory(people: People, dated: list[Records], stored: Stored) -> Directory:
    """Resolve every identity that the dated sheets mention: in the file's customers, then stored, else made."""
    directory = Directory()
    mentioned = [_mentions(records) for records in dated]
    mentioned = [mentions for mentions in mentioned if len(mentions)]
    if not mentioned:
        return directory
    everyone = pd.concat(mentioned, ignore_index=True)
    wanted = pd.Series(everyone["who"].unique(), dtype="str")
    known, rest = _known(wanted, people, stored, directory)
    everyone = everyone[everyone["who"].isin(rest)] if len(rest) else everyone[:0]
    spelled = first_spellings(rest)
    if (spelled != rest.to_numpy()).any():
        everyone = everyone.assign(who=everyone["who"].map(spelled))
    made = _make(everyone, stored, people.next_id, directory)
    directory.ids = pd.concat([known, spelled.map(made).dropna()]).astype("int64")
    return directory


def _known(
    wanted: pd.Series, people: People, stored: Stored, directory: Directory
) -> tuple[pd.Series, pd.Series]:
    """Ids of the identities that are known, the surest way first; and the identities that nobody has."""
    in_file = _in_file(people, wanted, directory)
    ways: tuple[Callable[[pd.Series], pd.Series], ...] = (
        lambda rest: _in_store(rest, stored, directory),
        lambda rest: _by_name(rest, people, stored, directory),
        lambda rest: alike(rest, in_file, directory.ambiguous),
        lambda rest: _in_store_alike(rest, stored, directory),
    )
    held = in_file.reindex(wanted)
    known, rest = [held.dropna().astype("int64")], wanted[held.isna().to_numpy()]
    rest = rest[~rest.isin(directory.ambiguous)] if directory.ambiguous else rest
    for way in ways:
        if rest.empty:
            break
        known.append(way(rest).astype("int64"))
        if len(known[-1]) or directory.ambiguous:
            rest = rest[~rest.isin(known[-1].index) & ~rest.isin(directory.ambiguous)]
    return pd.concat(known), rest


def _by_name(rest: pd.Series, people: People, stored: Stored, directory: Directory) -> pd.Series:
    """A column of codes may hold the names of those who have no code: our own exports do."""
    names = "n:" + rest[rest.str.startswith("c:")].str.slice(2)
    if names.empty:
        return pd.Series(dtype="int64")
    met = _in_file(people, names, directory).reindex(names).dropna()
    left = (
        names[~names.isin(met.index) & ~names.isin(directory.ambiguous)]
        if len(met) or directory.ambiguous
        else names
    )
    met = pd.concat([met, _in_store(left, stored, directory)])
    if directory.ambiguous:
        directory.ambiguous |= {"c:" + name[2:] for name in directory.ambiguous.intersection(names)}
    return met.set_axis("c:" + pd.Index(met.index, dtype="str").str.slice(2))


def _mentions(records: Records) -> pd.DataFrame:
    """who, date and the customer fields that the sheet carries, one row a mention."""
    columns = [c for c in records.frame.columns if c.startswith(REFERENCE_PREFIX)]
    if not columns:
        return pd.DataFrame({"who": records.who_codes[1]})
    facts = records.frame[columns].rename(columns=lambda name: name.removeprefix(REFERENCE_PREFIX))
    facts["who"] = records.who
    facts["on"] = records.frame.get("date")
    return facts[facts["who"].notna()]


def _in_file(people: People, wanted: pd.Series, directory: Directory) -> pd.Series:
    """The identities of the file's own customers, of the ways that are wanted; a name of several is nobody's."""
    rows, ways = people.rows, set(wanted.str.slice(0, 1))
    found = [pd.Series(dtype="int64")]
    for letter, column in STORED_COLUMN.items():
        if column in rows and letter in ways:
            held = rows.loc[rows[column].notna() & (rows["id"] != 0), [column, "id"]]
            held = _unambiguous(held, wanted, directory) if letter == "n" else held.drop_duplicates(column)
            found.append(pd.Series(held["id"].to_numpy(), index=letter + ":" + held[column].astype("str")))
    return pd.concat(found)


def _unambiguous(held: pd.DataFrame, wanted: pd.Series, directory: Directory) -> pd.DataFrame:
    held = held.drop_duplicates()
    twice = held["name"].duplicated(keep=False)
    if twice.any():
        names, texts = wanted[wanted.str.startswith("n:")], "n:" + held["name"].astype("str")
        shared = small(names).isin(small(texts[twice])) & ~names.isin(texts[~twice])
        directory.ambiguous |= set(names[shared])
    return held[~twice]


def _in_store(wanted: pd.Series, stored: Stored, directory: Directory) -> pd.Series:
    found = [pd.Series(dtype="int64")]
    if stored.is_empty("customer"):
        return found[0]
    for letter, column in STORED_COLUMN.items():
        asked = wanted[wanted.str.startswith(letter + ":")].str.slice(2)
        held = stored.rows("customer", {column: asked}) if len(asked) else pd.DataFrame()
        if held.empty:
            continue
        names = letter + ":" + held[column].astype("str")
        twice = names.duplicated(keep=False)
        directory.ambiguous |= set(names[twice]) if letter == "n" else set()
        alone = held[~twice] if letter == "n" else held.drop_duplicates(column)
        found.append(
            pd.Series(
                alone["id"].astype("int64").to_numpy(), index=letter + ":" + alone[column].astype("str")
            )
        )
    return pd.concat(found)


def _in_store_alike(rest: pd.Series, stored: Stored, directory: Directory) -> pd.Series:
    """Stored customers that `rest` spells in another case."""
    found = [pd.Series(dtype="int64")]
    if stored.is_empty("customer"):
        return found[0]
    for letter, column in STORED_COLUMN.items():
        asked = rest[rest.str.startswith(letter + ":")].str.slice(2)
        held = stored_alike(asked, column, stored) if len(asked) else pd.DataFrame()
        if len(held):
            texts = letter + ":" + held[column].astype("str")
            ids = pd.Series(held["id"].to_numpy(), index=texts)
            found.append(alike(letter + ":" + asked, ids, directory.ambiguous))
    return pd.concat(found)


def _make(mentions: pd.DataFrame, stored: Stored, first_id: int, directory: Directory) -> pd.Series:
    """Customers known from their purchases or contacts only: the latest filled value of each fact."""
    if mentions.empty:
        return pd.Series(dtype="int64")
    if "on" in mentions:
        mentions = mentions.sort_values("on", kind="stable")
        facts = mentions.groupby("who", sort=False).last().drop(columns="on")
    else:
        facts = mentions.drop_duplicates("who").set_index("who")
    for letter, column in STORED_COLUMN.items():
        told = facts.index.to_series().where(facts.index.str.startswith(letter + ":")).str.slice(2)
        if told.notna().any():
            facts[column] = told.where(told.notna(), facts[column]) if column in facts else told
    rows = facts.reset_index().assign(sheet="", row=0)
    directory.implied = match_people(rows, stored, first_id=first_id)
    matched = directory.implied.rows
    directory.implied.creates = directory.implied.creates.drop(columns="who", errors="ignore")
    return pd.Series(matched["id"].to_numpy(), index=matched["who"].to_numpy())
