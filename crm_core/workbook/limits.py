"""How much of a file may be read, and at what cost."""

from dataclasses import dataclass

MEGABYTE = 2**20


@dataclass(frozen=True)
class Limits:
    """Bounds of one reading; beyond any of them the file is refused with a sentence.

    file_bytes      size of the file itself
    unzipped_bytes  size of everything in it, counted as it unpacks and as the file declares it
    parts           parts of an xlsx or ods container
    rows, columns   last row and column of a sheet that holds a cell
    cells           rows × columns of the smallest rectangle that holds every cell of a sheet
    memory_bytes    address space of the reading process (a full sheet of 1,048,576 × 8 needs 1.2 GB)
    seconds         wall time of the reading process
    """

    file_bytes: int = 100 * MEGABYTE
    unzipped_bytes: int = 2048 * MEGABYTE
    parts: int = 2_000
    rows: int = 1_048_576
    columns: int = 16_384
    cells: int = 20_000_000
    memory_bytes: int = 2048 * MEGABYTE
    seconds: float = 120.0
