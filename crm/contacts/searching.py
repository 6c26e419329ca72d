"""How structures, people, groups, and what may be adopted, are shown where everything is found."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any

from flask import url_for
from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from crm.contacts.indexing import (
    CONTACT,
    GROUP,
    STRUCTURE,
    all_contacts,
    all_groups,
    all_structures,
)
from crm.contacts.models import Contact, Group, Structure
from crm.contacts.queries.people import contact_rows
from crm.contacts.queries.structures import structure_rows
from crm.contacts.types import GroupKind
from crm.core import clock
from crm.core.errors import N_
from crm.reference.models import ReferenceItem
from crm.search.actions import Action
from crm.search.kinds import IDS, Hit, SearchKind, lines
from crm.territories.indexing import COMMUNE, EPCI, all_communes, all_epci, code_of, number_of
from crm.territories.models import Commune, Country, Departement, Epci
from crm.web.access import Permission
from crm.web.locale import translate

_TO_ADOPT = N_("Communes et EPCI pas encore suivis")


def list_found_in(endpoint: str) -> Callable[[str], str]:
    """Return what gives the address of a list narrowed by the words typed."""
    return lambda text: url_for(endpoint, q=text)


def detail(*parts: str | None) -> str | None:
    """Return what tells a record from its like, in one line."""
    return " · ".join(filter(None, parts)) or None


def _place(commune: str | None, departement: str | None) -> str | None:
    return f"{commune} ({departement})" if commune and departement else commune or departement


@cache
def _structure_lines() -> Select[Any]:
    return structure_rows().where(Structure.id.in_(IDS))


@lru_cache(maxsize=2)
def _contact_lines(day: date) -> Select[Any]:
    return contact_rows(day).where(Contact.id.in_(IDS))


_GROUP_LINES = (
    select(Group.id, Group.name, Group.kind, Country.name, ReferenceItem.label)
    .outerjoin(Country, Country.code == Group.country_code)
    .outerjoin(ReferenceItem, ReferenceItem.id == Group.theme_id)
    .where(Group.id.in_(IDS), Group.deleted_at.is_(None))
)
_COMMUNE_LINES = (
    select(Commune.insee_code, Commune.name, Departement.name, Epci.name)
    .join(Departement, Departement.code == Commune.departement_code)
    .outerjoin(Epci, Epci.siren == Commune.epci_siren)
    .outerjoin(
        Structure,
        and_(Structure.insee_code == Commune.insee_code, Structure.deleted_at.is_(None)),
    )
    .where(Commune.insee_code.in_(IDS), Structure.id.is_(None))
)
_EPCI_LINES = (
    select(Epci.siren, Epci.name, Departement.name)
    .join(Departement, Departement.code == Epci.departement_code)
    .outerjoin(Structure, and_(Structure.epci_siren == Epci.siren, Structure.deleted_at.is_(None)))
    .where(Epci.siren.in_(IDS), Structure.id.is_(None))
)


def describe_structures(session: Session, ids: Sequence[int]) -> dict[int, Hit]:
    """Return the lines of structures: family and place."""
    return {
        row.id: Hit(
            title=row.name,
            value=str(row.id),
            url=url_for("structures.show", structure_id=row.id),
            detail=detail(row.acronym, row.family, _place(row.commune, row.departement_code)),
        )
        for row in lines(session, _structure_lines(), ids)
    }


def describe_contacts(session: Session, ids: Sequence[int]) -> dict[int, Hit]:
    """Return the lines of people: what they do today, and where."""
    return {
        row.id: Hit(
            title=" ".join(filter(None, (row.first_name, row.last_name))),
            value=str(row.id),
            url=url_for("contacts.show", contact_id=row.id),
            detail=detail(row.role, row.structure),
        )
        for row in lines(session, _contact_lines(clock.today()), ids)
    }


def describe_groups(session: Session, ids: Sequence[int]) -> dict[int, Hit]:
    """Return the lines of groups: their country or theme."""
    labels = {GroupKind.COUNTRY: N_("Groupe-pays"), GroupKind.COMMISSION: N_("Commission")}
    return {
        group_id: Hit(
            title=name,
            value=str(group_id),
            url=url_for("groups.show", group_id=group_id),
            detail=detail(translate(labels[GroupKind(kind)]), country or theme),
        )
        for group_id, name, kind, country, theme in lines(session, _GROUP_LINES, ids)
    }


def describe_communes(session: Session, ids: Sequence[int]) -> dict[int, Hit]:
    """Return the lines of the communes that are not actors yet."""
    return {
        number_of(code): Hit(name, f"{COMMUNE}:{code}", detail=detail(departement, epci, code))
        for code, name, departement, epci in lines(
            session, _COMMUNE_LINES, [code_of(each) for each in ids]
        )
    }


def describe_epci(session: Session, ids: Sequence[int]) -> dict[int, Hit]:
    """Return the lines of the EPCI that are not actors yet."""
    return {
        int(siren): Hit(name, f"{EPCI}:{siren}", detail=detail("EPCI", departement))
        for siren, name, departement in lines(session, _EPCI_LINES, [f"{each:09}" for each in ids])
    }


STRUCTURES = SearchKind(
    STRUCTURE,
    N_("Structures"),
    "building",
    all_structures,
    describe_structures,
    nouns=frozenset({"structure", "structures"}),
    list_url=list_found_in("structures.index"),
)
CONTACTS = SearchKind(
    CONTACT,
    N_("Contacts"),
    "user",
    all_contacts,
    describe_contacts,
    nouns=frozenset({"contact", "contacts", "personne", "personnes"}),
    list_url=list_found_in("contacts.index"),
)
GROUPS = SearchKind(
    GROUP,
    N_("Groupes"),
    "flag",
    all_groups,
    describe_groups,
    nouns=frozenset({"groupe", "groupes"}),
    list_url=lambda _text: url_for("groups.index"),
)
COMMUNES = SearchKind(
    COMMUNE,
    _TO_ADOPT,
    "map-pin",
    all_communes,
    describe_communes,
    permission=Permission.EDIT_NETWORK,
    adopt_url=lambda: url_for("structures.adopt"),
    is_sieved=True,
)
EPCIS = SearchKind(
    EPCI,
    _TO_ADOPT,
    "map-pin",
    all_epci,
    describe_epci,
    permission=Permission.EDIT_NETWORK,
    adopt_url=lambda: url_for("structures.adopt"),
    is_sieved=True,
)
NEW_STRUCTURE = Action(
    N_("Nouvelle structure"),
    "building",
    Permission.EDIT_NETWORK,
    nouns=STRUCTURES.nouns,
    url=lambda: url_for("structures.new"),
    label_with=N_("Créer la structure « %(rest)s »"),
    with_text=lambda text: url_for("structures.new", nom=text),
    is_quick=True,
)
NEW_CONTACT = Action(
    N_("Nouveau contact"),
    "user-plus",
    Permission.EDIT_NETWORK,
    nouns=CONTACTS.nouns,
    url=lambda: url_for("contacts.new"),
    label_with=N_("Créer le contact « %(rest)s »"),
    with_text=lambda text: url_for("contacts.new", nom=text),
    is_quick=True,
)
NEW_GROUP = Action(
    N_("Nouveau groupe"),
    "flag",
    Permission.EDIT_NETWORK,
    nouns=frozenset({"groupe"}),
    url=lambda: url_for("groups.new"),
    is_quick=True,
)
