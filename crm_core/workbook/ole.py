"""What an OLE container (the file format of old Office, and of encrypted new Office) holds."""

from struct import error as StructError
from struct import unpack_from

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST = 0xFFFFFFFA
_ENTRY = 128


def stream_names(data: bytes) -> set[str]:
    """Names of the streams in the container; as many as can be found in a damaged one."""
    try:
        return set(_names(data))
    except (StructError, IndexError):
        return set()


def _names(data: bytes) -> list[str]:
    size = 1 << min(unpack_from("<H", data, 30)[0], 20)
    table = _sector_table(data, size)
    names, sector, seen = [], unpack_from("<I", data, 48)[0], set()
    while sector < _LAST and sector not in seen:
        seen.add(sector)
        names += _entries(data[(sector + 1) * size : (sector + 2) * size])
        sector = table[sector] if sector < len(table) else _LAST
    return names


def _sector_table(data: bytes, size: int) -> list[int]:
    """Next sector of each sector, from the table's sectors that the header lists."""
    table: list[int] = []
    for sector in unpack_from("<109I", data, 76):
        if sector >= _LAST:
            break
        piece = data[(sector + 1) * size : (sector + 2) * size]
        table += unpack_from(f"<{len(piece) // 4}I", piece)
    return table


def _entries(sector: bytes) -> list[str]:
    found = []
    for at in range(0, len(sector) - _ENTRY + 1, _ENTRY):
        length = unpack_from("<H", sector, at + 64)[0]
        if 2 <= length <= 64:
            found.append(sector[at : at + length - 2].decode("utf-16-le", "replace"))
    return found
