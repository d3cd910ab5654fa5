"""Builds small bad files for the tests: workbooks with one thing wrong in them."""

import io
import random
import zipfile

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def inline(reference: str, text: str) -> str:
    """A cell that holds text."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def sheet_xml(rows: str, before: str = "") -> str:
    """A worksheet part; `rows` is its <row> elements, `before` stands before them (a <dimension>)."""
    return f'{HEAD}<worksheet xmlns="{_MAIN}">{before}<sheetData>{rows}</sheetData></worksheet>'


def parts(sheet: str, shared: str = "", names: tuple[str, ...] = ("Sheet1",)) -> dict[str, bytes]:
    """Every part of a plain workbook whose sheets all show the same XML."""
    listed = "".join(f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}"/>' for i, name in enumerate(names, 1))
    links = "".join(
        f'<Relationship Id="rId{i}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(names) + 1)
    )
    if shared:
        links += f'<Relationship Id="rId99" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{_KIND}.worksheet+xml"/>'
        for i in range(1, len(names) + 1)
    )
    main = (
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>'
    )
    made = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{_PACKAGE}/content-types">{main}{overrides}</Types>',
        "_rels/.rels": _relationships(
            f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        ),
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relationships(links),
        **{f"xl/worksheets/sheet{i}.xml": sheet for i in range(1, len(names) + 1)},
    }
    if shared:
        made["xl/sharedStrings.xml"] = shared
    return {name: text.encode("utf-8") for name, text in made.items()}


def _relationships(links: str) -> str:
    return f'{HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def zipped(contents: dict[str, bytes]) -> bytes:
    """The parts as a container."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def workbook(rows: str, before: str = "") -> bytes:
    """A workbook of one sheet with these <row> elements."""
    return zipped(parts(sheet_xml(rows, before)))


def ods(rows: str) -> bytes:
    """An OpenDocument workbook of one table with these <table:table-row> elements."""
    names = " ".join(
        f'xmlns:{word}="urn:oasis:names:tc:opendocument:xmlns:{word}:1.0"'
        for word in ("office", "table", "text")
    )
    content = (
        f"{HEAD}<office:document-content {names}><office:body><office:spreadsheet>"
        f'<table:table table:name="Tabelle1">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    mime = b"application/vnd.oasis.opendocument.spreadsheet"
    return zipped(
        {"mimetype": mime, "META-INF/manifest.xml": b"<m/>", "content.xml": content.encode("utf-8")}
    )


def utf16_workbook(rows: str) -> bytes:
    """A workbook whose sheet is written in UTF-16, which is allowed and which the fast engine misreads."""
    contents = parts(sheet_xml(rows))
    text = contents["xl/worksheets/sheet1.xml"].decode("utf-8").replace('"UTF-8"', '"UTF-16"')
    contents["xl/worksheets/sheet1.xml"] = text.encode("utf-16")
    return zipped(contents)


def mutated(data: bytes, seed: int) -> bytes:
    """The file with some bytes flipped, an end cut off, or two pieces swapped."""
    rng = random.Random(seed)
    damage = rng.choice([_flip, _flip, _cut, _swap, _repack])
    return damage(data, rng)


def _flip(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice([1, 3, 30])):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _swap(data: bytes, rng: random.Random) -> bytes:
    a, b, c = sorted(rng.sample(range(len(data)), 3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def _repack(data: bytes, rng: random.Random) -> bytes:
    """A sound container whose parts are damaged, so that the damage reaches the XML parsers."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return _flip(data, rng)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    name, other = rng.choice(list(contents)), rng.choice(list(contents))
    damage = rng.choice(["flip", "cut", "swap", "drop"])
    if damage == "drop":
        del contents[name]
    elif damage == "swap":
        contents[name], contents[other] = contents[other], contents[name]
    elif contents[name]:
        contents[name] = (_flip if damage == "flip" else _cut)(contents[name], rng)
    return zipped(contents)
