"""How changes of events, registrations and attendances are told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.contacts.models import Contact, Group, Structure
from crm.contacts.wording import named_by
from crm.core.errors import N_
from crm.events.types import (
    ATTENDANCE_SOURCE_LABELS,
    MATCH_LABELS,
    QUESTION_LABELS,
    REGISTRATION_LABELS,
    SOURCE_LABELS,
    STATUS_LABELS,
)
from crm.funding.models import FundingCall
from crm.history.wording import Wording
from crm.reference.models import ReferenceItem
from crm.territories.models import Country
from crm.web.formats import instant
from crm.web.locale import translate

_item = named_by(ReferenceItem.id, ReferenceItem.label)


def _labels(labels: Mapping[Any, str]) -> Any:
    known = {str(code): label for code, label in labels.items()}

    def name(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
        return {value: translate(known[value]) for value in values if value in known}

    return name


def _instants(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    return {value: instant(datetime.fromisoformat(value)) for value in values if value}


EVENT_WORDING = Wording(
    N_("Événement"),
    {
        "title": N_("Titre"),
        "kind_id": N_("Type"),
        "role_id": N_("Notre rôle"),
        "status": N_("Statut"),
        "starts_at": N_("Début"),
        "ends_at": N_("Fin"),
        "is_all_day": N_("Toute la journée"),
        "place": N_("Lieu"),
        "link": N_("Lien de connexion"),
        "organiser_id": N_("Organisateur"),
        "organiser": N_("Organisateur"),
        "group_id": N_("Groupe"),
        "call_id": N_("Appel à projets"),
        "capacity": N_("Places"),
        "headcount": N_("Effectif"),
        "headcount_is_about": N_("Effectif approximatif"),
        "headcount_wording": N_("Effectif, tel que dit"),
        "presence_percent": N_("Seuil de présence (%)"),
        "takes_registrations": N_("Inscription en ligne"),
        "registration_opens_at": N_("Ouverture des inscriptions"),
        "registration_closes_at": N_("Clôture des inscriptions"),
        "is_public": N_("Dans l’agenda public"),
        "description": N_("Présentation"),
        "replay_link": N_("Rediffusion"),
        "themes": N_("Thèmes"),
        "axes": N_("Axes de la convention"),
        "countries": N_("Pays"),
        "deleted_at": N_("Mis à la corbeille"),
    },
    {
        "kind_id": _item,
        "role_id": _item,
        "status": _labels(STATUS_LABELS),
        "starts_at": _instants,
        "ends_at": _instants,
        "registration_opens_at": _instants,
        "registration_closes_at": _instants,
        "organiser_id": named_by(Structure.id, Structure.name),
        "group_id": named_by(Group.id, Group.name),
        "call_id": named_by(FundingCall.id, FundingCall.name),
        "themes": _item,
        "axes": _item,
        "countries": named_by(Country.code, Country.name),
    },
)
EVENT_MOVE_WORDING = Wording(
    N_("Report"),
    {
        "old_starts_at": N_("Ancien début"),
        "old_ends_at": N_("Ancienne fin"),
        "new_starts_at": N_("Nouveau début"),
        "new_ends_at": N_("Nouvelle fin"),
    },
    dict.fromkeys(("old_starts_at", "old_ends_at", "new_starts_at", "new_ends_at"), _instants),
)
QUESTION_WORDING = Wording(
    N_("Question d’inscription"),
    {
        "label": N_("Question"),
        "kind": N_("Type de réponse"),
        "options": N_("Réponses proposées"),
        "is_required": N_("Obligatoire"),
        "is_active": N_("Posée"),
    },
    {"kind": _labels(QUESTION_LABELS)},
)
REGISTRATION_WORDING = Wording(
    N_("Inscription"),
    {
        "first_name": N_("Prénom"),
        "last_name": N_("Nom"),
        "email": N_("Adresse"),
        "structure_name": N_("Structure indiquée"),
        "status": N_("Statut"),
        "waiting_number": N_("Rang d’attente"),
        "offered_until": N_("Place gardée jusqu’au"),
        "source": N_("Provenance"),
        "contact_id": N_("Personne"),
        "structure_id": N_("Structure"),
        "reviewed_by": N_("Vérifiée par"),
        "cancelled_at": N_("Annulée le"),
    },
    {
        "status": _labels(REGISTRATION_LABELS),
        "source": _labels(SOURCE_LABELS),
        "offered_until": _instants,
        "cancelled_at": _instants,
        "contact_id": named_by(Contact.id, Contact.sort_name),
        "structure_id": named_by(Structure.id, Structure.name),
    },
)
ATTENDANCE_WORDING = Wording(
    N_("Présence"),
    {
        "name": N_("Nom"),
        "email": N_("Adresse"),
        "contact_id": N_("Personne"),
        "structure_id": N_("Structure"),
        "structure_name": N_("Structure ce jour-là"),
        "minutes": N_("Minutes"),
        "is_present": N_("Présence"),
        "source": N_("Source"),
        "match": N_("Reconnue par"),
    },
    {
        "source": _labels(ATTENDANCE_SOURCE_LABELS),
        "match": _labels(MATCH_LABELS),
        "contact_id": named_by(Contact.id, Contact.sort_name),
        "structure_id": named_by(Structure.id, Structure.name),
    },
)
WORDINGS = {
    "event": EVENT_WORDING,
    "event_move": EVENT_MOVE_WORDING,
    "event_question": QUESTION_WORDING,
    "registration": REGISTRATION_WORDING,
    "attendance": ATTENDANCE_WORDING,
}
