"""How a cell of each kind of field is read."""

import re
from collections.abc import Callable
from typing import Any

from crm.consents.types import BASIS_LABELS
from crm.core.days import parse_duration
from crm.core.errors import N_
from crm.core.text import fold
from crm.imports import cells
from crm.imports.cells import CellError, as_text
from crm.imports.cells.types import Cell

_LONGEST = {
    "acronym": 40,
    "address": 290,
    "tag": 60,
    "short": 120,
    "text": 300,
    "long": 10_000,
    "role": 120,
    "organisation": 200,
}
_PEOPLE = re.compile(r"\s*[;\n|]\s*|\s+/\s+")
_TOO_LONG = N_("C’est trop long : %(count)s caractères au plus.")


def text_of(cell: Cell) -> str:
    """Return a cell as one would type it: a whole number has no decimals."""
    return as_text(cell).strip()


def read_cell(
    reader: str, cell: Cell, *, family_first: bool | None = None, month_first: bool = False
) -> Any:
    """Return the value of a cell; raise RuleError with a sentence that says how to put it right.

    `family_first` is the habit of a column of full names, `month_first` that of one of dates.
    """
    if reader == "full_name":
        return _full_names(cell, family_first)
    if reader == "date":
        return cells.parse_date(cell, month_first=month_first).day
    return _READERS[reader](cell)


def _text(reader: str) -> Callable[[Cell], str]:
    longest = _LONGEST[reader]

    def read(cell: Cell) -> str:
        text = cells.clean_text(cell, lines=reader == "long")
        if len(text) > longest:
            raise CellError(_TOO_LONG, count=longest)
        return text

    return read


_organisation_text = _text("organisation")


def _organisation(cell: Cell) -> str:
    return cells.put_organisation_capitals(_organisation_text(cell))


def _name(cell: Cell) -> str:
    return cells.put_name_capitals(_text("short")(cell))


def _full_names(
    cell: Cell,
    family_first: bool | None,  # noqa: FBT001 - a habit, as the cells call it
) -> list[tuple[str | None, str]]:
    parts = [part for part in _PEOPLE.split(as_text(cell).strip()) if part]
    return [cells.parse_full_name(part, family_first=family_first) for part in parts]


def _duration(cell: Cell) -> int:
    return parse_duration(text_of(cell))


def _organisations(cell: Cell) -> list[str]:
    parts = cells.split_values(cell, commas=False)
    return [_organisation(part) for part in parts]


def _entries(cell: Cell) -> list[str]:
    # Their labels hold commas: « Accueil, information, mise en réseau » is one entry.
    return cells.split_values(cell, commas=False)


def _tags(cell: Cell) -> list[str]:
    return [_tag(part) for part in cells.split_values(cell)]


def _basis(cell: Cell) -> str:
    said = fold(text_of(cell))
    for basis, label in BASIS_LABELS.items():
        if said in {fold(basis), fold(label)}:
            return str(basis)
    raise CellError(
        N_(
            "Fondement non compris. Écrivez « consentement », « intérêt légitime », « mission"
            " d’intérêt public » ou « adhésion »."
        )
    )


_tag = _text("tag")
_READERS: dict[str, Callable[[Cell], Any]] = {
    **{name: _text(name) for name in ("acronym", "address", "short", "text", "long", "role")},
    "entries": _entries,
    "organisation": _organisation,
    "organisations": _organisations,
    "first_name": _name,
    "last_name": _name,
    "family": _text("short"),
    "subtype": _text("short"),
    "session_kind": _text("short"),
    "session_status": _text("short"),
    "project_status": _text("short"),
    "emails": cells.parse_emails,
    "phones": cells.parse_phones,
    "siren": cells.parse_siren,
    "siret": cells.parse_siret,
    "rna": cells.parse_rna,
    "insee": cells.parse_insee,
    "postcode": cells.parse_postcode,
    "amount": cells.parse_amount,
    "basis": _basis,
    "duration": _duration,
    "yes_no": cells.parse_yes_no,
    "themes": cells.split_values,
    "countries": cells.split_values,
    "tags": _tags,
    "officers": cells.split_values,
}
