"""The demonstration's introductions: those its sessions tell of, and a few that are under way."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy.orm import Session

from crm.core import clock
from crm.demo.bulk import Row, add_links, add_rows
from crm.demo.inventor import DemoStructure
from crm.demo.people import Posts
from crm.demo.phrases import ABOUT
from crm.demo.sessions import DemoSession
from crm.demo.users import Team
from crm.followups.types import SessionStatus
from crm.introductions.models import Introduction, IntroductionPerson, IntroductionSide
from crm.introductions.rules import OUTCOME_AFTER
from crm.introductions.types import Answer, IntroductionOutcome, IntroductionStatus, Means

_MADE, _UNDER_WAY = 40, 5
_OUTCOMES = {
    IntroductionOutcome.EXCHANGE: 6, IntroductionOutcome.PROJECT: 2,
    IntroductionOutcome.PARTNERSHIP: 1, IntroductionOutcome.NOTHING: 3,
    IntroductionOutcome.UNKNOWN: 2,
}  # fmt: skip


def add_introductions(
    session: Session,
    structures: Sequence[DemoStructure],
    *,
    past: Sequence[tuple[int, DemoSession]],
    posts: Posts,
    team: Team,
    seed: int,
) -> None:
    """Add the introductions behind the latest sessions of that kind, and some just proposed."""
    random, today = Random(f"{seed}:introductions"), clock.today()
    told = [
        (session_id, each)
        for session_id, each in past
        if each.kind == "mise_en_relation" and each.status is SessionStatus.DONE
    ][-_MADE:]
    rows = [_made(random, session_id, each, today) for session_id, each in told]
    asking = [each.structures for _, each in told]
    listed = [each for each in structures if each.is_listed_on(today) and posts[each.id]]
    for rank in range(_UNDER_WAY):
        rows.append(_under_way(random, team, today - timedelta(2 + 3 * rank), rank))
        asking.append([random.choice(listed)])
    ids = add_rows(session, Introduction, rows)
    for introduction_id, row, askers in zip(ids, rows, asking, strict=True):
        taken = {each.id for each in askers}
        other = random.choice([each for each in listed if each.id not in taken])
        _add_sides(session, random, introduction_id, row, [*askers, other], posts=posts)


def _made(random: Random, session_id: int, each: DemoSession, today: date) -> Row:
    is_known = each.held_on + OUTCOME_AFTER < today and random.random() < 0.85
    outcome = random.choices(list(_OUTCOMES), list(_OUTCOMES.values()))[0]
    return _row(
        each.officers[0],
        f"elles travaillent toutes sur {ABOUT.get(each.themes[0], 'le même sujet')}.",
        each.held_on,
        status=IntroductionStatus.MADE.value,
        made_on=each.held_on,
        session_id=session_id,
        outcome=outcome.value if is_known else None,
        outcome_on=each.held_on + OUTCOME_AFTER if is_known else None,
    )


def _under_way(random: Random, team: Team, day: date, rank: int) -> Row:
    status = IntroductionStatus.ASKED if rank % 2 else IntroductionStatus.PROPOSED
    about = random.choice(list(ABOUT.values()))
    reason = f"l’une cherche un partenaire pour {about}, l’autre en a l’expérience."
    return _row(team.charge, reason, day, status=status.value)


def _row(officer_id: int, reason: str, day: date, **values: object) -> Row:
    row: Row = {
        "reason": reason,
        "introduced_on": day,
        "officer_id": officer_id,
        "made_on": None,
        "session_id": None,
        "outcome": None,
        "outcome_on": None,
        "created_at": datetime.combine(day, time(16), clock.PARIS),
        "version": 1,
    }
    return row | values


def _add_sides(
    session: Session,
    random: Random,
    introduction_id: int,
    row: Row,
    structures: Sequence[DemoStructure],
    *,
    posts: Posts,
) -> None:
    sides = [
        {
            "introduction_id": introduction_id,
            "structure_id": each.id,
            "is_asking": each is not structures[-1],
        }
        for each in structures
    ]
    side_ids = add_rows(session, IntroductionSide, sides)
    people = []
    for side_id, each in zip(side_ids, structures, strict=True):
        there = [post.contact_id for post in posts[each.id] if post.holds_on(row["introduced_on"])]
        if there:
            people.append({"side_id": side_id, "contact_id": there[0], **_consent(random, row)})
    add_links(session, IntroductionPerson, people)


def _consent(random: Random, row: Row) -> Row:
    status, day = row["status"], row["introduced_on"]
    if status == IntroductionStatus.PROPOSED:
        return {"asked_on": None, "answered_on": None, "answer": None, "means": None}
    has_answered = status == IntroductionStatus.MADE or random.random() < 0.5
    answer = Answer.YES if random.random() < 0.85 else Answer.NO
    return {
        "asked_on": day,
        "answered_on": day if has_answered else None,
        "answer": answer.value if has_answered else None,
        "means": random.choice(list(Means)).value if has_answered else None,
    }
