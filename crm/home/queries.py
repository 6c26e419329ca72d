"""What the home page reads, a few queries for each role."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from crm.accompaniment.silence import SilentAccompaniment, silent_accompaniments
from crm.accounts.models import Draft, User
from crm.contacts.models import Structure
from crm.contacts.types import Family
from crm.core.errors import N_
from crm.followups.queries import (
    Details,
    coming_sessions,
    details_of,
    due_follow_ups,
    recent_sessions,
    unsettled_sessions,
)
from crm.funding.queries.deadlines import closing_calls, owed_reports
from crm.introductions.queries import awaited_outcomes
from crm.jobs.queries import JobState, states_of
from crm.jobs.registry import jobs
from crm.mail.models import OutboxMessage
from crm.mail.queries import count_in
from crm.mail.types import DeliveryState
from crm.revisions import current_revision, latest_revision

_MOST_DRAFTS = 5
_MOST_SILENT = 6
_MOST_DEADLINES = 6
_CLOSING_WITHIN_DAYS, _REPORTS_WITHIN = 31, timedelta(days=14)
_DRAFT_LABELS = (
    ("/seances/nouvelle", N_("Séance à noter")),
    ("/seances/", N_("Séance à modifier")),
    ("/relances/", N_("Relance")),
    ("/structures/", N_("Structure")),
    ("/contacts/", N_("Contact")),
    ("/projets/", N_("Projet")),
)

Rows = Sequence[Row[Any]]


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A form that someone began; `label` is a msgid."""

    label: str
    url: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """What a day asks of one person."""

    due: Rows
    unsettled: Rows
    coming: Rows
    recent: Rows
    drafts: Sequence[DraftLine]
    silent: Sequence[SilentAccompaniment]
    awaited: Rows
    closing: Rows
    reports: Rows
    details: Details

    @property
    def is_quiet(self) -> bool:
        """Tell whether nothing waits."""
        return not (self.due or self.unsettled or self.drafts)


@dataclass(frozen=True, slots=True)
class Health:
    """What an administrator looks at first."""

    active_users: int
    messages: Rows
    database: str
    is_up_to_date: bool
    jobs: Sequence[JobState]
    uncertain: int
    failed: int


def day_of(session: Session, *, user_id: int, today: date) -> Day:
    """Return what is due today or late, planned sessions to settle, drafts, and the last ones."""
    unsettled = unsettled_sessions(session, officer_id=user_id, today=today)
    coming = coming_sessions(session, officer_id=user_id, today=today)
    recent = recent_sessions(session, officer_id=user_id)
    return Day(
        due=due_follow_ups(session, assignee_id=user_id, until=today),
        unsettled=unsettled,
        coming=coming,
        recent=recent,
        drafts=drafts_of(session, user_id=user_id),
        silent=silent_accompaniments(session, user_id=user_id, today=today, limit=_MOST_SILENT),
        awaited=awaited_outcomes(session, user_id=user_id, today=today),
        closing=closing_calls(
            session,
            person_id=user_id,
            days=[today + timedelta(days=count) for count in range(_CLOSING_WITHIN_DAYS)],
            limit=_MOST_DEADLINES,
        ),
        reports=owed_reports(
            session,
            person_id=user_id,
            today=today,
            within=_REPORTS_WITHIN,
            limit=_MOST_DEADLINES,
        ),
        details=details_of(session, [row.id for row in (*unsettled, *coming, *recent)]),
    )


def drafts_of(session: Session, *, user_id: int) -> list[DraftLine]:
    """Return what someone began to type and did not save, the latest first."""
    found = session.execute(
        select(Draft.form_key, Draft.updated_at)
        .where(Draft.user_id == user_id, Draft.form_key.startswith("/", autoescape=True))
        .order_by(Draft.updated_at.desc(), Draft.id.desc())
        .limit(_MOST_DRAFTS)
    )
    return [DraftLine(_draft_label(key), key, at) for key, at in found.tuples()]


def _draft_label(form_key: str) -> str:
    labels = (label for start, label in _DRAFT_LABELS if form_key.startswith(start))
    return next(labels, N_("Formulaire commencé"))


def new_communities(session: Session, *, limit: int = 6) -> Rows:
    """Return the collectivités that joined the network last."""
    return session.execute(
        select(Structure.id, Structure.name, Structure.departement_code, Structure.created_at)
        .where(Structure.family_code == Family.COLLECTIVITE, Structure.deleted_at.is_(None))
        .order_by(Structure.id.desc())
        .limit(limit)
    ).all()


def health_of(session: Session, *, now: datetime, limit: int = 5) -> Health:
    """Return the team's size, the last messages, and the state of the base, jobs and mail."""
    active_users = session.scalar(select(func.count()).where(User.is_active)) or 0
    messages = session.execute(
        select(OutboxMessage.subject, OutboxMessage.recipient, OutboxMessage.created_at)
        .order_by(OutboxMessage.created_at.desc(), OutboxMessage.id.desc())
        .limit(limit)
    ).all()
    connection = session.connection()
    return Health(
        active_users=active_users,
        messages=messages,
        database={"sqlite": "SQLite"}.get(connection.dialect.name, "PostgreSQL"),
        is_up_to_date=current_revision(connection) == latest_revision(),
        jobs=states_of(session, jobs(), now),
        uncertain=count_in(session, DeliveryState.UNCERTAIN),
        failed=count_in(session, DeliveryState.FAILED),
    )
