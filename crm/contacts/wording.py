"""How changes of structures, people and groups are told."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from crm.contacts.models import Contact, Group, Structure, Tag
from crm.core.errors import N_
from crm.history.wording import Namer, Wording
from crm.reference.models import ReferenceItem
from crm.territories.models import Commune, Country, Departement


def named_by(key: InstrumentedAttribute[Any], label: InstrumentedAttribute[Any]) -> Namer:
    """Return what looks the names of ids or codes up in one query."""

    def look_up(session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
        return dict(session.execute(select(key, label).where(key.in_(values))).tuples().all())

    return look_up


def _families(session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    rows = session.execute(
        select(ReferenceItem.code, ReferenceItem.label).where(
            ReferenceItem.list_code == "family", ReferenceItem.code.in_(values)
        )
    )
    return dict(rows.tuples().all())


STRUCTURE_WORDING = Wording(
    N_("Structure"),
    {
        "name": N_("Nom"),
        "acronym": N_("Sigle"),
        "family_code": N_("Famille"),
        "subtype_id": N_("Sous-type"),
        "siren": "SIREN",
        "siret": "SIRET",
        "rna": N_("Numéro RNA"),
        "address": N_("Adresse"),
        "postcode": N_("Code postal"),
        "commune_code": N_("Commune"),
        "departement_code": N_("Département"),
        "email": N_("Courriel"),
        "phone": N_("Téléphone"),
        "website": N_("Site"),
        "description": N_("Présentation"),
        "listed_on": N_("Référencée le"),
        "closed_on": N_("Fermée le"),
        "deleted_at": N_("Mise à la corbeille"),
        "themes": N_("Thèmes"),
        "countries": N_("Pays"),
        "tags": N_("Étiquettes"),
    },
    {
        "family_code": _families,
        "subtype_id": named_by(ReferenceItem.id, ReferenceItem.label),
        "commune_code": named_by(Commune.insee_code, Commune.name),
        "departement_code": named_by(Departement.code, Departement.name),
        "themes": named_by(ReferenceItem.id, ReferenceItem.label),
        "countries": named_by(Country.code, Country.name),
        "tags": named_by(Tag.id, Tag.label),
    },
)
CONTACT_WORDING = Wording(
    N_("Contact"),
    {
        "first_name": N_("Prénom"),
        "last_name": N_("Nom"),
        "email": N_("Courriel"),
        "phone": N_("Téléphone"),
        "mobile": N_("Mobile"),
        "notes": N_("Notes"),
        "tags": N_("Étiquettes"),
    },
    {"tags": named_by(Tag.id, Tag.label)},
)
AFFILIATION_WORDING = Wording(
    N_("Fonction"),
    {
        "contact_id": N_("Contact"),
        "structure_id": N_("Structure"),
        "role": N_("Fonction"),
        "is_elected": N_("Mandat électif"),
        "start_on": N_("Depuis le"),
        "end_on": N_("Jusqu’au"),
    },
    {
        "contact_id": named_by(Contact.id, Contact.last_name),
        "structure_id": named_by(Structure.id, Structure.name),
    },
)
MEMBERSHIP_WORDING = Wording(
    N_("Adhésion à un groupe"),
    {
        "group_id": N_("Groupe"),
        "structure_id": N_("Structure"),
        "start_on": N_("Depuis le"),
        "end_on": N_("Jusqu’au"),
    },
    {
        "group_id": named_by(Group.id, Group.name),
        "structure_id": named_by(Structure.id, Structure.name),
    },
)
