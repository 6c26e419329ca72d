"""What the form of a new session holds when it opens: a draft, a copy, or where one comes from."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from werkzeug.datastructures import MultiDict

from crm.accounts.models import Draft
from crm.core import clock
from crm.core.errors import NotFoundError
from crm.followups import rules
from crm.followups.forms import SessionForm
from crm.followups.models import FollowUp
from crm.followups.operations.sessions import find_by_submission_key, heaviest_level
from crm.followups.queries import session_for_page
from crm.followups.typed_names import settle_typed_names
from crm.followups.types import SessionStatus
from crm.funding.models import FundingApplication
from crm.funding.queries.conditions import is_kept
from crm.projects.models import Project
from crm.web.kept import as_form_data

_PICKED = re.compile(r"[0-9]{1,9}|commune:[0-9A-Z]{5}|epci:[0-9]{9}")


@dataclass(frozen=True, slots=True)
class DraftNotice:
    """A draft that waits: shown already (`is_restored`), or offered at its own address."""

    updated_at: datetime
    form_key: str
    is_restored: bool


def form_at_opening(
    session: Session, *, arguments: MultiDict[str, str], user_id: int, form_key: str
) -> tuple[SessionForm, DraftNotice | None]:
    """Return the form as it opens, and the draft it shows or offers.

    A draft of this very address is shown at once; the plain form's draft is offered elsewhere.
    """
    draft = _unsent_draft(session, user_id, form_key)
    if draft is not None:
        form = SessionForm(formdata=as_form_data(draft.payload))
        settle_typed_names(session, form, with_list=False)
        return form, DraftNotice(draft.updated_at, form_key, is_restored=True)
    form = SessionForm(formdata=None, data=_first_values(session, arguments, user_id))
    path = form_key.partition("?")[0]
    other = _unsent_draft(session, user_id, path) if path != form_key else None
    return form, DraftNotice(other.updated_at, path, is_restored=False) if other else None


def _unsent_draft(session: Session, user_id: int, form_key: str) -> Draft | None:
    draft = session.scalar(
        select(Draft).where(Draft.user_id == user_id, Draft.form_key == form_key)
    )
    if draft is None:
        return None
    key = dict(pair for pair in draft.payload if len(pair) == 2).get("submission_key")  # noqa: PLR2004
    is_sent = bool(key) and find_by_submission_key(session, str(key)[:40]) is not None
    return None if is_sent else draft


def _first_values(session: Session, arguments: MultiDict[str, str], user_id: int) -> dict[str, Any]:
    values: dict[str, Any] = {"held_on": clock.today(), "officers": [str(user_id)]}
    if model_id := _number(arguments.get("modele")):
        values |= _copied(session, model_id)
    # A follow-on is the copier's own: who held the one before does not come along.
    if copied_id := _number(arguments.get("copie")):
        values |= _copied(session, copied_id) | {"officers": [str(user_id)]}
    if follow_up_id := _number(arguments.get("relance")):
        values |= _of_follow_up(session, follow_up_id)
    if project_id := _number(arguments.get("projet")):
        values |= _of_project(session, project_id)
    if application_id := _number(arguments.get("dossier")):
        values |= _of_application(session, application_id)
    if arguments.get("statut") == SessionStatus.PLANNED:
        values |= {"status": SessionStatus.PLANNED, "held_on": None}
    if day := _day(arguments.get("jour")):
        planned = SessionStatus.PLANNED if day > clock.today() else SessionStatus.DONE
        values |= {"held_on": day, "status": planned}
    structures = [each for each in arguments.getlist("structure") if _PICKED.fullmatch(each)]
    contacts = [each for each in arguments.getlist("contact") if _number(each)]
    if structures:
        values["structures"] = structures[: rules.MOST_STRUCTURES]
    if contacts:
        values["contacts"] = contacts[: rules.MOST_CONTACTS]
    return values


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _copied(session: Session, session_id: int) -> dict[str, Any]:
    try:
        record = session_for_page(session, session_id)
    except NotFoundError:
        return {}
    if record.deleted_at is not None:
        return {}
    return {
        "structures": [str(seat.structure_id) for seat in record.structures],
        "contacts": [str(contact.id) for contact in record.contacts],
        "kind": str(record.kind_id) if record.kind.is_active else None,
        "themes": [str(theme.id) for theme in record.themes if theme.is_active],
        "countries": [country.code for country in record.countries],
        "duration": record.duration_minutes,
        "officers": [str(officer.id) for officer in record.officers if officer.is_active],
        "projects": [str(project.id) for project in record.projects if not project.deleted_at],
        "axes": [str(axis.id) for axis in record.axes if axis.is_active],
        "applications": [
            str(link.application_id)
            for link in record.applications
            if not link.application.deleted_at
        ],
        "support_level": heaviest_level(record),
    }


def _of_follow_up(session: Session, follow_up_id: int) -> dict[str, Any]:
    record = session.scalar(
        select(FollowUp).where(FollowUp.id == follow_up_id, FollowUp.deleted_at.is_(None))
    )
    if record is None:
        return {}
    values: dict[str, Any] = _of_project(session, record.project_id) if record.project_id else {}
    if record.application_id:
        values |= _of_application(session, record.application_id)
    if record.structure_id:
        values["structures"] = [str(record.structure_id)]
    if record.contact_id:
        values["contacts"] = [str(record.contact_id)]
    return values | {"notes": record.outcome or record.what}


def _of_project(session: Session, project_id: int) -> dict[str, Any]:
    project = session.scalar(
        select(Project)
        .where(Project.id == project_id, Project.deleted_at.is_(None))
        .options(selectinload(Project.themes), selectinload(Project.countries))
    )
    if project is None:
        return {}
    return {
        "projects": [str(project.id)],
        "structures": [str(project.lead_structure_id)],
        "themes": [str(theme.id) for theme in project.themes if theme.is_active],
        "countries": [country.code for country in project.countries],
    }


def _of_application(session: Session, application_id: int) -> dict[str, Any]:
    application = session.scalar(
        select(FundingApplication).where(FundingApplication.id == application_id, is_kept())
    )
    if application is None:
        return {}
    values = _of_project(session, application.project_id) if application.project_id else {}
    return values | {
        "applications": [str(application.id)],
        "structures": [str(application.beneficiary_id)],
    }


def _number(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"[0-9]{1,9}", text) else 0
