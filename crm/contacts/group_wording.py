"""How changes of groups and of their representatives are told."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.group_types import KIND_LABELS
from crm.contacts.models import Contact, Group, Membership, Structure
from crm.contacts.types import GroupKind
from crm.contacts.wording import named_by
from crm.core.errors import N_
from crm.history.wording import Wording
from crm.reference.models import ReferenceItem
from crm.territories.models import Country
from crm.web.locale import translate


def _kinds(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    return {value: translate(KIND_LABELS[GroupKind(value)]) for value in values}


def _people(session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    found = session.scalars(select(Contact).where(Contact.id.in_(values)))
    return {contact.id: contact.full_name for contact in found}


def _memberships(session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    rows = session.execute(
        select(Membership.id, Structure.name, Group.name)
        .join(Structure, Structure.id == Membership.structure_id)
        .join(Group, Group.id == Membership.group_id)
        .where(Membership.id.in_(values))
    )
    return {each: f"{structure} – {group}" for each, structure, group in rows.tuples()}


GROUP_WORDING = Wording(
    N_("Groupe"),
    {
        "name": N_("Nom"),
        "kind": N_("Type"),
        "country_code": N_("Pays"),
        "theme_id": N_("Thème"),
        "description": N_("Présentation"),
        "launched_on": N_("Lancé le"),
        "closed_on": N_("Dernier jour"),
        "merged_into_id": N_("Fusionné dans"),
        "deleted_at": N_("Mis à la corbeille"),
    },
    {
        "kind": _kinds,
        "country_code": named_by(Country.code, Country.name),
        "theme_id": named_by(ReferenceItem.id, ReferenceItem.label),
        "merged_into_id": named_by(Group.id, Group.name),
    },
)
REPRESENTATIVE_WORDING = Wording(
    N_("Représentation dans un groupe"),
    {
        "contact_id": N_("Personne"),
        "membership_id": N_("Structure"),
        "start_on": N_("Depuis le"),
        "end_on": N_("Jusqu’au"),
    },
    {"contact_id": _people, "membership_id": _memberships},
)
