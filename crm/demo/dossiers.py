"""The demonstration's applications: from the first idea to the last payment, edition by edition."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sqlalchemy.orm import Session

from crm.core import clock
from crm.demo.dossier_life import Dossier, live, rounded
from crm.demo.dossier_money import Grant, add_money
from crm.demo.dossier_rows import write_dossiers
from crm.demo.french import contracted
from crm.demo.funding import Edition
from crm.demo.inventor import DemoStructure
from crm.demo.phrases import PROJECT_TITLES
from crm.demo.places import PLACES_OF
from crm.demo.reference import Reference
from crm.demo.sessions import DemoSession
from crm.demo.users import Team
from crm.followups.types import SessionStatus
from crm.funding.types import ApplicationStatus, PartnerRole, SupportLevel

Held = Mapping[int, Sequence[tuple[int, DemoSession]]]
_HELPED_WITHIN = timedelta(days=300)
_TYPICAL = "sante"
_ROLES = (
    PartnerRole.PARTNER, PartnerRole.PARTNER, PartnerRole.CO_APPLICANT, PartnerRole.OPERATOR,
)  # fmt: skip
_LEVELS = (SupportLevel.INITIATED, SupportLevel.SUBSTANTIAL, SupportLevel.LIGHT)


@dataclass(frozen=True, slots=True)
class World:
    """Who there is: structures, the sessions held with each, the team."""

    structures: Sequence[DemoStructure]
    held: Held
    team: Team


def add_dossiers(
    session: Session,
    reference: Reference,
    structures: Sequence[DemoStructure],
    editions: Sequence[Edition],
    *,
    past: Sequence[tuple[int, DemoSession]],
    team: Team,
    seed: int,
) -> None:
    """Add the applications of each edition that has opened, with what became of them by today."""
    today = clock.today()
    held: dict[int, list[tuple[int, DemoSession]]] = defaultdict(list)
    for session_id, each in past:
        if each.status is SessionStatus.DONE:
            for structure in each.structures:
                held[structure.id].append((session_id, each))
    world = World(structures, held, team)
    dossiers: list[Dossier] = []
    for edition in editions:
        if edition.opens_on <= today:
            # Each edition is drawn on its own: one more year leaves the others as they were.
            random = Random(f"{seed}:funding:{edition.plan.name}:{edition.year}")
            dossiers += _of_edition(random, edition, world, today)
    written = write_dossiers(session, reference, dossiers)
    grants = [
        Grant(
            application_id,
            each.edition.funder_id,
            each.decided_on,
            each.awarded,
            each.total - each.awarded,
            each.status is ApplicationStatus.SETTLED,
        )
        for application_id, each in written
        if each.awarded is not None and each.decided_on is not None
    ]
    add_money(session, grants, sorted({each.funder_id for each in editions}), seed)


def _of_edition(random: Random, edition: Edition, world: World, today: date) -> list[Dossier]:
    plan = edition.plan
    count = random.randint(*plan.applications)
    if plan.is_steady and edition.year in (2018, 2019):
        # As many as the year before: the report of 2019 says so.
        count = plan.applications[1]
    day = edition.closes_on - timedelta(days=60)
    able = [
        each for each in world.structures if each.family in plan.families and each.is_listed_on(day)
    ]
    helped = [each for each in able if _sessions_before(world.held, each, edition.closes_on)]
    chosen = _some(random, helped, (count + 1) // 2)
    others = [each for each in able if each not in chosen]
    chosen += _some(random, others, count - len(chosen))
    return [_dossier(random, edition, each, world, today) for each in chosen]


def _some(random: Random, among: Sequence[DemoStructure], count: int) -> list[DemoStructure]:
    return random.sample(among, min(max(count, 0), len(among)))


def _sessions_before(
    held: Held, structure: DemoStructure, day: date
) -> list[tuple[int, DemoSession]]:
    return [
        (session_id, each)
        for session_id, each in held.get(structure.id, ())
        if day - _HELPED_WITHIN <= each.held_on <= day
    ]


def _dossier(
    random: Random,
    edition: Edition,
    structure: DemoStructure,
    world: World,
    today: date,
) -> Dossier:
    plan = edition.plan
    person_id = random.choice(world.team.of_year(edition.year))
    requested = rounded(random.randint(*plan.asked))
    total = rounded(requested * 100 // (plan.rate or random.choice((50, 60, 80))))
    dossier = Dossier(edition, structure, _title(random, structure), person_id, requested, total)
    sessions = _sessions_before(world.held, structure, min(edition.closes_on, today))[-3:]
    dossier.helped = [(session_id, random.choice(_LEVELS)) for session_id, _ in sessions]
    wanted = max((plan.partners or 1) - 1, random.choice((0, 1, 1, 2)))
    others = [each for each in world.structures if each is not structure]
    partners = [each for each in _some(random, others, wanted) if each.is_listed_on(today)]
    dossier.partners = [(each.id, random.choice(_ROLES)) for each in partners]
    live(random, dossier, today)
    return dossier


def _title(random: Random, structure: DemoStructure) -> str:
    theme = next((each for each in structure.themes if each in PROJECT_TITLES), _TYPICAL)
    place = random.choice(PLACES_OF[random.choice(structure.countries or ["SN"])])
    return contracted(random.choice(PROJECT_TITLES[theme]).format(place=place))
