"""CSV and its cousins: the delimiter is the one that cuts the rows alike."""

import csv
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from crm.core.errors import N_
from crm.reading.encodings import encoding_of, lines_of
from crm.reading.limits import LONGEST_CELL
from crm.reading.tables import Table
from crm.reading.types import DELIMITERS, Cell, UnreadableFileError

_BY_TRUST = ("\t", ";", "|", ",")  # a comma is also in amounts and sentences
_OF_ONE_COLUMN = ";"
_LINES_TRIED = 400
_CHARACTERS_TRIED = 400_000
_UNCLOSED = N_(
    "La ligne %(row)s contient un texte de plus de %(most)s caractères : un guillemet y est"
    " peut-être ouvert et jamais fermé. Corrigez-la, ou choisissez un autre séparateur."
)
_NO_DELIMITER = N_(
    "Ce séparateur n’est pas connu : choisissez « ; », « , », la tabulation ou « | »."
)


def delimited_table(
    source: Path, encoding: str | None, delimiter: str | None
) -> tuple[str, str, Table]:
    """Return the encoding, the delimiter and the table of a text file, found when not given."""
    if delimiter is not None and delimiter not in DELIMITERS:
        raise UnreadableFileError(_NO_DELIMITER)
    used = encoding or encoding_of(source)
    declared = _declared_delimiter(lines_of(source, used))
    cut = delimiter or declared or delimiter_of(lines_of(source, used))

    def rows() -> Iterator[list[Cell]]:
        lines = lines_of(source, used)
        if declared:
            next(lines, None)
        return _rows(lines, cut)

    return used, cut, Table(name="", rows=rows, first_number=2 if declared else 1)


def _rows(lines: Iterable[str], delimiter: str) -> Iterator[list[Cell]]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(lines, delimiter=delimiter)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):  # noqa: B007 - told in the error
            yield [*row]
    except csv.Error as error:
        raise UnreadableFileError(
            _UNCLOSED, row=number + 1, most=LONGEST_CELL, detail="csv.Error"
        ) from error


def _declared_delimiter(lines: Iterable[str]) -> str:
    """Return the delimiter that Excel's first line « sep=; » declares; "" without one."""
    first = next(iter(lines), "").rstrip("\r\n").strip('"').lower()
    return first[4:] if first.startswith("sep=") and first[4:] in DELIMITERS else ""


def delimiter_of(lines: Iterable[str]) -> str:
    """Return the delimiter under which most rows have the same number of cells, and many."""
    sample: list[str] = []
    left = _CHARACTERS_TRIED
    for line in islice(lines, _LINES_TRIED):
        sample.append(line)
        left -= len(line)
        if left < 0:
            break
    scores = {each: _consistency(sample, each) for each in _BY_TRUST}
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] else _OF_ONE_COLUMN


def _consistency(sample: list[str], delimiter: str) -> float:
    """Return how alike a delimiter cuts the lines: 0 when it cuts none.

    A delimiter within quotes cuts nothing; one that a space follows is often a mere comma; blank
    lines say nothing; a title above or a note below costs its own line only.
    """
    try:
        rows = [row for row in csv.reader(sample, delimiter=delimiter) if any(row)]
    except csv.Error:
        return 0.0
    wide = Counter(len(row) for row in rows if len(row) > 1)
    if not wide:
        return 0.0
    cut = [cell for row in rows for cell in row[1:]]
    trust = 1 - sum(cell.startswith(" ") for cell in cut) / len(cut) / 2
    shares = ((count / len(rows), width) for width, count in wide.items())
    return trust * max(share**2 * math.log2(width) * (1 + share) for share, width in shares)
