"""vCard 2.1, 3.0 and 4.0 as phones and address books write them: one row a card.

Sources: RFC 6350, RFC 2426, and the versit specification of vCard 2.1 (quoted-printable).
Photographs, birthdays and keys are not read.
"""

import quopri
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from crm.core.errors import N_
from crm.reading.encodings import encoding_of, lines_of
from crm.reading.limits import LONGEST_CELL
from crm.reading.tables import Table
from crm.reading.types import Cell, UnreadableFileError

HEADERS = (
    "Civilité",
    "Prénom",
    "Nom",
    "Nom complet",
    "Organisation",
    "Service",
    "Fonction",
    "Courriel",
    "Téléphone",
    "Mobile",
    "Adresse",
    "Code postal",
    "Ville",
    "Pays",
    "Site web",
    "Mots-clés",
    "Note",
)
_BETWEEN = " ; "
_READ = frozenset("N FN ORG TITLE ROLE EMAIL TEL ADR URL CATEGORIES NOTE".split())
_PARAMETER = re.compile(r';([^=;:"]+)(?:=((?:"[^"]*"|[^";:])*))?')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_LONGEST_PROPERTY = 4 * LONGEST_CELL
_NO_CARD = N_("Aucune fiche n’a été trouvée dans ce fichier vCard.")
_TEXT_SETS = {"utf-8", "iso-8859-1", "iso-8859-15", "windows-1252", "us-ascii", "utf-16"}


@dataclass(frozen=True, slots=True)
class Property:
    """A line of a card: its name, its parameters in lower case, its value still escaped."""

    name: str
    types: frozenset[str]
    value: str


def vcard_table(source: Path, encoding: str | None) -> tuple[str, Table]:
    """Return the encoding and the table of a file of cards."""
    used = encoding or encoding_of(source)

    def rows() -> Iterator[list[Cell]]:
        return (_row(card) for card in cards_of(lines_of(source, used)))

    if next(cards_of(lines_of(source, used)), None) is None:
        raise UnreadableFileError(_NO_CARD)
    return used, Table(name="", rows=rows, headers=HEADERS)


def cards_of(lines: Iterable[str]) -> Iterator[list[Property]]:
    """Yield the properties of each card; one left open by a cut file is still a card."""
    card: list[Property] = []
    depth = 0
    for line in _unfolded(lines):
        marker = line.strip().upper()
        if marker == "BEGIN:VCARD":
            depth += 1
        elif marker == "END:VCARD":
            depth -= 1
            if depth <= 0:
                if card:
                    yield card
                card, depth = [], 0
        elif depth == 1 and (read := read_property(line)):
            card.append(read)
    if card:
        yield card


def _unfolded(lines: Iterable[str]) -> Iterator[str]:
    """Yield whole lines: those that continue with a space, or after « = » in quoted-printable."""
    whole = ""
    for raw in lines:
        line = raw.rstrip("\r\n")
        if line[:1] in {" ", "\t"}:
            if len(whole) < _LONGEST_PROPERTY:
                whole += line[1:]
        elif whole.endswith("=") and _is_quoted_printable(whole):
            whole = whole[:-1] + line
        else:
            yield whole
            whole = line
    yield whole


def _is_quoted_printable(line: str) -> bool:
    return "QUOTED-PRINTABLE" in line.partition(":")[0].upper()


def read_property(line: str) -> Property | None:
    """Return a property that is read, None for another or for no property at all."""
    match = re.match(r"(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9-]+)", line)
    if not match or match[1].upper() not in _READ:
        return None
    place = match.end()
    parameters: list[tuple[str, str]] = []
    while found := _PARAMETER.match(line, place):
        parameters.append((found[1].lower(), (found[2] or "").replace('"', "").lower()))
        place = found.end()
    if line[place : place + 1] != ":":
        return None
    value = line[place + 1 :]
    # 2.1 writes the value of a parameter without its name.
    said = {word for name, words in parameters for word in (words or name).split(",")}
    if "quoted-printable" in said:
        value = _unquoted(
            value, next((said_as for name, said_as in parameters if name == "charset"), "")
        )
    return Property(match[1].upper(), frozenset(said), value)


def _unquoted(value: str, charset: str) -> str:
    content = quopri.decodestring(value.encode("utf-8"))
    for name in (charset if charset in _TEXT_SETS else "utf-8", "cp1252"):
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", errors="replace")


def split_value(value: str, separator: str = ";") -> list[str]:
    """Return the parts between separators that are not escaped, each still escaped."""
    parts, start, place = [], 0, 0
    while place < len(value):
        if value[place] == "\\":
            place += 1
        elif value[place] == separator:
            parts.append(value[start:place])
            start = place + 1
        place += 1
    return [*parts, value[start:]]


def unescape(text: str) -> str:
    r"""Return the text meant: « \n » is a new line, « \, » a comma."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], text).strip()


def _row(card: list[Property]) -> list[Cell]:
    told: dict[str, list[str]] = {}

    def tell(header: str, text: str) -> None:
        if text and text not in told.setdefault(header, []):
            told[header].append(text)

    for each in card:
        if each.name in _TELLERS:
            for header, text in _TELLERS[each.name](each):
                if each.name in {"N", "ADR", "ORG"} and header in told:
                    continue  # the first one is the main one
                tell(header, text)
    return [_BETWEEN.join(told.get(header, [])) or None for header in HEADERS]


def _parts(found: Property, count: int) -> list[str]:
    parts = [
        " ".join(unescape(item) for item in split_value(part, ",") if item)
        for part in split_value(found.value)
    ]
    return (parts + [""] * count)[:count]


def _name(found: Property) -> list[tuple[str, str]]:
    last, first, more, title, _ = _parts(found, 5)
    return [("Nom", last), ("Prénom", f"{first} {more}".strip()), ("Civilité", title)]


def _organisation(found: Property) -> list[tuple[str, str]]:
    name, *units = [unescape(part) for part in split_value(found.value)]
    return [("Organisation", name), ("Service", ", ".join(filter(None, units)))]


def _address(found: Property) -> list[tuple[str, str]]:
    box, more, street, town, _, postcode, country = (
        unescape(part) for part in (split_value(found.value) + [""] * 7)[:7]
    )
    lines = ", ".join(part.replace("\n", ", ") for part in (more, street, box) if part)
    return [("Adresse", lines), ("Code postal", postcode), ("Ville", town), ("Pays", country)]


def _telephone(found: Property) -> list[tuple[str, str]]:
    number = unescape(found.value).removeprefix("tel:").partition(";ext=")[0]
    return [("Mobile" if found.types & {"cell", "iphone"} else "Téléphone", number)]


def _categories(found: Property) -> list[tuple[str, str]]:
    return [("Mots-clés", unescape(part)) for part in split_value(found.value, ",")]


def _plain(header: str, found: Property) -> list[tuple[str, str]]:
    return [(header, unescape(found.value))]


_TELLERS: dict[str, Callable[[Property], list[tuple[str, str]]]] = {
    "N": _name,
    "FN": lambda found: _plain("Nom complet", found),
    "ORG": _organisation,
    "TITLE": lambda found: _plain("Fonction", found),
    "ROLE": lambda found: _plain("Fonction", found),
    "EMAIL": lambda found: _plain("Courriel", found),
    "TEL": _telephone,
    "ADR": _address,
    "URL": lambda found: _plain("Site web", found),
    "CATEGORIES": _categories,
    "NOTE": lambda found: _plain("Note", found),
}
