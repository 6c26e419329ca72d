"""How changes of structures, people and groups are told."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from crm.accounts.models import User
from crm.contacts.forms import END_REASON_LABELS
from crm.contacts.models import Contact, Group, Seat, Structure, Tag
from crm.contacts.types import LANGUAGE_LABELS, EndReason, Language, Standing
from crm.core.errors import N_
from crm.history.wording import Namer, Wording
from crm.reference.models import ReferenceItem
from crm.territories.models import Commune, Country, Departement
from crm.web.locale import translate


@cache
def named_by(key: InstrumentedAttribute[Any], label: InstrumentedAttribute[Any]) -> Namer:
    """Return what looks the names of ids or codes up in one query, the same for all who ask."""

    def look_up(session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
        return dict(session.execute(select(key, label).where(key.in_(values))).tuples().all())

    return look_up


def name_languages(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    """Return the names of codes of languages."""
    known = set(Language)
    return {each: translate(LANGUAGE_LABELS[Language(each)]) for each in values if each in known}


def name_families(session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    """Return the labels of codes of families."""
    rows = session.execute(
        select(ReferenceItem.code, ReferenceItem.label).where(
            ReferenceItem.list_code == "family", ReferenceItem.code.in_(values)
        )
    )
    return dict(rows.tuples().all())


STANDING_LABELS = {
    Standing.PROSPECT: N_("Prospect"),
    Standing.ACTOR: N_("Acteur du réseau"),
    Standing.DORMANT: N_("Dormante"),
    Standing.CLOSED: N_("Fermée"),
}


def _end_reasons(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    return {value: translate(END_REASON_LABELS[EndReason(value)]) for value in values}


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
        "dormant_on": N_("Dormante depuis le"),
        "closed_on": N_("Fermée le"),
        "verified_on": N_("Fiche vérifiée le"),
        "parent_id": N_("Rattachée à"),
        "referent_id": N_("Suivie par"),
        "merged_into_id": N_("Fusionnée dans"),
        "deleted_at": N_("Mise à la corbeille"),
        "themes": N_("Thèmes"),
        "expertises": N_("Expertises et compétences"),
        "countries": N_("Pays"),
        "tags": N_("Étiquettes"),
    },
    {
        "family_code": name_families,
        "subtype_id": named_by(ReferenceItem.id, ReferenceItem.label),
        "commune_code": named_by(Commune.insee_code, Commune.name),
        "departement_code": named_by(Departement.code, Departement.name),
        "parent_id": named_by(Structure.id, Structure.name),
        "merged_into_id": named_by(Structure.id, Structure.name),
        "referent_id": named_by(User.id, User.name),
        "themes": named_by(ReferenceItem.id, ReferenceItem.label),
        "expertises": named_by(ReferenceItem.id, ReferenceItem.label),
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
        "language": N_("Langue"),
        "notes": N_("Notes"),
        "verified_on": N_("Fiche vérifiée le"),
        "merged_into_id": N_("Fusionné dans"),
        "deleted_at": N_("Mise à la corbeille"),
        "tags": N_("Étiquettes"),
    },
    {
        "language": name_languages,
        "merged_into_id": named_by(Contact.id, Contact.last_name),
        "tags": named_by(Tag.id, Tag.label),
    },
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
        "end_reason": N_("Motif de la fin"),
        "seat_id": N_("Siège"),
    },
    {
        "seat_id": named_by(Seat.id, Seat.role),
        "end_reason": _end_reasons,
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
SEAT_WORDING = Wording(
    N_("Siège"),
    {
        "structure_id": N_("Structure"),
        "role": N_("Fonction"),
        "is_elected": N_("Mandat électif"),
        "opened_on": N_("Créé le"),
        "closed_on": N_("Supprimé le"),
    },
    {"structure_id": named_by(Structure.id, Structure.name)},
)
CONTACT_POINT_WORDING = Wording(
    N_("Coordonnée"),
    {
        "medium": N_("Moyen"),
        "nature": N_("À qui est ce courriel"),
        "value": N_("Adresse ou numéro"),
        "label": N_("Précision"),
    },
)
ADDRESS_WORDING = Wording(
    N_("Adresse"),
    {
        "label": N_("Nom de l’adresse"),
        "address": N_("Adresse"),
        "postcode": N_("Code postal"),
        "commune_code": N_("Commune"),
    },
    {"commune_code": named_by(Commune.insee_code, Commune.name)},
)
NETWORK_MEMBERSHIP_WORDING = Wording(
    N_("Adhésion au réseau"),
    {
        "year": N_("Année"),
        "fee_cents": N_("Cotisation (centimes)"),
        "is_paid": N_("Cotisation réglée"),
        "paid_on": N_("Réglée le"),
        "voting_contact_id": N_("Personne qui vote"),
    },
    {"voting_contact_id": named_by(Contact.id, Contact.last_name)},
)
PARTNERSHIP_WORDING = Wording(
    N_("Partenaire à l’étranger"),
    {
        "partner_id": N_("Partenaire"),
        "about": N_("Sur quoi"),
        "start_on": N_("Depuis le"),
        "end_on": N_("Jusqu’au"),
    },
    {"partner_id": named_by(Structure.id, Structure.name)},
)
WORDINGS = {
    "affiliation": AFFILIATION_WORDING,
    "contact": CONTACT_WORDING,
    "contact_point": CONTACT_POINT_WORDING,
    "membership": MEMBERSHIP_WORDING,
    "network_membership": NETWORK_MEMBERSHIP_WORDING,
    "partnership": PARTNERSHIP_WORDING,
    "seat": SEAT_WORDING,
    "structure": STRUCTURE_WORDING,
    "structure_address": ADDRESS_WORDING,
}
