"""Files of the old Office, written byte by byte: no library that is still kept writes them.

Sources: Microsoft, [MS-CFB] (the container of streams) and [MS-XLS] (BIFF8 records).
"""

import struct

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_WHOLE = 4096  # a shorter stream would live in a smaller kind of sectors

OldCell = str | float | bool | None


def compound_file(name: str, content: bytes) -> bytes:
    """Return a compound file with one stream."""
    content = content.ljust(_WHOLE, b"\0")
    content += b"\0" * (-len(content) % _SECTOR)
    count = len(content) // _SECTOR
    first = 2
    chain = [_FAT, _END, *range(first + 1, first + count), _END]
    assert len(chain) <= _SECTOR // 4
    chain += [_FREE] * (_SECTOR // 4 - len(chain))
    header = struct.pack(
        "<8s16s5H6s9I",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"\0" * 16,
        *(0x3E, 3, 0xFFFE, 9, 6),
        b"\0" * 6,
        *(0, 1, 1, 0, _WHOLE, _END, 0, _END, 0),
    )
    header += struct.pack("<109I", 0, *[_FREE] * 108)
    directory = _entry("Root Entry", 5, child=1, start=_END, size=0)
    directory += _entry(name, 2, child=_FREE, start=first, size=len(content))
    directory += b"\0" * (_SECTOR - len(directory))
    return header + struct.pack(f"<{len(chain)}I", *chain) + directory + content


def _entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    told = (name + "\0").encode("utf-16-le")
    return struct.pack(
        "<64sHBB3I16sIQQIQ",
        told,
        len(told),
        kind,
        1,
        _FREE,
        _FREE,
        child,
        b"",
        0,
        0,
        0,
        start,
        size,
    )


def old_workbook(name: str, rows: list[list[OldCell]], *, locked: bool = False) -> bytes:
    """Return an XLS with one sheet of texts, numbers and truths."""
    told = name.encode("utf-16-le")
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    if locked:
        start += _record(0x002F, b"\1\0" + b"\0" * 52)
    start += _record(0x00E0, b"\0" * 20)
    bound = struct.pack("<BBBB", 0, 0, len(name), 1) + told
    end = _record(0x000A, b"")
    place = len(start) + 4 + 4 + len(bound) + len(end)
    book = start + _record(0x0085, struct.pack("<I", place) + bound) + end
    book += _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for index, row in enumerate(rows):
        for column, cell in enumerate(row):
            book += _cell(index, column, cell)
    return compound_file("Workbook", book + end)


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _cell(row: int, column: int, cell: OldCell) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if cell is None:
        return b""
    if isinstance(cell, bool):
        return _record(0x0205, place + struct.pack("<BB", cell, 0))
    if isinstance(cell, str):
        told = cell.encode("utf-16-le")
        return _record(0x0204, place + struct.pack("<HB", len(cell), 1) + told)
    return _record(0x0203, place + struct.pack("<d", cell))
