"""How changes of introductions are told."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.contacts.models import Contact, Structure
from crm.contacts.wording import named_by
from crm.core.errors import N_
from crm.history.wording import Wording
from crm.introductions.types import (
    ANSWER_LABELS,
    MEANS_LABELS,
    OUTCOME_LABELS,
    STATUS_LABELS,
    Answer,
    IntroductionOutcome,
    IntroductionStatus,
    Means,
)
from crm.web.locale import translate


def _coded(
    codes: type[StrEnum], labels: Mapping[Any, str]
) -> Callable[[Session, Sequence[Any]], Mapping[Any, str]]:
    return lambda _session, values: {value: translate(labels[codes(value)]) for value in values}


def _people(session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    found = session.scalars(select(Contact).where(Contact.id.in_(values)))
    return {contact.id: contact.full_name for contact in found}


INTRODUCTION_WORDING = Wording(
    N_("Mise en relation"),
    {
        "reason": N_("Raison"),
        "introduced_on": N_("Proposée le"),
        "officer_id": N_("Suivie par"),
        "status": N_("Statut"),
        "made_on": N_("Faite le"),
        "outcome": N_("Ce que cela a donné"),
        "outcome_on": N_("Dit le"),
        "outcome_note": N_("En quelques mots"),
        "deleted_at": N_("Mise à la corbeille"),
    },
    {
        "officer_id": named_by(User.id, User.name),
        "status": _coded(IntroductionStatus, STATUS_LABELS),
        "outcome": _coded(IntroductionOutcome, OUTCOME_LABELS),
    },
)
SIDE_WORDING = Wording(
    N_("Structure mise en relation"),
    {"structure_id": N_("Structure"), "is_asking": N_("Le demande")},
    {"structure_id": named_by(Structure.id, Structure.name)},
)
PERSON_WORDING = Wording(
    N_("Personne mise en relation"),
    {
        "contact_id": N_("Personne"),
        "asked_on": N_("Accord demandé le"),
        "answered_on": N_("Réponse le"),
        "answer": N_("Partage de l’adresse"),
        "means": N_("Comment"),
    },
    {
        "contact_id": _people,
        "answer": _coded(Answer, ANSWER_LABELS),
        "means": _coded(Means, MEANS_LABELS),
    },
)
