"""How structures, people, groups, and what may be adopted, are shown where everything is found."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import url_for
from sqlalchemy import Row, and_, select
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
from crm.search.kinds import Hit, SearchKind
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


def describe_structures(session: Session, ids: Sequence[int]) -> dict[int, Hit]:
    """Return the lines of structures: family and place."""
    rows = session.execute(structure_rows().where(Structure.id.in_(ids)))
    return {
        row.id: Hit(
            title=row.name,
            value=str(row.id),
            url=url_for("structures.show", structure_id=row.id),
            detail=detail(row.acronym, row.family, _place(row.commune, row.departement_code)),
        )
        for row in rows
    }


def describe_contacts(session: Session, ids: Sequence[int]) -> dict[int, Hit]:
    """Return the lines of people: what they do today, and where."""
    rows = session.execute(contact_rows(clock.today()).where(Contact.id.in_(ids)))
    return {
        row.id: Hit(
            title=" ".join(filter(None, (row.first_name, row.last_name))),
            value=str(row.id),
            url=url_for("contacts.show", contact_id=row.id),
            detail=detail(row.role, row.structure),
        )
        for row in rows
    }


def describe_groups(session: Session, ids: Sequence[int]) -> dict[int, Hit]:
    """Return the lines of groups: their country or theme."""
    rows = session.execute(
        select(Group.id, Group.name, Group.kind, Country.name, ReferenceItem.label)
        .outerjoin(Country, Country.code == Group.country_code)
        .outerjoin(ReferenceItem, ReferenceItem.id == Group.theme_id)
        .where(Group.id.in_(ids))
    )
    labels = {GroupKind.COUNTRY: N_("Groupe-pays"), GroupKind.COMMISSION: N_("Commission")}
    return {
        group_id: Hit(
            title=name,
            value=str(group_id),
            url=url_for("groups.show", group_id=group_id),
            detail=detail(translate(labels[GroupKind(kind)]), country or theme),
        )
        for group_id, name, kind, country, theme in rows.tuples()
    }


def describe_communes(session: Session, ids: Sequence[int]) -> dict[int, Hit]:
    """Return the lines of the communes that are not actors yet."""
    rows = session.execute(
        select(Commune.insee_code, Commune.name, Departement.name, Epci.name)
        .join(Departement, Departement.code == Commune.departement_code)
        .outerjoin(Epci, Epci.siren == Commune.epci_siren)
        .outerjoin(
            Structure,
            and_(Structure.insee_code == Commune.insee_code, Structure.deleted_at.is_(None)),
        )
        .where(Commune.insee_code.in_([code_of(each) for each in ids]), Structure.id.is_(None))
    )
    return {
        number_of(code): Hit(name, f"{COMMUNE}:{code}", detail=detail(departement, epci, code))
        for code, name, departement, epci in rows.tuples()
    }


def describe_epci(session: Session, ids: Sequence[int]) -> dict[int, Hit]:
    """Return the lines of the EPCI that are not actors yet."""
    rows: Sequence[Row[Any]] = session.execute(
        select(Epci.siren, Epci.name, Departement.name.label("departement"))
        .join(Departement, Departement.code == Epci.departement_code)
        .outerjoin(
            Structure, and_(Structure.epci_siren == Epci.siren, Structure.deleted_at.is_(None))
        )
        .where(Epci.siren.in_([f"{each:09}" for each in ids]), Structure.id.is_(None))
    ).all()
    return {
        int(row.siren): Hit(row.name, f"{EPCI}:{row.siren}", detail=detail("EPCI", row.departement))
        for row in rows
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
    adopt_url=lambda: url_for("structures.adopt"),
    is_sieved=True,
)
EPCIS = SearchKind(
    EPCI,
    _TO_ADOPT,
    "map-pin",
    all_epci,
    describe_epci,
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
