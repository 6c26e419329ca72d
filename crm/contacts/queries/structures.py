"""Reads of structures: one, several by a picker's values, suggestions while typing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from crm.contacts.models import Structure
from crm.core import clock
from crm.core.numbers import parse_ids
from crm.core.text import fold, words
from crm.reference.models import ReferenceItem
from crm.search.queries import RELEVANCE, corrected, joined_on_words, typed_words
from crm.territories.models import Commune, Departement, Epci
from crm.territories.queries import search_communes

FamilyItem = aliased(ReferenceItem)
SubtypeItem = aliased(ReferenceItem)
_SUGGESTIONS = 8


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a picker offers: a value for the form, a text, and what tells it from its like."""

    value: str
    text: str
    detail: str


def structure_rows(merged_after: date | None = None) -> Select[Any]:
    """Select what a list shows of each structure that is not in the trash.

    Those that were merged into another after a day are there too, if a day is given.
    """
    is_there: ColumnElement[bool] = Structure.deleted_at.is_(None)
    if merged_after is not None:
        end = datetime.combine(merged_after + timedelta(days=1), time(), clock.PARIS)
        was_there = and_(Structure.merged_into_id.is_not(None), Structure.deleted_at >= end)
        is_there = or_(is_there, was_there)
    return (
        select(
            Structure.id,
            Structure.name,
            Structure.acronym,
            FamilyItem.label.label("family"),
            SubtypeItem.label.label("subtype"),
            Commune.name.label("commune"),
            Structure.departement_code,
            Structure.listed_on,
        )
        .outerjoin(
            FamilyItem,
            and_(FamilyItem.list_code == "family", FamilyItem.code == Structure.family_code),
        )
        .outerjoin(SubtypeItem, SubtypeItem.id == Structure.subtype_id)
        .outerjoin(Commune, Commune.insee_code == Structure.commune_code)
        .where(is_there)
    )


def find_structures(session: Session, text: str, limit: int = _SUGGESTIONS) -> list[Suggestion]:
    """Return the structures that fit the words typed, best first, one typing error forgiven."""
    prefixes = typed_words(text)
    if not prefixes:
        return []
    found = _suggested(session, prefixes, limit)
    if not found and (better := corrected(session, "structure", prefixes)):
        found = _suggested(session, better, limit)
    return found


def suggest_structures(session: Session, text: str, limit: int = _SUGGESTIONS) -> list[Suggestion]:
    """Return structures, then communes and EPCI that are not actors yet, without doubles."""
    return [
        *find_structures(session, text, limit),
        *_communes_to_adopt(session, text, limit),
        *_epci_to_adopt(session, text, limit),
    ]


def structures_by_values(session: Session, values: Sequence[str]) -> list[tuple[str, str]]:
    """Return (value, label) of what a picker holds, so that a page can show it again."""
    ids = parse_ids(list(values))
    names = _labels(session, Structure.id, ids)
    communes = _names(session, Commune.insee_code, Commune.name, values, "commune:")
    epci = _names(session, Epci.siren, Epci.name, values, "epci:")
    known = {str(record_id): label for record_id, label in names.items()} | communes | epci
    known |= {value: value[4:] for value in values if is_new_name(value)}
    return [(value, known[value]) for value in values if value in known]


def communes_by_codes(session: Session, codes: Sequence[str]) -> list[tuple[str, str]]:
    """Return (INSEE code, name and département) of the communes that a picker holds."""
    if not codes:
        return []
    rows = session.execute(
        select(Commune.insee_code, Commune.name, Commune.departement_code)
        .where(Commune.insee_code.in_(codes))
        .order_by(Commune.sort_name)
    )
    return [(code, f"{name} ({departement})") for code, name, departement in rows.tuples()]


def _suggested(session: Session, prefixes: list[str], limit: int) -> list[Suggestion]:
    statement = joined_on_words(structure_rows(), Structure.id, "structure", prefixes)
    rows = session.execute(statement.order_by(*RELEVANCE).limit(limit))
    return [
        Suggestion(str(row.id), row.name, _detail(row.family, row.commune, row.departement_code))
        for row in rows
    ]


def _detail(family: str | None, commune: str | None, departement: str | None) -> str:
    place = f"{commune or ''} ({departement})" if departement else commune
    return " · ".join(filter(None, (family, place and place.strip())))


def _communes_to_adopt(session: Session, text: str, limit: int) -> list[Suggestion]:
    found = search_communes(session, text, limit)
    adopted = set(
        session.scalars(
            select(Structure.insee_code).where(
                Structure.insee_code.in_([row.insee_code for row in found]),
                Structure.deleted_at.is_(None),
            )
        )
    )
    return [
        Suggestion(f"commune:{row.insee_code}", row.label, row.detail)
        for row in found
        if row.insee_code not in adopted
    ]


def _epci_to_adopt(session: Session, text: str, limit: int) -> list[Suggestion]:
    wanted = words(text)
    if len(fold(text)) < 3:  # noqa: PLR2004 - "ca" alone would offer every one of them
        return []
    rows = session.execute(
        select(Epci.siren, Epci.name, Epci.sort_name, Departement.name.label("departement"))
        .join(Departement, Departement.code == Epci.departement_code)
        .outerjoin(
            Structure, and_(Structure.epci_siren == Epci.siren, Structure.deleted_at.is_(None))
        )
        .where(Structure.id.is_(None))
        .order_by(Epci.sort_name)
    )
    return [
        Suggestion(f"epci:{row.siren}", row.name, f"EPCI · {row.departement}")
        for row in rows
        if all(any(part.startswith(word) for part in row.sort_name.split()) for word in wanted)
    ][:limit]


def _labels(
    session: Session, key: InstrumentedAttribute[int], ids: Sequence[int]
) -> dict[int, str]:
    if not ids:
        return {}
    rows = session.execute(
        select(key, Structure.name).where(key.in_(ids), Structure.deleted_at.is_(None))
    )
    return dict(rows.tuples().all())


def _names(
    session: Session,
    key: InstrumentedAttribute[str],
    name: InstrumentedAttribute[str],
    values: Sequence[str],
    prefix: str,
) -> dict[str, str]:
    codes = [value.removeprefix(prefix) for value in values if value.startswith(prefix)]
    if not codes:
        return {}
    rows = session.execute(select(key, name).where(key.in_(codes))).tuples()
    return {prefix + code: label for code, label in rows}


def is_new_name(value: str) -> bool:
    """Tell whether a picker's value names a record to make, in text that a page can show again."""
    return value.startswith("new:") and "\x00" not in value
