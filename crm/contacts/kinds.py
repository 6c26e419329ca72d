"""How structures, people and what hangs on them come back, and what points at them."""

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.contacts.indexing import index_contact, index_structure
from crm.contacts.models import (
    Affiliation,
    Contact,
    ContactPoint,
    Membership,
    NetworkMembership,
    Partnership,
    Seat,
    Structure,
    StructureAddress,
)
from crm.contacts.operations.attached import key_contact_point
from crm.contacts.operations.people import check_affiliation
from crm.contacts.operations.structures import check_parent
from crm.contacts.queries.people import is_current_on
from crm.core import clock
from crm.core.addresses import email_key
from crm.core.errors import N_, RuleError
from crm.core.text import sort_key
from crm.history.kinds import Kind, Pointer
from crm.territories.models import Commune
from crm.web.locale import translate

_STRUCTURE_OWNED = frozenset(
    {
        "affiliation", "contact_point", "network_membership", "partnership.structure_id", "seat",
        "structure_address", "structure_country", "structure_expertise", "structure_tag",
        "structure_theme",
    }
)  # fmt: skip
_PLAIN_OF_STRUCTURE = frozenset(
    {
        "closed_on", "countries", "dormant_on", "expertises", "listed_on", "referent_id", "tags",
        "themes", "verified_on",
    }
)  # fmt: skip
_CONTACT_OWNED = frozenset({"affiliation", "contact_point", "contact_tag", "group_representative"})


def mend_structure(session: Session, structure: Structure) -> None:
    """Put right what follows from a structure's values; raise RuleError when they cannot stand."""
    _check_not_merged(structure)
    for name, label in (("siret", "SIRET"), ("rna", "RNA")):
        _check_is_free(session, structure, name, label)
    check_parent(session, structure.id, structure.parent_id)
    commune = session.get(Commune, structure.commune_code) if structure.commune_code else None
    if commune is not None:
        structure.departement_code = commune.departement_code
    elif structure.epci_siren is None:
        structure.departement_code = None
    structure.sort_name = sort_key(structure.name)
    session.flush()
    index_structure(session, structure)


def _check_not_merged(record: Structure | Contact) -> None:
    if record.merged_into_id is not None and record.deleted_at is None:
        raise RuleError("reason", N_("Cette fiche a été fusionnée : défaites plutôt la fusion."))


def _check_is_free(session: Session, structure: Structure, name: str, label: str) -> None:
    value = getattr(structure, name)
    if not value or structure.deleted_at is not None:
        return
    other = session.scalar(
        select(Structure.name).where(
            getattr(Structure, name) == value,
            Structure.deleted_at.is_(None),
            Structure.id != structure.id,
        )
    )
    if other is not None:
        raise RuleError(
            name,
            N_("Ce numéro %(label)s est déjà celui de « %(name)s »."),
            label=label,
            name=other,
        )


def mend_contact(session: Session, contact: Contact) -> None:
    """Put right what follows from a person's values; raise RuleError when they cannot stand."""
    _check_not_merged(contact)
    contact.sort_name = sort_key(f"{contact.last_name} {contact.first_name or ''}")
    contact.email_key = email_key(contact.email) if contact.email else None
    session.flush()
    index_contact(session, contact)


def _mend_affiliation(session: Session, affiliation: Affiliation) -> None:
    check_affiliation(session, affiliation)
    session.flush()
    contact = session.get(Contact, affiliation.contact_id)
    if contact is not None:
        index_contact(session, contact)


def _mend_contact_point(session: Session, point: ContactPoint) -> None:
    key_contact_point(session, point)
    session.flush()


def _parent_in_trash(session: Session, structure: Structure) -> str | None:
    return session.scalar(
        select(Structure.name).where(
            Structure.id == structure.parent_id, Structure.deleted_at.is_not(None)
        )
    )


def _archive_structure(_session: Session, structure: Structure) -> None:
    """Close a structure today, unless it was closed before."""
    today = clock.today()
    if structure.closed_on is None or structure.closed_on > today:
        structure.closed_on = max(today, structure.listed_on or today)


def _archive_contact(session: Session, contact: Contact) -> None:
    """End what a person does; today is their last day."""
    today = clock.today()
    current = session.scalars(
        select(Affiliation).where(Affiliation.contact_id == contact.id, is_current_on(today))
    )
    for affiliation in current:
        affiliation.end_on = max(today, affiliation.start_on or today)


STRUCTURE_KIND = Kind(
    "structure",
    Structure,
    lambda structure: structure.name,
    page=("structures.show", "structure_id"),
    mend=mend_structure,
    plain=_PLAIN_OF_STRUCTURE,
    archive=_archive_structure,
    archive_label=N_("Fermer la structure aujourd’hui"),
    owned=_STRUCTURE_OWNED,
    missing=_parent_in_trash,
)
CONTACT_KIND = Kind(
    "contact",
    Contact,
    lambda contact: contact.full_name,
    page=("contacts.show", "contact_id"),
    mend=mend_contact,
    plain=frozenset({"tags", "verified_on"}),
    archive=_archive_contact,
    archive_label=N_("Terminer ses fonctions aujourd’hui"),
    owned=_CONTACT_OWNED,
)
KINDS = (
    STRUCTURE_KIND,
    CONTACT_KIND,
    Kind("affiliation", Affiliation, lambda each: each.role, mend=_mend_affiliation),
    Kind("seat", Seat, lambda each: each.role),
    Kind("contact_point", ContactPoint, lambda each: each.value, mend=_mend_contact_point),
    Kind("structure_address", StructureAddress, lambda each: each.label),
    Kind("network_membership", NetworkMembership, lambda each: str(each.year)),
    Kind("partnership", Partnership, lambda each: each.about or ""),
)


def people_of_structure(session: Session, structure_id: int) -> Pointer | None:
    """Say how many people are told of at a structure; they stay, their role is hidden with it."""
    count = session.scalar(
        select(func.count(Affiliation.contact_id.distinct())).where(
            Affiliation.structure_id == structure_id
        )
    )
    if not count:
        return None
    label = translate(N_("Personnes qui y ont ou y ont eu une fonction : %(count)s"), count=count)
    return Pointer(
        label, url_for("structures.show", structure_id=structure_id) + "#contacts", blocks=False
    )


def children_of_structure(session: Session, structure_id: int) -> Pointer | None:
    """Say how many structures belong to this one."""
    count = session.scalar(
        select(func.count()).where(
            Structure.parent_id == structure_id, Structure.deleted_at.is_(None)
        )
    )
    if not count:
        return None
    return Pointer(translate(N_("Structures qui lui sont rattachées : %(count)s"), count=count))


def groups_of_structure(session: Session, structure_id: int) -> Pointer | None:
    """Say in how many groups a structure is or was."""
    count = session.scalar(
        select(func.count(Membership.group_id.distinct())).where(
            Membership.structure_id == structure_id
        )
    )
    if not count:
        return None
    return Pointer(translate(N_("Groupes dont elle est ou a été membre : %(count)s"), count=count))


POINTERS = (
    ("structure", people_of_structure),
    ("structure", children_of_structure),
    ("structure", groups_of_structure),
)
