"""Reads of structures: one, several by a picker's values, suggestions while typing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    cast,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, contains_eager, joinedload

from crm.contacts.models import (
    Affiliation,
    Contact,
    Group,
    Membership,
    Structure,
    Tag,
    structure_country,
    structure_expertise,
    structure_tag,
    structure_theme,
)
from crm.core import clock
from crm.core.errors import NotFoundError
from crm.core.numbers import parse_ids
from crm.core.text import fold, words
from crm.reference.models import ReferenceItem
from crm.search.queries import RELEVANCE, corrected, joined_on_words, typed_words
from crm.territories.models import Commune, Country, Departement, Epci
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


# What a page reads is built once. A list of its own loads ten times slower with the entity than as
# columns (0.8 ms and 0.05 ms): themes, countries and tags come by `labels_of`.
_OF_PAGE = (
    select(Structure)
    .where(Structure.id == bindparam("structure_id"), Structure.deleted_at.is_(None))
    .options(
        joinedload(Structure.subtype),
        joinedload(Structure.parent),
        joinedload(Structure.commune),
        joinedload(Structure.departement),
        joinedload(Structure.epci),
        joinedload(Structure.referent),
    )
)
_LABELS = union_all(
    select(
        literal("themes").label("list"),
        cast(ReferenceItem.id, String).label("value"),
        ReferenceItem.label.label("text"),
        ReferenceItem.position.label("position"),
        literal("").label("sort_name"),
    )
    .join(structure_theme, structure_theme.c.theme_id == ReferenceItem.id)
    .where(structure_theme.c.structure_id == bindparam("structure_id")),
    select(
        literal("expertises"),
        cast(ReferenceItem.id, String),
        ReferenceItem.label,
        ReferenceItem.position,
        literal(""),
    )
    .join(structure_expertise, structure_expertise.c.expertise_id == ReferenceItem.id)
    .where(structure_expertise.c.structure_id == bindparam("structure_id")),
    select(literal("countries"), Country.code, Country.name, literal(0), Country.sort_name)
    .join(structure_country, structure_country.c.country_code == Country.code)
    .where(structure_country.c.structure_id == bindparam("structure_id")),
    select(literal("tags"), cast(Tag.id, String), Tag.label, literal(0), Tag.key)
    .join(structure_tag, structure_tag.c.tag_id == Tag.id)
    .where(structure_tag.c.structure_id == bindparam("structure_id")),
).order_by("list", "position", "sort_name")
_PEOPLE = (
    select(Affiliation)
    .join(Affiliation.contact)
    .where(Affiliation.structure_id == bindparam("structure_id"), Contact.deleted_at.is_(None))
    .options(contains_eager(Affiliation.contact))
    .order_by(Affiliation.end_on.is_not(None), Affiliation.end_on.desc(), Contact.sort_name)
)
_MEMBERSHIPS = (
    select(Membership)
    .join(Membership.group)
    .where(Membership.structure_id == bindparam("structure_id"), Group.deleted_at.is_(None))
    .options(contains_eager(Membership.group))
    .order_by(Group.sort_name, Membership.start_on)
)


def structure_for_page(session: Session, structure_id: int) -> Structure:
    """Return a structure with what its page shows of it, but `labels_of`; raise NotFoundError."""
    structure = session.scalar(_OF_PAGE, {"structure_id": structure_id})
    if structure is None:
        raise NotFoundError
    return structure


def labels_of(session: Session, structure_id: int) -> dict[str, list[tuple[str, str]]]:
    """Return the (value, text) of a structure's themes, expertises, countries and tags."""
    labels: dict[str, list[tuple[str, str]]] = {
        "themes": [],
        "expertises": [],
        "countries": [],
        "tags": [],
    }
    for row in session.connection().execute(_LABELS, {"structure_id": structure_id}):
        labels[row.list].append((row.value, row.text))
    return labels


def people_of(session: Session, structure_id: int) -> Sequence[Affiliation]:
    """Return everyone who is or was there, the present ones without an end first."""
    return session.scalars(_PEOPLE, {"structure_id": structure_id}).all()


def memberships_of(session: Session, structure_id: int) -> Sequence[Membership]:
    """Return the groups a structure is or was in, by name."""
    return session.scalars(_MEMBERSHIPS, {"structure_id": structure_id}).all()


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
