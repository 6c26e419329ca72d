"""How a cell of each kind of field is read."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from crm.contacts.rules import parse_phone, parse_postcode, split_name
from crm.core import clock
from crm.core.addresses import parse_email
from crm.core.days import parse_day, parse_duration
from crm.core.errors import N_, RuleError
from crm.core.identifiers import parse_rna, parse_siren, parse_siret
from crm.core.money import parse_money
from crm.core.text import fold

Cell = str | int | float | bool | date | None
_SEPARATORS = re.compile(r"\s*[;\n|]\s*|\s*,\s+|\s+/\s+")
_LONGEST = {"short": 120, "text": 300, "long": 10_000, "organisation": 200, "role": 120}


class AmbiguousValueError(RuleError):
    """A cell that reads in several ways: `readings` holds (value, how it is written)."""

    def __init__(self, message: str, readings: tuple[tuple[int, str], ...]) -> None:
        super().__init__("amount", message)
        self.readings = readings


def text_of(cell: Cell) -> str:
    """Return a cell as one would type it: a whole number has no decimals, a day is in ISO form."""
    if isinstance(cell, bool):
        return "oui" if cell else "non"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell).strip()


def read_cell(reader: str, cell: Cell) -> Any:
    """Return the value of a cell; raise RuleError with a sentence that says how to put it right."""
    return _READERS[reader](cell)


def _text(reader: str) -> Callable[[Cell], str]:
    longest = _LONGEST[reader]

    def read(cell: Cell) -> str:
        text = " ".join(text_of(cell).split()) if reader != "long" else text_of(cell)
        if len(text) > longest:
            raise RuleError(
                reader, N_("C’est trop long : %(count)s caractères au plus."), count=longest
            )
        return text

    return read


def _split(cell: Cell) -> list[str]:
    return [part for part in _SEPARATORS.split(text_of(cell)) if part]


def _emails(cell: Cell) -> list[str]:
    return [parse_email(part) for part in re.split(r"[;,\s]+", text_of(cell)) if part]


def _phones(cell: Cell) -> list[str]:
    parts = re.split(r"\s*[;,\n]\s*|\s+/\s+|\s+ou\s+", text_of(cell))
    return [parse_phone(part) for part in parts if part]


def _date(cell: Cell) -> date:
    return cell if isinstance(cell, date) else parse_day(text_of(cell), clock.today())


def _yes_no(cell: Cell) -> bool:
    text = fold(text_of(cell))
    if text in ("oui", "o", "x", "1", "vrai", "yes", "true"):
        return True
    if text in ("non", "n", "0", "faux", "no", "false"):
        return False
    raise RuleError("yes_no", N_("Écrivez oui ou non."))


def _full_names(cell: Cell) -> list[tuple[str | None, str]]:
    return [split_name(part) for part in re.split(r"\s*[;\n]\s*", text_of(cell)) if part]


_READERS: dict[str, Callable[[Cell], Any]] = {
    **{name: _text(name) for name in _LONGEST},
    "first_name": _text("short"),
    "last_name": _text("short"),
    "full_name": _full_names,
    "family": _text("short"),
    "subtype": _text("short"),
    "session_kind": _text("short"),
    "session_status": _text("short"),
    "project_status": _text("short"),
    "emails": _emails,
    "phones": _phones,
    "siren": lambda cell: parse_siren(text_of(cell)),
    "siret": lambda cell: parse_siret(text_of(cell)),
    "rna": lambda cell: parse_rna(text_of(cell)),
    "insee": text_of,
    "postcode": lambda cell: parse_postcode(text_of(cell).zfill(5)),
    "date": _date,
    "amount": lambda cell: parse_money(text_of(cell)),
    "duration": lambda cell: parse_duration(text_of(cell)),
    "yes_no": _yes_no,
    "themes": _split,
    "countries": _split,
    "tags": _split,
    "officers": _split,
    "organisations": _split,
}
