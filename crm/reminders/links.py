"""The links of a message: each says who may do what with which record, signed; GET only asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.core import clock
from crm.core.errors import N_, NotFoundError
from crm.followups.models import AccompanimentSession, FollowUp, session_officer
from crm.followups.operations import complete_follow_up, postpone_follow_up, set_status
from crm.followups.queries import details_of
from crm.followups.rules import Delay, postponed
from crm.followups.types import SessionStatus
from crm.reminders.sections import CANCELLED, DONE, HELD, NEXT_WEEK, TOMORROW

KEPT_FOR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link asks: by whom, what, of which record; `what` names the record."""

    user: User
    code: str
    record_id: int
    what: str

    @property
    def action(self) -> "LinkAction":
        """Return what the link does."""
        return ACTIONS[self.code]


@dataclass(frozen=True, slots=True)
class LinkAction:
    """Something a link does.

    `find` names the record and tells its day if the person may, or raises NotFoundError.
    """

    label: str
    said: str
    find: Callable[[Session, int, int], tuple[str, date]]
    run: Callable[[Session, int], Any]


def sign(user_id: int, action: str, record_id: int, mark: str) -> str:
    """Return the token of a link; `mark` is the day that the record has as the link is written."""
    return str(_serializer().dumps([user_id, action, record_id, mark]))


def read(session: Session, token: str) -> Asked:
    """Return what a link asks; raise NotFoundError when it is false, too old, or no longer theirs.

    Theirs: the person is still of the team, and the follow-up or session is still in their hands,
    and at the same day: a link that was followed has done its work.
    """
    try:
        user_id, code, record_id, mark = _serializer().loads(
            token, max_age=int(KEPT_FOR.total_seconds())
        )
    except (BadSignature, ValueError) as error:
        raise NotFoundError from error
    user = session.get(User, user_id)
    action = ACTIONS.get(code)
    if user is None or not user.is_active or action is None:
        raise NotFoundError
    what, day = action.find(session, user_id, record_id)
    if day.isoformat() != mark:
        raise NotFoundError
    return Asked(user, code, record_id, what)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="reminder link")


def _follow_up(session: Session, user_id: int, record_id: int) -> tuple[str, date]:
    found = session.execute(
        select(FollowUp.what, FollowUp.due_on).where(
            FollowUp.id == record_id,
            FollowUp.assignee_id == user_id,
            FollowUp.deleted_at.is_(None),
            FollowUp.done_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        raise NotFoundError
    return found.what, found.due_on


def _planned_session(session: Session, user_id: int, record_id: int) -> tuple[str, date]:
    held_on = session.scalar(
        select(AccompanimentSession.held_on)
        .join(session_officer, session_officer.c.session_id == AccompanimentSession.id)
        .where(
            AccompanimentSession.id == record_id,
            AccompanimentSession.deleted_at.is_(None),
            AccompanimentSession.status == SessionStatus.PLANNED,
            session_officer.c.user_id == user_id,
        )
    )
    if held_on is None:
        raise NotFoundError
    return details_of(session, [record_id]).title(record_id), held_on


def _put_off(delay: Delay) -> Callable[[Session, int], Any]:
    def run(session: Session, record_id: int) -> None:
        record = session.get_one(FollowUp, record_id)
        due_on = postponed(record.due_on, clock.today(), delay)
        postpone_follow_up(session, follow_up_id=record_id, due_on=due_on)

    return run


def _became(status: SessionStatus) -> Callable[[Session, int], Any]:
    return lambda session, record_id: set_status(session, session_id=record_id, status=status)


ACTIONS: Mapping[str, LinkAction] = {
    DONE: LinkAction(
        N_("Faite"),
        N_("La relance est faite."),
        _follow_up,
        lambda session, record_id: complete_follow_up(session, follow_up_id=record_id),
    ),
    TOMORROW: LinkAction(
        N_("Demain"), N_("Elle reviendra demain."), _follow_up, _put_off(Delay.DAY)
    ),
    NEXT_WEEK: LinkAction(
        N_("Dans une semaine"),
        N_("Elle reviendra dans une semaine."),
        _follow_up,
        _put_off(Delay.WEEK),
    ),
    HELD: LinkAction(
        N_("Oui, réalisée"),
        N_("La séance est réalisée."),
        _planned_session,
        _became(SessionStatus.DONE),
    ),
    CANCELLED: LinkAction(
        N_("Annulée"),
        N_("La séance est annulée."),
        _planned_session,
        _became(SessionStatus.CANCELLED),
    ),
}
