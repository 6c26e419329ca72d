"""The history of the demonstration's latest sessions, as their officers would have written it."""

from collections.abc import Sequence
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.core import clock
from crm.demo.bulk import Row, Told, created_fields, tell
from crm.demo.reference import Reference
from crm.demo.sessions import DemoSession
from crm.followups.types import SessionStatus

_LATEST = 200


def tell_latest_sessions(
    session: Session, reference: Reference, past: Sequence[tuple[int, DemoSession]]
) -> None:
    """Tell of the latest sessions: noted in the afternoon, the status of a few set right later."""
    names = dict(session.execute(select(User.id, User.name)).tuples().all())
    told: list[Told] = []
    for session_id, each in past[-_LATEST:]:
        noted = _told(reference, names, session_id, each)
        if each.status in (SessionStatus.CANCELLED, SessionStatus.NO_SHOW):
            planned: Row = {**noted.fields, "status": [None, SessionStatus.PLANNED.value]}
            told.append(_told(reference, names, session_id, each, fields=planned))
            settled: Row = {"status": [SessionStatus.PLANNED.value, each.status.value]}
            told.append(_told(reference, names, session_id, each, action="updated", fields=settled))
        else:
            told.append(noted)
    tell(session, told)


def _told(
    reference: Reference,
    names: dict[int, str],
    session_id: int,
    each: DemoSession,
    *,
    action: str = "created",
    fields: Row | None = None,
) -> Told:
    officer_id = each.officers[0]
    return Told(
        action=action,
        entity="session",
        record_id=session_id,
        fields=fields or _fields(reference, each),
        at=datetime.combine(each.held_on, time(17, 30), clock.PARIS),
        actor_id=officer_id,
        actor_name=names[officer_id],
        others=[("structure", structure.id) for structure in each.structures],
    )


def _fields(reference: Reference, each: DemoSession) -> Row:
    return created_fields(
        {
            "kind_id": reference.item("session_kind", each.kind),
            "status": each.status.value,
            "held_on": each.held_on,
            "duration_minutes": each.duration,
            "notes": each.notes,
            "structures": [structure.id for structure in each.structures],
            "contacts": each.contacts,
            "themes": [reference.item("theme", theme) for theme in each.themes],
            "countries": each.countries,
            "officers": each.officers,
        }
    )
