"""The small parts of an xlsx: which sheets it has, where they lie, which styles are dates."""

import posixpath
import re
import zipfile
from dataclasses import dataclass
from xml.etree import ElementTree

_BUILT_IN = {
    **dict.fromkeys([14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 59)], "date"),
    **dict.fromkeys([18, 19, 20, 21, 32, 33, 34, 35, 45, 47], "time"),
    46: "duration",
}
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)


@dataclass(frozen=True)
class SheetPart:
    """One sheet as the workbook lists it; `part` is its path in the container, `size` its bytes unzipped."""

    name: str
    part: str
    hidden: bool
    is_table: bool
    size: int = 0


@dataclass(frozen=True)
class Layout:
    """The sheets in order, the style numbers that show dates or times, and the date system.

    `date_system_twice`: workbook properties stand twice, once in an extension (Excel for Mac writes that). The
    fast engine takes the last one, which says nothing of the date system.
    """

    sheets: tuple[SheetPart, ...]
    style_kinds: dict[int, str]
    since_1904: bool
    date_system_twice: bool = False


def read_layout(archive: zipfile.ZipFile) -> Layout:
    """Layout of an xlsx or xlsm. Raises KeyError or ElementTree.ParseError on a broken container."""
    main = _main_part(archive)
    root = ElementTree.fromstring(archive.read(main))
    links = _relations(archive, main)
    sheets = tuple(_sheet_part(node, links, archive) for node in _all(root, "sheet"))
    flags = [node.get("date1904", "0") for node in _all(root, "workbookPr")]
    since_1904 = any(flag in ("1", "true") for flag in flags)
    return Layout(sheets, _style_kinds(archive, links), since_1904, len(flags) > 1)


def _main_part(archive: zipfile.ZipFile) -> str:
    for kind, target in _relations(archive, "").values():
        if kind == "officeDocument":
            return target
    raise KeyError("officeDocument")


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Relation id → (last word of its type, path of the target part)."""
    folder, leaf = posixpath.split(part)
    root = ElementTree.fromstring(archive.read(posixpath.join(folder, "_rels", f"{leaf}.rels")))
    return {
        node.get("Id", ""): (
            node.get("Type", "").rpartition("/")[2],
            _resolve(folder, node.get("Target", "")),
        )
        for node in _all(root, "Relationship")
    }


def _resolve(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")


def _sheet_part(
    node: ElementTree.Element, links: dict[str, tuple[str, str]], archive: zipfile.ZipFile
) -> SheetPart:
    link = next((value for key, value in node.attrib.items() if key.endswith("}id")), "")
    kind, part = links.get(link, ("", ""))
    hidden = node.get("state", "visible") != "visible"
    size = archive.getinfo(part).file_size if kind == "worksheet" else 0
    return SheetPart(node.get("name", ""), part, hidden, kind == "worksheet", size)


def _style_kinds(archive: zipfile.ZipFile, links: dict[str, tuple[str, str]]) -> dict[int, str]:
    part = next((target for kind, target in links.values() if kind == "styles"), "")
    if part not in archive.namelist():
        return {}
    root = ElementTree.fromstring(archive.read(part))
    own = {
        _number(node, "numFmtId"): format_kind(node.get("formatCode", "")) for node in _all(root, "numFmt")
    }
    kinds = {**_BUILT_IN, **own}
    uses = [_number(node, "numFmtId") for block in _all(root, "cellXfs") for node in _all(block, "xf")]
    return {i: kinds[use] for i, use in enumerate(uses) if kinds.get(use)}


def _number(node: ElementTree.Element, attribute: str) -> int:
    text = node.get(attribute, "")
    return int(text) if text.isdigit() else -1


def format_kind(code: str) -> str:
    """Whether a number format shows a "date", a "time", a "duration" or none of them ("")."""
    bare = _QUOTED.sub("", code.split(";")[0]).lower().replace("general", "")
    if "[" in bare:
        return "duration"
    if "d" in bare or "y" in bare:
        return "date"
    if "h" in bare or "s" in bare:
        return "time"
    return "date" if "m" in bare else ""


def _all(root: ElementTree.Element, tag: str) -> list[ElementTree.Element]:
    """Every element of that local name, whatever its namespace (plain and strict files differ in it)."""
    return [node for node in root.iter() if isinstance(node.tag, str) and node.tag.rpartition("}")[2] == tag]
