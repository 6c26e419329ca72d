"""How changes of sessions and follow-ups are told."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.contacts.models import Contact, Structure
from crm.contacts.wording import named_by
from crm.core.errors import N_
from crm.followups.models import SessionApplication
from crm.followups.types import (
    PRIORITY_LABELS,
    RECURRENCE_LABELS,
    STATUS_LABELS,
    Priority,
    Recurrence,
    SessionStatus,
)
from crm.funding.models import FundingApplication, FundingCall
from crm.funding.types import SUPPORT_LEVEL_LABELS, SupportLevel
from crm.history.wording import Wording
from crm.projects.models import Project
from crm.reference.models import ReferenceItem
from crm.territories.models import Country
from crm.web.locale import translate


def _statuses(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    return {value: translate(STATUS_LABELS[SessionStatus(value)]) for value in values}


def _priorities(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    return {value: translate(PRIORITY_LABELS[Priority(value)]) for value in values}


def _recurrences(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    return {value: translate(RECURRENCE_LABELS[Recurrence(value)]) for value in values}


def _people(session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    found = session.scalars(select(Contact).where(Contact.id.in_(values)))
    return {contact.id: contact.full_name for contact in found}


def _applications(session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    links = {value: SessionApplication(told=value) for value in values}
    ids = [link.application_id for link in links.values()]
    titles = named_by(FundingApplication.id, FundingApplication.title)(session, ids)
    levels = {each: translate(text).lower() for each, text in SUPPORT_LEVEL_LABELS.items()}
    return {
        value: f"{titles[link.application_id]} ({levels[SupportLevel(link.level)]})"
        for value, link in links.items()
        if link.application_id in titles
    }


SESSION_WORDING = Wording(
    N_("Séance"),
    {
        "held_on": N_("Date"),
        "kind_id": N_("Nature"),
        "status": N_("Statut"),
        "duration_minutes": N_("Durée (minutes)"),
        "notes": N_("Notes"),
        "structures": N_("Structures"),
        "contacts": N_("Personnes"),
        "themes": N_("Thèmes"),
        "countries": N_("Pays"),
        "officers": N_("Suivie par"),
        "projects": N_("Projets"),
        "axes": N_("Axes de la convention"),
        "applications": N_("Dossiers de financement"),
        "deleted_at": N_("Mise à la corbeille"),
    },
    {
        "kind_id": named_by(ReferenceItem.id, ReferenceItem.label),
        "status": _statuses,
        "structures": named_by(Structure.id, Structure.name),
        "contacts": _people,
        "themes": named_by(ReferenceItem.id, ReferenceItem.label),
        "countries": named_by(Country.code, Country.name),
        "officers": named_by(User.id, User.name),
        "projects": named_by(Project.id, Project.name),
        "axes": named_by(ReferenceItem.id, ReferenceItem.label),
        "applications": _applications,
    },
)
PRIVATE_NOTE_WORDING = Wording(
    N_("Partie confidentielle"),
    {"body": N_("Partie confidentielle"), "readers": N_("Lecteurs")},
    {"readers": named_by(User.id, User.name)},
)
FOLLOW_UP_WORDING = Wording(
    N_("Relance"),
    {
        "what": N_("À faire"),
        "due_on": N_("Pour le"),
        "assignee_id": N_("Confiée à"),
        "priority": N_("Priorité"),
        "recurrence": N_("Revient"),
        "anchored_on": N_("Série comptée du"),
        "structure_id": N_("Structure"),
        "contact_id": N_("Personne"),
        "project_id": N_("Projet"),
        "application_id": N_("Dossier de financement"),
        "call_id": N_("Appel à projets"),
        "days_before_closing": N_("Jours avant la clôture"),
        "done_at": N_("Faite le"),
        "outcome": N_("Ce qui s’est passé"),
    },
    {
        "assignee_id": named_by(User.id, User.name),
        "priority": _priorities,
        "recurrence": _recurrences,
        "structure_id": named_by(Structure.id, Structure.name),
        "contact_id": _people,
        "project_id": named_by(Project.id, Project.name),
        "application_id": named_by(FundingApplication.id, FundingApplication.title),
        "call_id": named_by(FundingCall.id, FundingCall.name),
    },
)
