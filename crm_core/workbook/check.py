"""A cheap look before anything is parsed: what the file is by its content, and whether it may be read."""

import re
import struct
import zipfile
import zlib
from pathlib import Path

from crm_core.errors import UnreadableFile
from crm_core.workbook import ole
from crm_core.workbook.job import COPY_AGAIN, DOCTYPE_FOUND, SAVE_AGAIN, SPLIT, UPLOAD, refusal
from crm_core.workbook.limits import MEGABYTE, Limits

ZIP_TROUBLE = (
    zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, struct.error, zlib.error,
    OverflowError, KeyError, RuntimeError,
)  # fmt: skip
PASSWORD = "is protected with a password"
PASSWORD_WAY_OUT = "Open it in Excel, remove the password under File, Info, save it and upload it again."
DAMAGED = "is incomplete or damaged"
_HEAD = 4096

# First bytes of files that people upload by mistake.
_STRANGERS = (
    (b"%PDF", "is a PDF document", "Ask for the table as an Excel file; a PDF holds no cells."),
    (b"\x89PNG", "is a picture", UPLOAD),
    (b"\xff\xd8\xff", "is a picture", UPLOAD),
    (b"GIF8", "is a picture", UPLOAD),
    (b"BM", "is a picture", UPLOAD),
    (b"{\\rtf", "is a text document (RTF)", UPLOAD),
    (b"\x1f\x8b", "is a compressed archive", "Unpack it and upload the workbook in it."),
    (b"7z\xbc\xaf", "is a compressed archive", "Unpack it and upload the workbook in it."),
    (b"Rar!", "is a compressed archive", "Unpack it and upload the workbook in it."),
    (b"SQLite format 3", "is a database", UPLOAD),
    (b"PAR1", "is a Parquet file", UPLOAD),
)
# Bytes at the start of Excel files from before 1993.
_ANCIENT = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
_MARKUP = (
    (rb"<!doctype html|<html|<table|<head|<body", "is a web page, whatever its name says"),
    (rb"<\?xml.*?urn:schemas-microsoft-com:office:spreadsheet", "is an XML spreadsheet of 2003"),
    (rb"<\?xml.*?opendocument", "is a flat XML spreadsheet (.fods)"),
    (rb"<\?xml|<!doctype", "is an XML file"),
)
_OOXML = (
    (b"spreadsheetml.sheet.main+xml", "xlsx"), (b"spreadsheetml.template.main+xml", "xlsx"),
    (b"ms-excel.sheet.macroEnabled.main+xml", "xlsx"), (b"ms-excel.template.macroEnabled.main+xml", "xlsx"),
    (b"ms-excel.addin.macroEnabled.main+xml", "xlsx"),
    (b"ms-excel.sheet.binary.macroEnabled.main", "xlsb"),
)  # fmt: skip


def find_format(path: Path, name: str, limits: Limits) -> str:
    """ "xlsx", "xlsb", "xls", "ods" or "csv", by content and not by name. Raises UnreadableFile."""
    size = path.stat().st_size
    if size == 0:
        raise refusal(name, "is empty (0 bytes)", "Save it again where it comes from, then upload it again.")
    if size > limits.file_bytes:
        most = f"{limits.file_bytes / MEGABYTE:,.0f} MB"
        raise refusal(name, f"has {size / MEGABYTE:,.1f} MB, more than the {most} read at once", SPLIT)
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(ole.MAGIC):
        return _in_ole(path, name)
    if head.startswith(b"PK"):
        return _in_zip(path, name, limits)
    _refuse_strangers(head, name)
    return "csv"


def _refuse_strangers(head: bytes, name: str) -> None:
    for magic, found, way_out in _STRANGERS:
        if head.startswith(magic) and (len(magic) > 2 or b"\0" in head):
            raise refusal(name, found, way_out)
    if head.startswith(_ANCIENT):
        raise refusal(name, "was saved by an Excel from before 1997", SAVE_AGAIN)
    start = head.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\xff\xfe")
    for pattern, found in _MARKUP:
        if re.match(pattern, start, re.IGNORECASE | re.DOTALL):
            raise refusal(name, found, SAVE_AGAIN)
    if re.match(rb'\{\s*["}]|\[\s*[\[{]', start):
        raise refusal(name, "is a JSON file", UPLOAD)


def _in_ole(path: Path, name: str) -> str:
    streams = ole.stream_names(path.read_bytes())
    if "EncryptedPackage" in streams:
        raise refusal(name, PASSWORD, PASSWORD_WAY_OUT)
    if streams & {"Workbook", "Book", "WORKBOOK", "BOOK"}:
        return "xls"
    if streams & {"WordDocument", "PowerPoint Document"}:
        raise refusal(name, "is a text document or a presentation", UPLOAD)
    if any(stream.startswith("__") for stream in streams):
        raise refusal(name, "is a saved e-mail", "Save the workbook that is attached to it and upload that.")
    raise refusal(name, DAMAGED, COPY_AGAIN)


def _in_zip(path: Path, name: str, limits: Limits) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            _check_parts(archive.infolist(), name, limits)
            form = _container_format(archive, name)
            _check_prologs(archive, name)
    except UnreadableFile:
        raise
    except ZIP_TROUBLE:
        raise refusal(name, DAMAGED, COPY_AGAIN) from None
    return form


def _check_parts(parts: list[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    names = [part.filename for part in parts]
    if len(parts) > limits.parts:
        found = f"has {len(parts):,} parts, more than the {limits.parts:,} a workbook needs"
        raise refusal(name, found, SAVE_AGAIN)
    if any(_points_outside(part) for part in names):
        raise refusal(name, "holds parts that point outside the file", SAVE_AGAIN)
    if len({part.lower() for part in names}) < len(names):
        raise refusal(name, "holds the same part twice", SAVE_AGAIN)
    if any(part.flag_bits & 1 for part in parts):
        raise refusal(name, PASSWORD, PASSWORD_WAY_OUT)
    if sum(part.file_size for part in parts) > limits.unzipped_bytes:
        raise refusal(name, "unpacks to more than can be read at once", SPLIT)


def _points_outside(part: str) -> bool:
    return part.startswith(("/", "\\")) or ".." in part.replace("\\", "/").split("/")


def _container_format(archive: zipfile.ZipFile, name: str) -> str:
    names = set(archive.namelist())
    if "[Content_Types].xml" in names:
        return _office_format(archive.read("[Content_Types].xml").replace(b"\0", b""), name)
    if "mimetype" in names and b"opendocument.spreadsheet" in archive.read("mimetype")[:200]:
        return _open_document(archive, names, name)
    if any(part.endswith(".iwa") or part == "Index.zip" for part in names):
        way_out = "In Numbers choose File, Export To, Excel, and upload that."
        raise refusal(name, "is an Apple Numbers document", way_out)
    if any(part.startswith("xl/") for part in names):
        raise refusal(name, DAMAGED, COPY_AGAIN)
    raise refusal(name, "is a zip archive and not a workbook", "Unpack it and upload the workbook in it.")


def _office_format(types: bytes, name: str) -> str:
    for mark, form in _OOXML:
        if mark in types:
            return form
    if b"wordprocessingml" in types or b"presentationml" in types:
        raise refusal(name, "is a text document or a presentation", UPLOAD)
    raise refusal(name, DAMAGED, COPY_AGAIN)


def _open_document(archive: zipfile.ZipFile, names: set[str], name: str) -> str:
    manifest = "META-INF/manifest.xml"
    if manifest in names and b"encryption-data" in archive.read(manifest):
        raise refusal(name, PASSWORD, "Open it, save it without a password and upload it again.")
    return "ods"


def _check_prologs(archive: zipfile.ZipFile, name: str) -> None:
    for part in archive.infolist():
        if part.filename.lower().endswith((".xml", ".rels", ".vml")):
            with archive.open(part) as stream:
                if b"<!DOCTYPE" in stream.read(_HEAD).replace(b"\0", b""):
                    raise refusal(name, DOCTYPE_FOUND, SAVE_AGAIN)


def has_macros(path: Path) -> bool:
    """Whether a checked container carries macros."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(part.lower().endswith("vbaproject.bin") for part in archive.namelist())
