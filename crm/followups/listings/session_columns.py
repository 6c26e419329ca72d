"""What the list of sessions can show."""

from typing import Any

from sqlalchemy import ScalarSelect, func, select

from crm.accounts.models import User
from crm.attachments.queries import attachment_count
from crm.contacts.listings.columns import joined_labels
from crm.core.errors import N_
from crm.followups.models import (
    AccompanimentSession,
    SessionApplication,
    SessionStructure,
    session_axis,
    session_country,
    session_officer,
    session_project,
    session_theme,
)
from crm.followups.types import STATUS_LABELS
from crm.funding.models import FundingApplication
from crm.projects.models import Project
from crm.reference.models import ReferenceItem
from crm.territories.models import Country
from crm.web.list_definition import Column

_STATUSES = {each.value: label for each, label in STATUS_LABELS.items()}
_STRUCTURES = (
    select(
        func.aggregate_strings(
            select(SessionStructure.structure_name.label("name"))
            .where(SessionStructure.session_id == AccompanimentSession.id)
            .order_by(SessionStructure.structure_name, SessionStructure.structure_id)
            .correlate(AccompanimentSession)
            .subquery()
            .c.name,
            ", ",
        )
    )
).scalar_subquery()


def _linked(label: Any, order: Any, identity: Any, link: Any) -> ScalarSelect[str]:
    return joined_labels(label, order, identity, link, (link.c.session_id, AccompanimentSession.id))


def _items(link: Any) -> ScalarSelect[str]:
    return _linked(ReferenceItem.label, ReferenceItem.position, ReferenceItem.id, link)


_APPLICATIONS = _linked(
    FundingApplication.title,
    FundingApplication.sort_title,
    FundingApplication.id,
    SessionApplication.__table__,
)


def session_columns() -> tuple[Column, ...]:
    """Return the columns of the list: those shown when none is chosen, then those offered."""
    return (
        Column("structures", N_("Structures"), extra=_STRUCTURES),
        Column("held_on", N_("Date"), sort="date", name="date", kind="date"),
        Column("kind", N_("Nature"), sort="nature", name="nature"),
        Column("themes", N_("Thèmes"), name="themes", extra=_items(session_theme), is_wide=True),
        Column("officers", N_("Suivie par"), name="suivi",
               extra=_linked(User.name, User.name, User.id, session_officer)),
        Column("status", N_("Statut"), name="statut", words=_STATUSES),
        Column("axes", N_("Axes de la convention"), name="axes", is_usual=False,
               extra=_items(session_axis), is_wide=True),
        Column("projects", N_("Projets"), name="projets", is_usual=False, is_wide=True,
               extra=_linked(Project.name, Project.sort_name, Project.id, session_project)),
        Column("applications", N_("Dossiers de financement"), name="dossiers", is_usual=False,
               is_wide=True, extra=_APPLICATIONS),
        Column("countries", N_("Pays"), name="pays", is_usual=False,
               extra=_linked(Country.name, Country.sort_name, Country.code, session_country)),
        Column("duration_minutes", N_("Durée (minutes)"), name="duree", is_usual=False,
               is_numeric=True),
        Column("attachments", N_("Pièces jointes"), name="pieces", is_usual=False,
               extra=attachment_count("session", AccompanimentSession.id), is_numeric=True),
    )  # fmt: skip
