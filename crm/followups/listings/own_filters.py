"""What narrows the list of sessions alone, and no count: what is to confirm, what it is about."""

from sqlalchemy import CTE, ColumnElement, Select, and_, func, literal, select
from sqlalchemy.orm import Session

from crm.agreements.queries import axis_labels
from crm.attachments.models import Attachment
from crm.contacts.listings.filters import tally_by
from crm.core import clock
from crm.core.errors import N_
from crm.followups.listings.session_filters import Arguments, Options, ids, linked
from crm.followups.models import (
    AccompanimentSession,
    SessionApplication,
    session_axis,
    session_project,
)
from crm.followups.types import SessionStatus
from crm.funding.models import FundingApplication, FundingScheme
from crm.funding.queries.conditions import is_kept
from crm.funding.queries.picking import applications_by_values
from crm.projects.queries import projects_by_values
from crm.web.list_definition import Filter
from crm.web.locale import translate

EXPECTED, WITH_FILES = "attendue", "avec"


def own_filters(arguments: Arguments) -> list[Filter]:
    """Return the filters that the list of sessions has besides those of the counts."""
    return [
        Filter(
            "confirmation",
            N_("Confirmation"),
            lambda _values: _is_to_confirm(),
            lambda _session: [(EXPECTED, translate(N_("Prévues à confirmer")))],
            everything_label=N_("Toutes"),
            tally=_tally_to_confirm,
        ),
        Filter(
            "axe",
            N_("Axe"),
            linked(session_axis, session_axis.c.axis_id, ids),
            axis_labels,
            tally=tally_by(session_axis.c.session_id, session_axis.c.axis_id),
        ),
        Filter(
            "pieces",
            N_("Pièces jointes"),
            lambda _values: _has_files(),
            lambda _session: [(WITH_FILES, translate(N_("Avec des pièces jointes")))],
            everything_label=N_("Toutes"),
        ),
        Filter(
            "projet",
            N_("Projet"),
            linked(session_project, session_project.c.project_id, ids),
            lambda session: _named(session, arguments.getlist("projet")[:20]),
            name_values=_named,
        ),
        *_filters_of_funding(arguments),
    ]


def _filters_of_funding(arguments: Arguments) -> list[Filter]:
    return [
        Filter(
            "dossier",
            N_("Dossier de financement"),
            _helps_applications,
            lambda session: _titled(session, arguments.getlist("dossier")[:20]),
            name_values=_titled,
        ),
        Filter(
            "dispositif",
            N_("Dispositif"),
            _helps_scheme,
            _schemes,
            everything_label=N_("Tous"),
        ),
    ]


def _helps_applications(values: list[str]) -> ColumnElement[bool]:
    return AccompanimentSession.id.in_(
        select(SessionApplication.session_id).where(
            SessionApplication.application_id.in_(ids(values))
        )
    )


def _helps_scheme(values: list[str]) -> ColumnElement[bool]:
    return AccompanimentSession.id.in_(
        select(SessionApplication.session_id)
        .join(FundingApplication, FundingApplication.id == SessionApplication.application_id)
        .where(FundingApplication.scheme_id.in_(ids(values)), is_kept())
    )


def _schemes(session: Session) -> Options:
    rows = session.execute(
        select(FundingScheme.id, FundingScheme.name)
        .where(FundingScheme.deleted_at.is_(None))
        .order_by(FundingScheme.sort_name, FundingScheme.id)
    )
    return [(str(scheme_id), name) for scheme_id, name in rows.tuples()]


def _titled(session: Session, values: list[str]) -> Options:
    return applications_by_values(session, [str(each) for each in ids(values)])


def _has_files() -> ColumnElement[bool]:
    return AccompanimentSession.id.in_(
        select(Attachment.record_id).where(
            Attachment.entity == "session", Attachment.deleted_at.is_(None)
        )
    )


def _named(session: Session, values: list[str]) -> Options:
    return projects_by_values(session, [str(each) for each in ids(values)])


def _is_to_confirm() -> ColumnElement[bool]:
    return and_(
        AccompanimentSession.status == SessionStatus.PLANNED,
        AccompanimentSession.held_on < clock.today(),
    )


def _tally_to_confirm(found: CTE) -> Select[tuple[str, int]]:
    return select(literal(EXPECTED), func.count()).where(
        AccompanimentSession.id.in_(select(found.c.id)), _is_to_confirm()
    )
