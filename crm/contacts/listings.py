"""The lists of structures and of people: what they show and what narrows them."""

from collections.abc import Callable
from datetime import date
from functools import cache, lru_cache
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from crm.contacts.models import (
    Affiliation,
    Contact,
    Structure,
    Tag,
    contact_tag,
    structure_country,
    structure_tag,
    structure_theme,
)
from crm.contacts.queries.people import contact_rows, is_current_on
from crm.contacts.queries.structures import structure_rows
from crm.core.errors import N_
from crm.reference.queries import labels_by_code, labels_by_id
from crm.territories.models import Commune, Country, Departement, Epci
from crm.web.list_definition import Column, Filter, ListDefinition, Sort

Options = list[tuple[str, str]]
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


def _tags(session: Session) -> Options:
    rows = session.execute(select(Tag.id, Tag.label).order_by(Tag.key)).tuples()
    return [(str(tag_id), label) for tag_id, label in rows]


def _in_epci(values: Any) -> ColumnElement[bool]:
    seats = select(Commune.insee_code).where(Commune.epci_siren.in_(values))
    return Structure.commune_code.in_(seats) | Structure.epci_siren.in_(values)


def structure_filters() -> list[Filter]:
    """Return what narrows a list of structures; also a list of people, by where they are."""
    return [*_identity_filters(), *place_filters(), *_activity_filters()]


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
        Filter(
            "theme",
            N_("Thème"),
            lambda values: exists().where(
                structure_theme.c.structure_id == Structure.id,
                structure_theme.c.theme_id.in_(values),
            ),
            lambda session: labels_by_id(session, "theme"),
            read=numbers,
        ),
        Filter(
            "pays",
            N_("Pays"),
            lambda values: exists().where(
                structure_country.c.structure_id == Structure.id,
                structure_country.c.country_code.in_(values),
            ),
            _countries_of_structures,
            read=list,
        ),
        Filter(
            "etiquette",
            N_("Étiquette"),
            lambda values: exists().where(
                structure_tag.c.structure_id == Structure.id,
                structure_tag.c.tag_id.in_(values),
            ),
            _tags,
            everything_label=N_("Toutes"),
            read=numbers,
        ),
    ]


def _structure_sorts() -> dict[str, Sort]:
    return {
        "nom": Sort((Structure.sort_name, Structure.id)),
        "famille": Sort((Structure.family_code, Structure.sort_name, Structure.id)),
        "commune": Sort((func.coalesce(Commune.sort_name, ""), Structure.id)),
        "departement": Sort(
            (func.coalesce(Structure.departement_code, ""), Structure.sort_name, Structure.id)
        ),
        "recent": Sort((Structure.id,), descending=True),
    }


@cache
def structure_list() -> ListDefinition:
    """Return the list of structures."""
    return ListDefinition(
        url=url_for("structures.index"),
        statement=structure_rows(),
        counted=select(Structure.id).where(Structure.deleted_at.is_(None)),
        columns=(
            Column("name", N_("Nom"), sort="nom"),
            Column("family", N_("Famille"), sort="famille"),
            Column("commune", N_("Commune"), sort="commune"),
            Column("departement", N_("Département"), sort="departement"),
            Column("listed_on", N_("Référencée le"), sort="recent"),
        ),
        sorts=_structure_sorts(),
        default_sort="nom",
        filters=structure_filters(),
        search_label=N_("Nom, sigle, commune"),
        count_words=(N_("%(count)s structure"), N_("%(count)s structures")),
        bulk_actions=(("etiqueter", N_("Ajouter une étiquette")),),
        bulk_text_label=N_("Étiquette à ajouter"),
        export_url=lambda extension: url_for("structures.export", extension=extension),
    )


def _of_a_present_structure(
    day: date,
    narrow: Callable[[Any], ColumnElement[bool]],
) -> Callable[[Any], ColumnElement[bool]]:
    def condition(values: Any) -> ColumnElement[bool]:
        return Contact.id.in_(
            select(Affiliation.contact_id)
            .join(Structure, Structure.id == Affiliation.structure_id)
            .where(is_current_on(day), narrow(values))
        )

    return condition


def _contact_filters(day: date) -> list[Filter]:
    filters = [
        Filter(
            each.name,
            each.label,
            _of_a_present_structure(day, each.narrow),
            each.options,
            everything_label=each.everything_label,
            read=each.read,
        )
        for each in structure_filters()
        if each.name != "etiquette"
    ]
    tagged = Filter(
        "etiquette",
        N_("Étiquette"),
        lambda values: exists().where(
            contact_tag.c.contact_id == Contact.id, contact_tag.c.tag_id.in_(values)
        ),
        _tags,
        everything_label=N_("Toutes"),
        read=numbers,
    )
    return [*filters, tagged]


@lru_cache(maxsize=2)
def contact_list(day: date) -> ListDefinition:
    """Return the list of people; filters on structures look at the roles of that day."""
    return ListDefinition(
        url=url_for("contacts.index"),
        statement=contact_rows(day),
        counted=select(Contact.id).where(Contact.deleted_at.is_(None)),
        columns=(
            Column("name", N_("Nom"), sort="nom"),
            Column("role", N_("Fonction")),
            Column("structure", N_("Structure")),
            Column("email", N_("Courriel")),
            Column("phone", N_("Téléphone")),
        ),
        sorts={
            "nom": Sort((Contact.sort_name, Contact.id)),
            "recent": Sort((Contact.id,), descending=True),
        },
        default_sort="nom",
        filters=_contact_filters(day),
        search_label=N_("Nom, courriel, structure"),
        count_words=(N_("%(count)s contact"), N_("%(count)s contacts")),
        export_url=lambda extension: url_for("contacts.export", extension=extension),
    )
