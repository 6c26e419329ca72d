"""What a pasted list of communes says, line by line: names, INSEE codes, postcodes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from crm.core.text import words

MOST_LINES = 2000
_CODE = re.compile(r"(?<![0-9A-Za-z])([0-9][0-9ABab][0-9]{3})(?![0-9A-Za-z])")
_DEPARTEMENT = re.compile(r"[(,;\t ]\s*(2[ABab]|[0-9]{2,3})\s*\)?\s*$")
_SEPARATORS = re.compile(r"[\r\n]+")


@dataclass(frozen=True, slots=True)
class PastedLine:
    """A line: the text, its folded name, and the five-figure code or the département beside it.

    A five-figure code may be that of INSEE or a postcode: only the geography tells.
    """

    text: str
    name: str
    code: str | None = None
    departement: str | None = None


def read_lines(text: str) -> Iterator[PastedLine]:
    """Yield each line that says something, once; « Lens (62) », « 62498 », « LENS 62300 »."""
    seen: set[str] = set()
    for raw in _SEPARATORS.split(text.replace("\x00", "")):
        line = " ".join(raw.replace("\t", " ").split())
        if line and line.lower() not in seen:
            seen.add(line.lower())
            yield _read(line)


def _read(line: str) -> PastedLine:
    code = departement = None
    name = line
    if match := _CODE.search(line):
        code = match[1].upper()
        name = line[: match.start()] + " " + line[match.end() :]
    elif match := _DEPARTEMENT.search(line):
        departement = match[1].upper()
        name = line[: match.start()]
    return PastedLine(line, " ".join(words(name.strip(" ,;()-"))), code, departement)
