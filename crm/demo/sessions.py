"""The demonstration's sessions, year by year, each year drawn on its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy.orm import Session

from crm.core import clock
from crm.demo.bulk import Row, add_links, add_rows
from crm.demo.french import contracted
from crm.demo.inventor import DemoStructure
from crm.demo.people import Posts
from crm.demo.phrases import ABOUT, MISSED_NOTES, NEXT_STEPS, SESSION_NOTES
from crm.demo.reference import Reference
from crm.demo.users import Team
from crm.demo.years import FIRST_YEAR, YearPlan, accompanied, plan_of
from crm.followups.models import (
    AccompanimentSession,
    FollowUp,
    SessionStructure,
    session_contact,
    session_country,
    session_officer,
    session_theme,
)
from crm.followups.types import SessionStatus

DURATIONS = {
    "rdv": (45, 60, 60, 90), "rdv_tel": (15, 20, 30), "rdv_visio": (30, 45, 60), "b2b": (60, 90),
    "atelier": (120, 180), "relecture": (30, 60, 90), "mise_en_relation": (15, 30),
    "info": (10, 15, 20),
}  # fmt: skip
_JOINT_KINDS = ("b2b", "atelier", "mise_en_relation", "rdv")
_NOT_HELD = (SessionStatus.CANCELLED, SessionStatus.CANCELLED, SessionStatus.NO_SHOW)


@dataclass(slots=True)
class DemoSession:
    """A session before it has an id."""

    held_on: date
    structures: list[DemoStructure]
    kind: str
    themes: list[str]
    officers: list[int]
    status: SessionStatus = SessionStatus.DONE
    contacts: list[int] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    duration: int | None = None
    notes: str | None = None
    next_step: str | None = None


def add_sessions(
    session: Session,
    reference: Reference,
    structures: Sequence[DemoStructure],
    *,
    posts: Posts,
    team: Team,
    seed: int,
) -> list[tuple[int, DemoSession]]:
    """Add every session up to today with what was to be done next; return them with their ids."""
    today = clock.today()
    drawn: list[tuple[str, DemoSession]] = []
    for year in range(FIRST_YEAR, today.year + 1):
        random = Random(f"{seed}:sessions:{year}")
        sessions = _draw_year(random, year, structures, posts, team.of_year(year))
        drawn += [(f"demo-{year}-{rank}", each) for rank, each in enumerate(sessions)]
    drawn = [(key, each) for key, each in drawn if each.held_on < today]
    ids = write_sessions(session, reference, drawn)
    _add_past_follow_ups(session, drawn, ids, today)
    return [(session_id, each) for session_id, (_, each) in zip(ids, drawn, strict=True)]


def _draw_year(
    random: Random,
    year: int,
    structures: Sequence[DemoStructure],
    posts: Posts,
    officers: Sequence[int],
) -> list[DemoSession]:
    plan = plan_of(random, year)
    chosen = accompanied(random, plan, structures)
    days = _working_days(year)
    sessions = [
        _draw(random, random.choice(days), seats, "", officers) for seats in _deal(random, chosen)
    ]
    themes = plan.theme_deck(random, len(sessions))
    kinds = plan.kind_deck(random, len(sessions))
    for each, theme, kind in zip(sessions, themes, kinds, strict=True):
        each.kind = kind if len(each.structures) == 1 else random.choice(_JOINT_KINDS)
        each.themes = [theme]
        if random.random() < 0.15:
            each.themes = list(dict.fromkeys((theme, random.choice(plan.minor_themes))))
    sessions += _not_held(random, plan, structures, chosen, officers)
    for each in sessions:
        _complete(random, each, posts)
    return sorted(sessions, key=lambda each: each.held_on)


def _working_days(year: int) -> list[date]:
    every = (date(year, 1, 6) + timedelta(number) for number in range(352))
    return [
        day
        for day in every
        if day.weekday() < 5 and not date(year, 7, 26) < day < date(year, 8, 22)
    ]


def _deal(random: Random, chosen: Sequence[DemoStructure]) -> list[list[DemoStructure]]:
    """Return the structures of each session: all have one or more, some are seen together."""
    waiting = [
        each for each in chosen for _ in range(random.choices((1, 2, 3, 4), (50, 28, 14, 8))[0])
    ]
    random.shuffle(waiting)
    sessions = []
    while waiting:
        seats = [waiting.pop()]
        for _ in range(random.choices((0, 1, 2, 3), (87, 8, 3, 2))[0]):
            if waiting and waiting[-1] not in seats:
                seats.append(waiting.pop())
        sessions.append(seats)
    return sessions


def _not_held(
    random: Random,
    plan: YearPlan,
    structures: Sequence[DemoStructure],
    chosen: Sequence[DemoStructure],
    officers: Sequence[int],
) -> list[DemoSession]:
    """Return sessions that did not take place, most with structures not seen otherwise."""
    taken = {each.id for each in chosen}
    others = [
        each
        for each in structures
        if each.id not in taken and each.is_listed_on(date(plan.year, 1, 1))
    ]
    drawn, days = [], _working_days(plan.year)
    for rank in range(10):
        pool = chosen if rank % 5 == 4 else others
        each = _draw(random, random.choice(days), [random.choice(pool)], "rdv", officers)
        each.themes = [random.choice(plan.main_themes)]
        each.status = _NOT_HELD[rank % 3]
        drawn.append(each)
    return drawn


def _draw(
    random: Random,
    held_on: date,
    structures: list[DemoStructure],
    kind: str,
    officers: Sequence[int],
) -> DemoSession:
    present = random.choices(officers, (60, 35, 5)[: len(officers)], k=random.choice((1, 1, 1, 2)))
    return DemoSession(held_on, structures, kind, [], list(dict.fromkeys(present)))


def _complete(random: Random, each: DemoSession, posts: Posts) -> None:
    """Fill in who was there, how long it lasted and what was said."""
    for structure in each.structures:
        there = [p.contact_id for p in posts[structure.id] if p.holds_on(each.held_on)]
        each.contacts += random.sample(there, min(len(there), random.choice((0, 1, 1, 2))))
    each.contacts = sorted(set(each.contacts))
    countries = each.structures[0].countries
    each.countries = random.sample(countries, min(len(countries), random.choice((0, 1, 1, 2))))
    if each.status is SessionStatus.DONE:
        each.duration = random.choice((*DURATIONS[each.kind], None))
        about = ABOUT.get(each.themes[0], "le projet")
        each.notes = contracted(random.choice(SESSION_NOTES[each.kind]).format(about=about))
        if random.random() < 0.25:
            each.next_step = random.choice(NEXT_STEPS)
    elif each.status is not SessionStatus.PLANNED:
        each.notes = random.choice(MISSED_NOTES)


def write_sessions(
    session: Session, reference: Reference, drawn: Sequence[tuple[str, DemoSession]]
) -> list[int]:
    """Write sessions and all that hangs on them; return their ids."""
    ids = add_rows(
        session,
        AccompanimentSession,
        [
            {
                "submission_key": key,
                "kind_id": reference.item("session_kind", each.kind),
                "status": each.status.value,
                "held_on": each.held_on,
                "duration_minutes": each.duration,
                "notes": each.notes,
                "created_by_id": each.officers[0],
                "created_at": _noted_at(each.held_on),
            }
            for key, each in drawn
        ],
    )
    pairs = [(session_id, each) for session_id, (_, each) in zip(ids, drawn, strict=True)]
    _write_links(session, reference, pairs)
    return ids


def _write_links(
    session: Session, reference: Reference, pairs: Sequence[tuple[int, DemoSession]]
) -> None:
    add_links(session, SessionStructure, _seats(pairs))
    for table, column, name in (
        (session_contact, "contact_id", "contacts"),
        (session_officer, "user_id", "officers"),
        (session_country, "country_code", "countries"),
    ):
        add_links(
            session,
            table,
            [
                {"session_id": i, column: value}
                for i, each in pairs
                for value in getattr(each, name)
            ],
        )
    theme_id = {code: reference.item("theme", code) for code in reference.codes("theme")}
    add_links(
        session,
        session_theme,
        [{"session_id": i, "theme_id": theme_id[t]} for i, each in pairs for t in each.themes],
    )


def _noted_at(held_on: date) -> datetime:
    # What is still to come was noted yesterday at the latest.
    day = min(held_on, clock.today() - timedelta(1))
    return datetime.combine(day, time(17, 30), clock.PARIS)


def _seats(pairs: Sequence[tuple[int, DemoSession]]) -> list[Row]:
    rows = []
    for session_id, each in pairs:
        for structure in each.structures:
            name, family = structure.as_of(each.held_on)
            rows.append(
                {
                    "session_id": session_id,
                    "structure_id": structure.id,
                    "structure_name": name,
                    "family_code": str(family),
                    "departement_code": structure.departement_code,
                }
            )
    return rows


def _add_past_follow_ups(
    session: Session, drawn: Sequence[tuple[str, DemoSession]], ids: Sequence[int], today: date
) -> None:
    rows = []
    for session_id, (_, each) in zip(ids, drawn, strict=True):
        due_on = min(each.held_on + timedelta(10), date(each.held_on.year, 12, 30))
        if each.next_step is None or due_on >= today:
            continue
        rows.append(
            {
                "what": each.next_step,
                "due_on": due_on,
                "assignee_id": each.officers[0],
                "structure_id": each.structures[0].id,
                "session_id": session_id,
                "created_at": _noted_at(each.held_on),
                "done_at": datetime.combine(due_on, time(16), clock.PARIS),
            }
        )
    add_links(session, FollowUp, rows)
