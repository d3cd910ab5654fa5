"""The figures at the top of Status, and the check that can be asked for."""

from datetime import datetime
from typing import Any

import streamlit as st

from crm_core.actions import backups, keeping
from crm_core.actions.morning import last_morning
from crm_core.views.status import Status
from pages._jobs import begin, finish, is_under_way
from pages._parts import Desk, ago, counted, in_words, number, plain, since

GIGABYTE, MEGABYTE = 1_000_000_000, 1_000_000
LITTLE = 2 * GIGABYTE
OLD_DAYS = 2  # a backup, a check, a morning that is older deserves a word


def size(count: int | None) -> str:
    """1.2 GB, 34 MB; empty where it is not known."""
    if count is None:
        return ""
    if count >= GIGABYTE:
        return f"{count / GIGABYTE:.1f} GB"
    return f"{max(count / MEGABYTE, 0.1):.1f} MB" if count < 10 * MEGABYTE else f"{count / MEGABYTE:.0f} MB"


def versions(found: Status) -> str:
    """What runs here, in one line."""
    return ", ".join(f"{plain(name)} {plain(said)}" for name, said in found.versions.items()) + "."


def tiles(found: Status, desk: Desk) -> None:
    """Six figures, each with what it says and a word where something wants looking after."""
    with st.grid(3, min_column_width=240, key="status_tiles"):
        _tile("Database", size(found.size), plain(found.kind))
        _tile("Free disk", size(found.free) or "not known", *_disk(found))
        _tile("Last backup", *_backup(found, desk))
        _tile("Last check", *_last(found.checked, desk, "Never checked", _checked))
        _tile("Morning's work", *_morning(desk))
        _tile("Messages waiting", number(found.messages.get("waiting", 0)), *_unsure(found))


def _tile(label: str, value: str, words: str = "", warns: bool = False) -> None:
    key = "".join(letter for letter in label.lower() if letter.isalpha() or letter == " ").replace(" ", "_")
    with st.container(border=True, height="stretch", key=f"tile_{key}"):
        st.metric(label, value)
        st.caption(f":orange[:material/warning: {words}]" if warns else words)


def _disk(found: Status) -> tuple[str, bool]:
    if found.free is None:
        return "on the database's own machine", False
    is_little = found.free < max(LITTLE, 2 * found.size)
    return ("little for a backup beside the data" if is_little else "where the data is", is_little)


def _backup(found: Status, desk: Desk) -> tuple[str, str, bool]:
    """The last one that was made; that the daily one failed comes first, and that there is none."""
    known = backups.daily_backups(desk.database)
    each = f"daily at {known.at}" if known.at else "none is made by itself"
    value, said, warns = _last(found.backed_up, desk, f"No backup was made yet; {each}", _verified)
    if known.last and known.last.trouble:
        return value, plain(known.last.trouble), True
    return value, said if warns else f"{said}; {each}", warns or not known.at


def _last(line: Any, desk: Desk, never: str, words: Any) -> tuple[str, str, bool]:
    """When, in what words, and whether that is a warning."""
    if line is None:
        return "never", never, True
    at = datetime.fromisoformat(line.at).astimezone().date()
    said, warns = words(line.about)
    return since(line.at), said, warns or (desk.as_of - at).days > OLD_DAYS


def _verified(about: dict[str, Any]) -> tuple[str, bool]:
    told = size(about.get("bytes"))
    if about.get("verified"):
        return f"{told}, read again".strip(", "), False
    return f"{told}, not read again yet".strip(", "), False


def _checked(about: dict[str, Any]) -> tuple[str, bool]:
    faults = int(about.get("faults", 0))
    return (f"found {counted(faults, 'fault')}" if faults else "all was well"), bool(faults)


def _morning(desk: Desk) -> tuple[str, str, bool]:
    """The last that was done by itself: forecasts, rules, messages; and what of it could not be done."""
    done = last_morning(desk.database.whole)
    if done is None:
        return "never", "forecasts, rules and messages were not done by themselves yet", False
    day, parts = done
    troubles = " ".join(part.words for part in parts if not part.done)
    is_old = (desk.as_of - day).days > OLD_DAYS
    return ago(day, desk.as_of), plain(troubles) or "forecasts, rules, messages", is_old or bool(troubles)


def _unsure(found: Status) -> tuple[str, bool]:
    unsure = found.messages.get("sending", 0)
    if unsure:
        return f"{counted(unsure, 'message')} may have gone out: look under Follow-ups", True
    return f"{number(found.messages.get('sent', 0))} sent so far", False


def care(desk: Desk) -> None:
    """A check and a backup at one's wish; what a check finds stays until the next."""
    with st.container(horizontal=True, vertical_alignment="center", key="check_box"):
        st.button(
            "Check the database", key="check_now", icon=":material/health_and_safety:", on_click=_check, args=(desk,),
            disabled=is_under_way("check"), help="References, sums and the audit, each against the records themselves",
        )  # fmt: skip
        st.button(
            "Make a backup", key="backup_now", icon=":material/save:", on_click=_back_up, args=(desk,),
            disabled=is_under_way("backup"), help="Into the folder of the daily ones, while people work",
        )  # fmt: skip
        _ended("check")
        _ended("backup")
    if done := st.session_state.get("done_check"):
        _found(done)
    if made := st.session_state.get("done_backup"):
        st.success(
            f"The backup is made and was opened again: `{made[0].file}`", icon=":material/check_circle:"
        )


def _ended(name: str) -> None:
    """What a job gave, once; the page is drawn anew with it."""
    with in_words():
        done = finish(name)
        if done is not None:
            st.session_state[f"done_{name}"] = done
            st.rerun()


def _check(desk: Desk) -> None:
    st.session_state.pop("done_check", None)
    begin("check", "Checking", lambda progress: keeping.check_database(desk.database))


def _back_up(desk: Desk) -> None:
    st.session_state.pop("done_backup", None)
    begin("backup", "Making a backup", lambda progress: _backed_up(desk))


def _backed_up(desk: Desk) -> Any:
    known = backups.daily_backups(desk.database)
    return backups.back_up_into(desk.database, known.folder, keep=known.keep, now=datetime.now())


def _found(done: keeping.CheckResult) -> None:
    if done.findings:
        st.error("\n".join(f"- {plain(one)}" for one in done.findings), icon=":material/error:")
    else:
        st.success(
            "All is well: the database is whole, the sums are right, and nobody changed the audit or the history.",
            icon=":material/check_circle:",
        )
    if done.anchor:
        st.caption(
            "Keep this line elsewhere, and a later check can tell whether anything up to here was changed:"
        )
        st.code(f"regulars check --anchor {done.anchor}", language=None)
