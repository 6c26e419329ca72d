"""Marks that stand for what differs from one reader to the next, until each letter is filled.

A mark is letters and digits only, so that nothing on its way (Markdown, HTML, inlined style, an
address) changes it; it is drawn from the message itself, so that composing again gives the same.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from markupsafe import escape

from crm.composing.fields import Fault, Spot, filled, is_missing, one_line, pieces_of
from crm.composing.links import BARE
from crm.composing.types import MergeField, Values

_SALT_LENGTH = 12
_MARK = "M{salt}{number:04d}Z"


class Context(StrEnum):
    """Where a mark stands: each asks for another way of writing a value."""

    SUBJECT = "subject"
    TEXT = "text"
    HTML = "html"


_WRITERS: Mapping[Context, Callable[[str], str]] = {
    Context.SUBJECT: one_line,
    Context.TEXT: str,
    Context.HTML: lambda text: str(escape(text)),
}


@dataclass(frozen=True, slots=True)
class Marks:
    """What the marks of a message stand for, and the addresses that its links lead to."""

    spots: tuple[tuple[str, Spot, Context], ...] = ()
    ways: tuple[tuple[str, str, Context], ...] = ()
    links: tuple[str, ...] = ()

    def fill(self, values: Values, urls: Mapping[str, str]) -> dict[str, str]:
        """Return what each mark becomes for one reader, written for where it stands.

        `urls` gives the address of each way out, and of link « 0 », « 1 »…; a link that it does
        not name leads where its writer said.
        """
        said = {spot: filled(spot, values) for spot in {spot for _, spot, _ in self.spots}}
        found = {mark: _WRITERS[context](said[spot]) for mark, spot, context in self.spots}
        for mark, way, context in self.ways:
            address = urls[way] if way in urls or not way.isdigit() else self.links[int(way)]
            found[mark] = _WRITERS[context](address)
        return found

    def missing(self, values: Values) -> tuple[str, ...]:
        """Return the names of the fields that would leave a hole for this reader."""
        return tuple(
            dict.fromkeys(spot.name for _, spot, _ in self.spots if is_missing(spot, values))
        )


@dataclass(slots=True)
class Marker:
    """Gives the marks of a message as it is composed: the same thing has the same mark."""

    fields: Sequence[MergeField]
    salt: str
    spots: dict[tuple[Spot, Context], str] = field(default_factory=dict)
    ways: dict[tuple[str, Context], str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)

    @classmethod
    def drawn_from(cls, source: str, fields: Sequence[MergeField]) -> "Marker":
        """Return a marker whose marks are nowhere in the source."""
        salt = hashlib.sha256(source.encode()).hexdigest()
        while salt[:_SALT_LENGTH] in source:
            salt = hashlib.sha256(salt.encode()).hexdigest()
        return cls(fields, salt[:_SALT_LENGTH])

    def marked(self, text: str, context: Context) -> str:
        """Return a text with marks for its fields; braces that mean nothing stay as they are."""
        written = []
        for piece in pieces_of(text, self.fields):
            if isinstance(piece, Spot):
                written.append(self._spot(piece, context))
            elif isinstance(piece, str):
                written.append(piece)
            elif isinstance(piece, Fault):
                return text
        return "".join(written)

    def way(self, name: str, context: Context) -> str:
        """Return the mark of a way out: « unsubscribe », « preferences », « web »."""
        return self.ways.setdefault((name, context), self._next())

    def link(self, address: str, context: Context) -> str:
        """Return the mark of the address that a link leads to."""
        if address not in self.links:
            self.links.append(address)
        return self.way(str(self.links.index(address)), context)

    def linked(self, text: str) -> str:
        """Return a plain text with a mark for each address in it."""
        known = sorted(self.links, key=len, reverse=True)
        pattern = re.compile("|".join([*map(re.escape, known), BARE.pattern]), re.IGNORECASE)
        return pattern.sub(lambda found: self.link(found[0], Context.TEXT), text)

    def found(self) -> Marks:
        """Return what the marks given so far stand for."""
        return Marks(
            spots=tuple((mark, spot, context) for (spot, context), mark in self.spots.items()),
            ways=tuple((mark, name, context) for (name, context), mark in self.ways.items()),
            links=tuple(self.links),
        )

    def _spot(self, spot: Spot, context: Context) -> str:
        return self.spots.setdefault((spot, context), self._next())

    def _next(self) -> str:
        return _MARK.format(salt=self.salt, number=len(self.spots) + len(self.ways))
