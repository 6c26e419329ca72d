"""What a field is: what a column of a file can be, and the headers under which people write it.

`bare` headers mean the field where its record is what the file is mainly about (« Courriel » in a
list of people is theirs); `qualified` ones mean it anywhere. Headers are folded.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """A field: `reader` names how a cell is read, `record` what it is said of."""

    code: str
    label: str
    reader: str
    bare: tuple[str, ...] = ()
    qualified: tuple[str, ...] = ()

    @property
    def record(self) -> str:
        """Return what kind of record the field is of."""
        return self.code.partition(".")[0]

    @property
    def name(self) -> str:
        """Return the field's name in its record."""
        return self.code.partition(".")[2]


def _words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip())


def field(code: str, label: str, reader: str, bare: str = "", qualified: str = "") -> Field:
    """Return a field; its headers are written with « | » between them."""
    return Field(code, label, reader, _words(bare), _words(qualified))
