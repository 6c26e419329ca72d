"""How changes of campaigns and of their targets are told."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.campaigns.models import Campaign
from crm.campaigns.queries.conditions import DEFINITIONS
from crm.campaigns.types import (
    OBSTACLE_LABELS,
    ORIGIN_LABELS,
    STAGE_LABELS,
    STATUS_LABELS,
    Obstacle,
    Origin,
    Stage,
    Status,
)
from crm.contacts.models import Contact, Structure
from crm.contacts.wording import named_by
from crm.core.errors import N_
from crm.events.models import Event
from crm.funding.models import FundingCall, FundingScheme
from crm.history.wording import Wording
from crm.mailings.models import Mailing
from crm.reference.models import ReferenceItem
from crm.segments.models import Segment
from crm.web.locale import translate

_MEASURES = {each.measure.value: each.label for each in DEFINITIONS}


def _coded(labels: Mapping[Any, str], code: Any) -> Any:
    def told(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
        return {value: translate(labels[code(value)]) for value in values}

    return told


def _goals(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    told = {}
    for value in values:
        departement, measure, count = str(value).split(":")
        told[value] = f"{departement} : {count} {translate(_MEASURES[measure])}"
    return told


CAMPAIGN_WORDING = Wording(
    N_("Campagne"),
    {
        "name": N_("Nom"),
        "purpose": N_("Objet"),
        "status": N_("État"),
        "starts_on": N_("Début"),
        "ends_on": N_("Fin"),
        "reporting_year": N_("Année du bilan"),
        "call_id": N_("Appel à projets"),
        "scheme_id": N_("Dispositif"),
        "theme_id": N_("Thème"),
        "segment_id": N_("Segment"),
        "functions": N_("Fonctions à joindre"),
        "script": N_("Trame d’appel"),
        "cloned_from_id": N_("Suite de"),
        "axes": N_("Axes"),
        "members": N_("Équipe"),
        "goals": N_("Objectifs"),
        "events": N_("Événements"),
        "deleted_at": N_("Mise à la corbeille"),
    },
    {
        "status": _coded(STATUS_LABELS, Status),
        "call_id": named_by(FundingCall.id, FundingCall.name),
        "scheme_id": named_by(FundingScheme.id, FundingScheme.name),
        "theme_id": named_by(ReferenceItem.id, ReferenceItem.label),
        "segment_id": named_by(Segment.id, Segment.name),
        "cloned_from_id": named_by(Campaign.id, Campaign.name),
        "axes": named_by(ReferenceItem.id, ReferenceItem.label),
        "members": named_by(User.id, User.name),
        "goals": _goals,
        "events": named_by(Event.id, Event.title),
    },
)
TARGET_WORDING = Wording(
    N_("Cible"),
    {
        "campaign_id": N_("Campagne"),
        "structure_id": N_("Structure"),
        "contact_id": N_("Personne à joindre"),
        "role": N_("Fonction à joindre"),
        "officer_id": N_("Responsable"),
        "stage": N_("Étape"),
        "obstacle": N_("Obstacle"),
        "obstacle_note": N_("Précision"),
        "next_call_on": N_("Prochain appel"),
        "origin": N_("Origine"),
        "structure_name": N_("Nom ce jour-là"),
        "family_code": N_("Famille ce jour-là"),
        "departement_code": N_("Département ce jour-là"),
        "deleted_at": N_("Retirée de la campagne"),
    },
    {
        "campaign_id": named_by(Campaign.id, Campaign.name),
        "structure_id": named_by(Structure.id, Structure.name),
        "contact_id": named_by(Contact.id, Contact.last_name),
        "officer_id": named_by(User.id, User.name),
        "stage": _coded(STAGE_LABELS, Stage),
        "obstacle": _coded(OBSTACLE_LABELS, Obstacle),
        "origin": _coded(ORIGIN_LABELS, Origin),
    },
)
STEP_WORDING = Wording(
    N_("Message prévu"),
    {
        "campaign_id": N_("Campagne"),
        "what": N_("Message"),
        "planned_on": N_("Prévu le"),
        "mailing_id": N_("Envoi"),
    },
    {
        "campaign_id": named_by(Campaign.id, Campaign.name),
        "mailing_id": named_by(Mailing.id, Mailing.name),
    },
)
WORDINGS = {
    "campaign": CAMPAIGN_WORDING,
    "target": TARGET_WORDING,
    "campaign_mailing": STEP_WORDING,
}
