"""Text files of an upload: how they were read, and reading one anew with another encoding or separator."""

import codecs
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from crm_core.actions.reading import (
    EMPTY,
    ReadFile,
    Upload,
    UploadedSheet,
    proposed,
    read_book,
    renamed,
    sheets_of,
)
from crm_core.errors import InvalidInput
from crm_core.intake.mapping.propose import propose
from crm_core.intake.tables.find import Table
from crm_core.model.changes import SourceFile
from crm_core.workbook.encodings import label
from crm_core.workbook.read import Limits

# Python's name → what a person chooses from, the usual ones first.
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16 (big-endian)",
    "cp1252": "Windows-1252 (Western Europe)",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp852": "DOS 852 (Central Europe)",
    "cp850": "DOS 850 (Western Europe)",
    "iso8859_2": "ISO 8859-2 (Central Europe)",
    "big5": "Big5 (Traditional Chinese)",
    "gb18030": "GB18030 (Simplified Chinese)",
    "cp874": "Windows-874 (Thai)",
    "cp932": "Shift-JIS (Japanese)",
    "cp949": "Windows-949 (Korean)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp866": "DOS 866 (Cyrillic)",
    "koi8_r": "KOI8-R (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp1257": "Windows-1257 (Baltic)",
    "mac_roman": "Mac Roman",
}
WORDED = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "bar": "|", "pipe": "|", "space": " "}


def known_encoding(name: str) -> str:
    """Python's name of an encoding as people write it ("Big5", "CP1250", "windows-1250"); InvalidInput for others."""
    labels = {said.lower(): codec for codec, said in ENCODINGS.items()}
    short = {said.split(" (")[0]: codec for said, codec in reversed(labels.items())}
    plain = name.strip().lower()
    codec = labels.get(plain) or short.get(plain) or _codec(plain)
    if codec is None:
        known = ", ".join(said.split(" (")[0] for said in ENCODINGS.values())
        raise InvalidInput(f"“{name}” is no known encoding. Choose one of: {known}.")
    return codec


def _codec(name: str) -> str | None:
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    same = (codec for codec in ENCODINGS if codecs.lookup(codec).name == found)
    return "utf-8" if found == "utf-8-sig" else "utf-16-le" if found == "utf-16" else next(same, None)


def known_separator(name: str) -> str:
    """The character behind ";", "semicolon", "tab"; InvalidInput for what can separate nothing."""
    found = WORDED.get(name.strip().lower(), name)
    if len(found) != 1 or found.isalnum() or found in '"\r\n\0':
        raise InvalidInput(
            f"“{name}” cannot separate columns. Write one character, or: comma, semicolon, tab, bar."
        )
    return found


def text_reading(upload: Upload, file: str) -> tuple[str, str] | None:
    """(encoding as in ENCODINGS' labels, separator) a text file was read with; None for any other file."""
    book = _book(upload, file)
    return (ENCODINGS.get(book.encoding, label(book.encoding)), book.separator) if book.encoding else None


def _book(upload: Upload, file: str) -> ReadFile:
    for book in upload.books:
        if book.name == file:
            return book
    names = ", ".join(f"“{book.name}”" for book in upload.books) or "none"
    raise InvalidInput(f"There is no file “{file}” in this upload. Its files are: {names}.")


def reread_text(
    upload: Upload,
    file: str,
    content: bytes,
    *,
    encoding: str | None,
    separator: str | None,
    limits: Limits | None = None,
) -> Upload:
    """The same upload with one text file read anew; None: as it is found. The other files stay as they are.

    `encoding`: a key or a label of ENCODINGS. InvalidInput where the file is no text file or not of this upload.
    """
    if text_reading(upload, file) is None:
        raise InvalidInput(f"“{file}” is no text file: it says itself how it is to be read.")
    how: dict[str, Any] = {
        "encoding": known_encoding(encoding) if encoding else None,
        "separator": known_separator(separator) if separator else None,
    }
    book = read_book(content, file, limits=limits, **how)
    before = [one for one in upload.sheets if one.file == file]
    others = [one.table for one in upload.sheets if one.file != file and one.table is not None]
    made = _named_as(before, [_proposed(one, others) for one in sheets_of(book, len(upload.books))])
    read = ReadFile(book.name, book.notes, book.encoding, book.separator)
    return _with(upload, read, SourceFile(file, book.sha256), made)


def _proposed(one: UploadedSheet, others: Sequence[Table]) -> UploadedSheet:
    if one.is_list:
        return one
    return replace(one, proposal=EMPTY) if one.table is None else proposed(one, propose(one.table, others))


def _named_as(before: Sequence[UploadedSheet], made: list[UploadedSheet]) -> list[UploadedSheet]:
    """A text file has one sheet, which keeps its name in the upload."""
    return [renamed(made[0], before[0].name), *made[1:]]


def _with(upload: Upload, book: ReadFile, source: SourceFile, made: Sequence[UploadedSheet]) -> Upload:
    """The upload with the sheets of this file in the place of those that it had."""
    first = next(place for place, one in enumerate(upload.sheets) if one.file == book.name)
    others = [one for one in upload.sheets if one.file != book.name]
    books = tuple(book if one.name == book.name else one for one in upload.books)
    files = tuple(source if one.name == book.name else one for one in upload.files)
    notes = tuple(note for one in books for note in one.notes)
    return Upload(files, (*others[:first], *made, *others[first:]), notes, books)
