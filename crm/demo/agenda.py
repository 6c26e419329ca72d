"""What awaits the demonstration's team around today: sessions to come, things to do."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy.orm import Session

from crm.core import clock
from crm.demo.bulk import Row, add_links
from crm.demo.inventor import DemoStructure
from crm.demo.phrases import NEXT_STEPS
from crm.demo.reference import Reference
from crm.demo.sessions import DemoSession, write_sessions
from crm.demo.users import Team
from crm.followups.models import FollowUp
from crm.followups.types import Priority, SessionStatus

_SESSIONS_IN_DAYS = (-2, 0, 0, 1, 2, 3, 5, 7, 9, 14)
_DUE_IN_DAYS = (-12, -6, -3, -1, 0, 0, 1, 2, 4, 7, 12, 20)


def add_agenda(
    session: Session,
    reference: Reference,
    structures: Sequence[DemoStructure],
    *,
    past: Sequence[tuple[int, DemoSession]],
    team: Team,
    seed: int,
) -> None:
    """Add planned sessions and open follow-ups, some late, some due today."""
    today = clock.today()
    random = Random(f"{seed}:agenda")
    listed = [each for each in structures if each.is_listed_on(today)]
    planned = [
        (f"demo-agenda-{rank}", _planned(random, _working_day(today, days), listed, team, rank))
        for rank, days in enumerate(_SESSIONS_IN_DAYS)
    ]
    write_sessions(session, reference, planned)
    recent = past[-len(_DUE_IN_DAYS) :]
    rows = [
        _follow_up(random, (session_id, each), today + timedelta(days), team, rank)
        for rank, (days, (session_id, each)) in enumerate(zip(_DUE_IN_DAYS, recent, strict=False))
    ]
    add_links(session, FollowUp, rows)


def _working_day(today: date, days: int) -> date:
    day = today + timedelta(days)
    if not days or day.weekday() <= 4:
        return day
    return day + timedelta(7 - day.weekday() if days > 0 else 4 - day.weekday())


def _planned(
    random: Random, held_on: date, listed: Sequence[DemoStructure], team: Team, rank: int
) -> DemoSession:
    structure = random.choice(listed)
    return DemoSession(
        held_on=held_on,
        structures=[structure],
        kind=random.choice(("rdv", "rdv_visio", "rdv_tel")),
        themes=[structure.themes[0]],
        officers=[team.campaign if rank % 4 == 3 else team.charge],
        status=SessionStatus.PLANNED,
        countries=structure.countries[:1],
        duration=60,
    )


def _follow_up(
    random: Random, after: tuple[int, DemoSession], due_on: date, team: Team, rank: int
) -> Row:
    session_id, each = after
    assignee = {3: team.campaign, 7: team.director, 9: team.campaign}.get(rank, team.charge)
    return {
        "what": random.choice(NEXT_STEPS),
        "due_on": due_on,
        "assignee_id": assignee,
        "structure_id": each.structures[0].id,
        "session_id": session_id,
        "created_at": datetime.combine(each.held_on, time(18), clock.PARIS),
        "done_at": None,
        "priority": Priority.URGENT.value if rank in (2, 7) else Priority.NORMAL.value,
    }
