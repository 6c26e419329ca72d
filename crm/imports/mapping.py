"""Which column is which field: proposed from the headers and from what the cells look like."""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence

from crm.core.text import fold
from crm.imports.field import Field
from crm.imports.fields import FIELDS, NEEDED, RECORDS, fields_of
from crm.imports.types import ImportKind

REASON_HEADER = "Motif du refus"
_EXACT, _CLOSE, _LOOKS = 100, 60, 40
_PATTERNS = {
    "emails": re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}"),
    "siret": re.compile(r"[0-9]{3} ?[0-9]{3} ?[0-9]{3} ?[0-9]{5}"),
    "siren": re.compile(r"[0-9]{3} ?[0-9]{3} ?[0-9]{3}"),
    "rna": re.compile(r"W[0-9A-Z]{2}[0-9]{7}"),
    "phones": re.compile(r"(?:\+33|0033|0)[ .-]?(?:\(0\))?[1-9](?:[ .-]?[0-9]{2}){4}"),
    "postcode": re.compile(r"[0-9]{4,5}"),
    "date": re.compile(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4}|[0-9]{4}-[0-9]{2}-[0-9]{2}.*"),
}
# What can be told by its looks alone, in this order; the rest needs a header.
_TOLD_BY_LOOKS = ("emails", "siret", "rna", "phones", "siren")
_MOSTLY = 0.6
_PARTS_OF_NAME = {"contact.first_name", "contact.last_name"}


def shape_of(headers: Sequence[str]) -> str:
    """Return what tells files of the same columns from others, however they are typed."""
    folded = "\n".join(fold(header) for header in headers)
    return hashlib.sha256(folded.encode()).hexdigest()


def propose_fields(
    kind: str, headers: Sequence[str], samples: Sequence[Sequence[str]]
) -> dict[str, str]:
    """Return the field of each column that could be told, by the column's place as text.

    `samples` holds some values of each column. No field is given to two columns.
    """
    scored = sorted(
        (
            (-score, place, order, field.code)
            for place, header in enumerate(headers)
            for order, field in enumerate(fields_of(kind))
            if (score := _score(kind, field, fold(header), samples[place]))
        )
    )
    found: dict[str, str] = {}
    for _score_of, place, _order, code in scored:
        if str(place) not in found and code not in found.values():
            found[str(place)] = code
    return _one_way_to_name(found, headers)


def _one_way_to_name(found: dict[str, str], headers: Sequence[str]) -> dict[str, str]:
    """Keep « full name » only where first and last names have no column of their own.

    Beside it, a column called « Nom » alone is not that of people: it names their structure.
    """
    codes = set(found.values())
    if "contact.full_name" not in codes:
        return found
    if codes >= _PARTS_OF_NAME:
        return {place: code for place, code in found.items() if code != "contact.full_name"}
    kept = {place: code for place, code in found.items() if code not in _PARTS_OF_NAME}
    plain = [place for place in found if place not in kept and fold(headers[int(place)]) == "nom"]
    if plain and "structure.name" not in codes:
        kept[plain[0]] = "structure.name"
    return kept


def _score(kind: str, field: Field, header: str, sample: Sequence[str]) -> int:
    if header == fold(REASON_HEADER):
        return 0
    place = RECORDS[ImportKind(kind)].index(field.record)
    score = 0
    if header in field.qualified:
        score = _EXACT
    elif header in field.bare:
        score = _EXACT - 10 - 10 * place
    elif header and any(_holds(header, words) for words in field.qualified):
        score = _CLOSE - 5 * place
    elif header and any(_holds(header, words) for words in field.bare):
        score = _CLOSE - 20 - 5 * place
    if score and _contradicts(field, sample):
        return 0
    if field.reader in _TOLD_BY_LOOKS and _looks_like(field.reader, sample):
        return score + _LOOKS - place
    return score


def _holds(header: str, words: str) -> bool:
    return len(words) > 2 and f" {words} " in f" {header} "  # noqa: PLR2004 - no two letters


def _looks_like(reader: str, sample: Sequence[str]) -> bool:
    filled = [value.strip() for value in sample if value.strip()]
    fitting = sum(1 for value in filled if _PATTERNS[reader].match(value))
    return bool(filled) and fitting >= _MOSTLY * len(filled)


def _contradicts(field: Field, sample: Sequence[str]) -> bool:
    """Tell whether no value at all is what the header promises, where that can be told."""
    pattern = _PATTERNS.get(field.reader)
    if pattern is None or field.reader in ("date", "phones", "postcode"):
        return False
    filled = [value.strip() for value in sample if value.strip()]
    return bool(filled) and not any(pattern.search(value) for value in filled)


def guess_kind(headers: Sequence[str], samples: Sequence[Sequence[str]]) -> ImportKind:
    """Return what a file most likely holds, by which needed fields its headers name exactly."""
    folded = {fold(header) for header in headers}

    def names(code: str) -> bool:
        return bool(folded & set(FIELDS[code].qualified))

    others = ("reference", "funder", "awarded")
    if names("funding_application.decided_on") and any(
        names(f"funding_application.{each}") for each in others
    ):
        return ImportKind.SUBSIDIES
    if names("project.name"):
        return ImportKind.PROJECTS
    if names("membership.group"):
        return ImportKind.MEMBERSHIPS
    if names("session.held_on") or (names("session.kind") or names("session.duration")):
        return ImportKind.SESSIONS
    people = propose_fields(ImportKind.CONTACTS, headers, samples).values()
    said = {"contact.first_name", "affiliation.role", "contact.mobile"} & set(people)
    if said or ("contact.full_name" in people and "contact.email" in people):
        return ImportKind.CONTACTS
    return ImportKind.STRUCTURES


def missing_fields(kind: str, chosen: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return the groups of fields of which a file of this kind needs one, and has none."""
    codes = set(chosen.values())
    return [group for group in NEEDED[ImportKind(kind)] if not codes & set(group)]


def clean_choice(
    kind: str, chosen: Mapping[str, str], columns: int
) -> tuple[dict[str, str], Collection[str]]:
    """Return the choice without what is no field or no column, and the fields chosen twice."""
    known = {field.code for field in fields_of(kind)}
    kept = {
        place: code
        for place, code in chosen.items()
        if place.isdecimal() and len(place) <= 4 and int(place) < columns and code in known  # noqa: PLR2004
    }
    codes = list(kept.values())
    return kept, {code for code in codes if codes.count(code) > 1}
