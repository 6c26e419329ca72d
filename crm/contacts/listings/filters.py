"""What narrows a list of structures, by what they are, where they are and what they do."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    SQLColumnExpression,
    exists,
    func,
    select,
    union,
)
from sqlalchemy import Column as TableColumn
from sqlalchemy.orm import Session

from crm.contacts.models import (
    Structure,
    Tag,
    structure_country,
    structure_expertise,
    structure_tag,
    structure_theme,
)
from crm.core.errors import N_
from crm.reference.queries import labels_by_code, labels_by_id
from crm.territories.models import Commune, Country, Departement, Epci
from crm.web.list_definition import Filter

Options = list[tuple[str, str]]
Tally = Callable[[CTE], Select[Any]]
_DEPARTEMENTS = (
    select(Departement.code, Departement.name)
    .where(Departement.is_covered)
    .order_by(Departement.code)
)


def numbers(values: list[str]) -> list[int]:
    """Return the values that are ids; what is none of them finds nothing."""
    return [int(value[:9]) for value in values if value.isdecimal()]


def departements(session: Session) -> Options:
    """Return the départements the network covers."""
    rows = session.connection().execute(_DEPARTEMENTS)
    return [(code, f"{name} ({code})") for code, name in rows]


def _epci(session: Session) -> Options:
    rows = session.execute(select(Epci.siren, Epci.name).order_by(Epci.sort_name, Epci.siren))
    return list(rows.tuples().all())


def _communes_with_structures(session: Session) -> Options:
    seats = select(Structure.commune_code).where(Structure.deleted_at.is_(None))
    rows = session.execute(
        select(Commune.insee_code, Commune.name, Commune.departement_code)
        .where(Commune.insee_code.in_(seats))
        .order_by(Commune.sort_name, Commune.insee_code)
    )
    return [(code, f"{name} ({departement})") for code, name, departement in rows.tuples()]


def _countries_of_structures(session: Session) -> Options:
    rows = session.execute(
        select(Country.code, Country.name)
        .where(Country.code.in_(select(structure_country.c.country_code)))
        .order_by(Country.sort_name)
    )
    return list(rows.tuples().all())


def tags(session: Session) -> Options:
    """Return every tag, by its folded form."""
    rows = session.execute(select(Tag.id, Tag.label).order_by(Tag.key)).tuples()
    return [(str(tag_id), label) for tag_id, label in rows]


def _in_epci(values: Any) -> ColumnElement[bool]:
    seats = select(Commune.insee_code).where(Commune.epci_siren.in_(values))
    return Structure.commune_code.in_(seats) | Structure.epci_siren.in_(values)


def tally_by(identity: SQLColumnExpression[Any], value: SQLColumnExpression[Any]) -> Tally:
    """Return what counts the rows of each value that their table holds."""
    pairs = select(identity.label("id"), value.label("value")).subquery()
    return lambda found: (
        select(pairs.c.value, func.count())
        .where(pairs.c.id.in_(select(found.c.id)))
        .group_by(pairs.c.value)
    )


def values_of_structures() -> dict[str, Select[Any]]:
    """Return by filter what selects the (id, value) of each structure, each pair once."""
    own = {
        "famille": Structure.family_code,
        "sous-type": Structure.subtype_id,
        "departement": Structure.departement_code,
        "commune": Structure.commune_code,
    }
    linked = {
        "theme": structure_theme.c.theme_id,
        "expertise": structure_expertise.c.expertise_id,
        "pays": structure_country.c.country_code,
        "etiquette": structure_tag.c.tag_id,
    }
    return {
        "epci": _epci_of_structures(),
        **{name: select(Structure.id, value.label("value")) for name, value in own.items()},
        **{
            name: select(value.table.c.structure_id.label("id"), value.label("value"))
            for name, value in linked.items()
        },
    }


def _epci_of_structures() -> Select[Any]:
    """Select the EPCI that a structure is, and the one it has its seat in."""
    seats = select(Structure.id, Commune.epci_siren.label("value")).join(
        Commune, Commune.insee_code == Structure.commune_code
    )
    itself = select(Structure.id, Structure.epci_siren).where(Structure.epci_siren.is_not(None))
    both = union(seats, itself).subquery()
    return select(both.c.id, both.c.value)


def _counted(filters: list[Filter]) -> list[Filter]:
    pairs = {name: found.subquery() for name, found in values_of_structures().items()}
    return [
        replace(each, tally=tally_by(pairs[each.name].c.id, pairs[each.name].c.value))
        for each in filters
    ]


def _linked(
    name: str,
    label: str,
    value: TableColumn[Any],
    options: Callable[[Session], Options],
    **more: Any,
) -> Filter:
    owner = value.table.c.structure_id
    return Filter(
        name,
        label,
        lambda values: exists().where(owner == Structure.id, value.in_(values)),
        options,
        **more,
    )


def structure_filters() -> list[Filter]:
    """Return what narrows a list of structures; also a list of people, by where they are."""
    return _counted([*_identity_filters(), *place_filters(), *_activity_filters()])


def _identity_filters() -> list[Filter]:
    return [
        Filter(
            "famille",
            N_("Famille"),
            Structure.family_code.in_,
            lambda session: labels_by_code(session, "family"),
            everything_label=N_("Toutes"),
            read=list,
        ),
        Filter(
            "sous-type",
            N_("Sous-type"),
            Structure.subtype_id.in_,
            lambda session: labels_by_id(session, "subtype"),
            read=numbers,
        ),
    ]


def place_filters() -> list[Filter]:
    """Return what narrows a list by where a structure has its seat."""
    return [
        Filter(
            "departement",
            N_("Département"),
            Structure.departement_code.in_,
            departements,
            read=list,
        ),
        Filter("epci", N_("EPCI"), _in_epci, _epci, read=list),
        Filter(
            "commune",
            N_("Commune"),
            Structure.commune_code.in_,
            _communes_with_structures,
            everything_label=N_("Toutes"),
            read=list,
        ),
    ]


def _activity_filters() -> list[Filter]:
    return [
        _linked(
            "theme",
            N_("Thème"),
            structure_theme.c.theme_id,
            lambda session: labels_by_id(session, "theme"),
            read=numbers,
        ),
        _linked(
            "expertise",
            N_("Expertise"),
            structure_expertise.c.expertise_id,
            lambda session: labels_by_id(session, "expertise"),
            everything_label=N_("Toutes"),
            read=numbers,
        ),
        _linked(
            "pays",
            N_("Pays"),
            structure_country.c.country_code,
            _countries_of_structures,
            read=list,
        ),
        _linked(
            "etiquette",
            N_("Étiquette"),
            structure_tag.c.tag_id,
            tags,
            everything_label=N_("Toutes"),
            read=numbers,
        ),
    ]
