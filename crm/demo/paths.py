"""The demonstration's accompaniments: they follow the sessions that were held."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy.orm import Session

from crm.accompaniment.models import Accompaniment, StageChange, accompaniment_obstacle
from crm.accompaniment.types import Outcome, Stage
from crm.core import clock
from crm.demo.bulk import Row, Told, add_links, add_rows, created_fields, tell
from crm.demo.inventor import DemoStructure
from crm.demo.phrases import ABOUT, MILESTONES
from crm.demo.reference import Reference
from crm.demo.sessions import DemoSession
from crm.demo.users import Team
from crm.followups.types import SessionStatus

_OPEN, _CLOSED = 64, 90
_RECENT = timedelta(days=400)
_SEEN = timedelta(days=190)
_ENDED = timedelta(days=540)
_OBSTACLES = {
    "financement": 6, "temps": 5, "dossier": 5, "partenaire": 4, "cofinancement": 3, "pays": 3,
    "portage_politique": 2, "competence": 2, "changement_equipe": 2, "autre": 1,
}  # fmt: skip
_OUTCOMES = {
    Outcome.REACHED: 6, Outcome.NO_NEWS: 3, Outcome.ABANDONED: 2, Outcome.REDIRECTED: 2,
}  # fmt: skip


@dataclass(slots=True)
class _Path:
    """A path before it has an id."""

    structure: DemoStructure
    person_id: int
    steps: list[tuple[Stage, date]]
    about: str
    obstacles: list[str] = field(default_factory=list)
    milestone: tuple[str, date] | None = None
    closed_on: date | None = None
    outcome: Outcome | None = None


def add_paths(
    session: Session,
    reference: Reference,
    *,
    past: Sequence[tuple[int, DemoSession]],
    team: Team,
    seed: int,
) -> None:
    """Add current paths of structures seen lately, and closed ones of structures seen before."""
    random, today = Random(f"{seed}:paths"), clock.today()
    held: dict[int, list[DemoSession]] = defaultdict(list)
    structures: dict[int, DemoStructure] = {}
    for _, each in past:
        if each.status is SessionStatus.DONE:
            for structure in each.structures:
                held[structure.id].append(each)
                structures[structure.id] = structure
    lately = [
        structures[one]
        for one in sorted(held)
        if held[one][-1].held_on >= today - _SEEN and structures[one].is_listed_on(today)
    ]
    before = [structures[one] for one in sorted(held) if held[one][0].held_on < today - _ENDED]
    team_now = [team.charge, team.charge, team.campaign, team.director]
    paths = [
        _current(random, each, held, team_now, today)
        for each in random.sample(lately, min(_OPEN, len(lately)))
    ]
    paths += [
        _closed(random, each, held, today)
        for each in random.sample(before, min(_CLOSED, len(before)))
    ]
    _write(session, reference, paths)


def _current(
    random: Random,
    structure: DemoStructure,
    held: Mapping[int, Sequence[DemoSession]],
    team_now: Sequence[int],
    today: date,
) -> _Path:
    sessions = [each for each in held[structure.id] if each.held_on >= today - _RECENT]
    person_id = sessions[-1].officers[0]
    path = _Path(
        structure,
        person_id if person_id in team_now else random.choice(team_now),
        _steps(random, sessions),
        _about(sessions[0]),
        obstacles=_drawn(random, _OBSTACLES, random.choice((0, 0, 1, 1, 2))),
    )
    if random.random() < 0.4:
        path.milestone = random.choice(MILESTONES), today + timedelta(random.randint(5, 90))
    return path


def _closed(
    random: Random, structure: DemoStructure, held: Mapping[int, Sequence[DemoSession]], today: date
) -> _Path:
    sessions = [each for each in held[structure.id] if each.held_on < today - _ENDED][:6]
    ended = sessions[-1].held_on + timedelta(random.randint(20, 110))
    outcome = random.choices(list(_OUTCOMES), list(_OUTCOMES.values()))[0]
    return _Path(
        structure,
        sessions[-1].officers[0],
        _steps(random, sessions),
        _about(sessions[0]),
        obstacles=_drawn(random, _OBSTACLES, 0 if outcome is Outcome.REACHED else 1),
        closed_on=ended,
        outcome=outcome,
    )


def _steps(random: Random, sessions: Sequence[DemoSession]) -> list[tuple[Stage, date]]:
    """Return the stage of each session that moved the project on, the first one included."""
    stages = list(Stage)
    place = random.choices((0, 1, 2, 3), (4, 4, 3, 1))[0]
    steps = [(stages[place], sessions[0].held_on)]
    for each in sessions[1:]:
        if place + 1 < len(stages) and each.held_on > steps[-1][1] and random.random() < 0.6:
            place += 1
            steps.append((stages[place], each.held_on))
    return steps


def _about(each: DemoSession) -> str:
    about = ABOUT.get(each.themes[0], "le projet")
    return about[0].upper() + about[1:]


def _drawn(random: Random, weights: Mapping[str, int], count: int) -> list[str]:
    return list(dict.fromkeys(random.choices(list(weights), list(weights.values()), k=count)))


def _write(session: Session, reference: Reference, paths: Sequence[_Path]) -> None:
    rows = [_row(each) for each in paths]
    ids = add_rows(session, Accompaniment, rows)
    add_links(
        session,
        StageChange,
        (
            {
                "accompaniment_id": path_id,
                "stage": stage.value,
                "changed_on": day,
                "author_id": each.person_id,
            }
            for path_id, each in zip(ids, paths, strict=True)
            for stage, day in each.steps
        ),
    )
    add_links(
        session,
        accompaniment_obstacle,
        (
            {"accompaniment_id": path_id, "obstacle_id": reference.item("obstacle", code)}
            for path_id, each in zip(ids, paths, strict=True)
            for code in each.obstacles
        ),
    )
    tell(
        session,
        [
            Told(
                "created",
                "accompaniment",
                path_id,
                created_fields(row),
                row["created_at"],
                others=[("structure", each.structure.id)],
            )
            for path_id, row, each in zip(ids, rows, paths, strict=True)
        ],
    )


def _row(each: _Path) -> Row:
    opened_on = each.steps[0][1]
    what, due_on = each.milestone or (None, None)
    return {
        "structure_id": each.structure.id,
        "stage": each.steps[-1][0].value,
        "person_id": each.person_id,
        "about": each.about,
        "project_id": None,
        "opened_on": opened_on,
        "next_milestone": what,
        "next_milestone_on": due_on,
        "closed_on": each.closed_on,
        "outcome": each.outcome.value if each.outcome else None,
        "closing_note": None,
        "created_at": datetime.combine(opened_on, time(17, 40), clock.PARIS),
        "deleted_at": None,
        "version": 1,
    }
