"""How a text file is read: its encoding and what stands between its columns; another choice shows at once."""

from typing import Any

import streamlit as st

from crm_core.actions import choosing
from crm_core.actions.imports import UploadedSheet
from pages._parts import Desk
from pages._upload.draft import Draft, read_again

BETWEEN = {",": "Comma  ,", ";": "Semicolon  ;", "\t": "Tab", "|": "Bar  |"}


def text_reading(desk: Desk, now: Draft, sheet: UploadedSheet) -> None:
    """Two boxes for the file of a sheet, where it is a text file that is still at hand."""
    read = choosing.text_reading(now.upload, sheet.file)
    if read is None or sheet.file not in now.texts:
        return
    label = read[0].split(" (")[0]
    with st.popover(f"Read as {label}", icon=":material/translate:", key=f"reading_{now.tab}_{now.turn}"):
        _boxes(desk, now, sheet.file, read)


def _boxes(desk: Desk, now: Draft, file: str, read: tuple[str, str]) -> None:
    encoding, separator = read
    keys = (f"encoding_{file}_{now.turn}", f"separator_{file}_{now.turn}")
    told: dict[str, Any] = {"on_change": _read_again, "args": (desk, file, read, keys)}
    names = list(dict.fromkeys([*choosing.ENCODINGS.values(), encoding]))
    st.selectbox("Letters as in", names, names.index(encoding), key=keys[0], **told)
    options = list(dict.fromkeys([*BETWEEN, separator]))
    st.selectbox(
        "Between columns", options, options.index(separator), format_func=lambda one: BETWEEN.get(one, one),
        key=keys[1], **told,
    )  # fmt: skip
    st.caption("Choose others where letters look wrong or columns run together. The sheet shows at once.")


def _read_again(desk: Desk, file: str, read: tuple[str, str], keys: tuple[str, str]) -> None:
    encoding, separator = (str(st.session_state[key]) for key in keys)
    if (encoding, separator) != read:
        read_again(desk, file, encoding, separator)
