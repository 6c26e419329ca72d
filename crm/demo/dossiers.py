"""The demonstration's applications: from the first idea to the last payment, edition by edition."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.text import sort_key
from crm.demo.bulk import Row, Told, add_links, add_rows, created_fields, tell
from crm.demo.dossier_money import Grant, add_money
from crm.demo.french import contracted
from crm.demo.funding import Edition
from crm.demo.inventor import DemoStructure
from crm.demo.phrases import PROJECT_TITLES
from crm.demo.places import PLACES_OF
from crm.demo.reference import Reference
from crm.demo.sessions import DemoSession
from crm.demo.users import Team
from crm.followups.models import SessionApplication
from crm.followups.types import SessionStatus
from crm.funding.models import ApplicationPartner, ApplicationStep, FundingApplication
from crm.funding.types import ApplicationStatus, PartnerRole, SupportLevel

Held = Mapping[int, Sequence[tuple[int, DemoSession]]]
_HELPED_WITHIN = timedelta(days=300)
_TYPICAL = "sante"
_REASONS = {
    "incomplet": 2, "hors_criteres": 3, "enveloppe_epuisee": 5, "partenariat_local": 3,
    "budget": 3, "cofinancement": 2,
}  # fmt: skip
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


@dataclass(slots=True)
class Dossier:
    """An application before it has an id."""

    edition: Edition
    structure: DemoStructure
    title: str
    person_id: int
    requested: int
    total: int
    helped: list[tuple[int, SupportLevel]] = field(default_factory=list)
    steps: list[tuple[ApplicationStatus, date]] = field(default_factory=list)
    filed_on: date | None = None
    decided_on: date | None = None
    awarded: int | None = None
    reason: str | None = None
    partners: list[tuple[int, PartnerRole]] = field(default_factory=list)

    @property
    def status(self) -> ApplicationStatus:
        """Return the status it has reached."""
        return self.steps[-1][0]


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
    written = _write(session, reference, dossiers)
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
    requested = _rounded(random.randint(*plan.asked))
    total = _rounded(requested * 100 // (plan.rate or random.choice((50, 60, 80))))
    dossier = Dossier(edition, structure, _title(random, structure), person_id, requested, total)
    sessions = _sessions_before(world.held, structure, min(edition.closes_on, today))[-3:]
    dossier.helped = [(session_id, random.choice(_LEVELS)) for session_id, _ in sessions]
    wanted = max((plan.partners or 1) - 1, random.choice((0, 1, 1, 2)))
    others = [each for each in world.structures if each is not structure]
    partners = [each for each in _some(random, others, wanted) if each.is_listed_on(today)]
    dossier.partners = [(each.id, random.choice(_ROLES)) for each in partners]
    _live(random, dossier, today)
    return dossier


def _rounded(euros: int) -> int:
    return max(500, round(euros / 500) * 500)


def _title(random: Random, structure: DemoStructure) -> str:
    theme = next((each for each in structure.themes if each in PROJECT_TITLES), _TYPICAL)
    place = random.choice(PLACES_OF[random.choice(structure.countries or ["SN"])])
    return contracted(random.choice(PROJECT_TITLES[theme]).format(place=place))


def _live(random: Random, dossier: Dossier, today: date) -> None:
    """Let the application go from step to step, as far as it has come by today."""
    edition = dossier.edition
    idea = edition.opens_on + timedelta(days=random.randint(0, 20))
    dossier.steps = [(ApplicationStatus.IDENTIFIED, min(idea, today))]
    _reach(dossier, ApplicationStatus.DRAFTING, idea + timedelta(days=12), today)
    if random.random() < 0.08:
        _reach(dossier, ApplicationStatus.ABANDONED, edition.closes_on, today)
        return
    filed_on = max(idea, edition.closes_on - timedelta(days=random.choice((0, 0, 1, 2, 5))))
    if not _reach(dossier, ApplicationStatus.FILED, filed_on, today):
        return
    dossier.filed_on = filed_on
    looked_at = filed_on + timedelta(days=random.choice((15, 30, 70)))
    _reach(dossier, ApplicationStatus.UNDER_REVIEW, looked_at, today)
    decided_on = max(edition.results_on, filed_on)
    # What our sessions helped succeeds more often, without being sure to.
    chances = 0.68 if dossier.helped else 0.44
    if random.random() < chances:
        share = random.choice((1.0, 1.0, 1.0, 0.8, 0.6))
        awarded = _rounded(int(dossier.requested * share))
        is_whole = awarded >= dossier.requested
        status = ApplicationStatus.AWARDED if is_whole else ApplicationStatus.PARTLY_AWARDED
        if _reach(dossier, status, decided_on, today):
            dossier.decided_on, dossier.awarded = decided_on, min(awarded, dossier.requested)
            settled_on = decided_on + timedelta(days=random.randint(500, 900))
            _reach(dossier, ApplicationStatus.SETTLED, settled_on, today)
        return
    status = ApplicationStatus.INELIGIBLE if random.random() < 0.2 else ApplicationStatus.REFUSED
    if _reach(dossier, status, decided_on, today):
        dossier.decided_on = decided_on
        dossier.reason = random.choices(list(_REASONS), list(_REASONS.values()))[0]


def _reach(dossier: Dossier, status: ApplicationStatus, day: date, today: date) -> bool:
    if day > today:
        return False
    dossier.steps.append((status, max(day, dossier.steps[-1][1])))
    return True


def _write(
    session: Session, reference: Reference, dossiers: Sequence[Dossier]
) -> list[tuple[int, Dossier]]:
    rows = [_row(reference, each) for each in dossiers]
    ids = add_rows(session, FundingApplication, rows)
    written = list(zip(ids, dossiers, strict=True))
    add_links(
        session,
        ApplicationStep,
        (
            {
                "application_id": application_id,
                "status": status.value,
                "changed_on": day,
                "author_id": each.person_id,
            }
            for application_id, each in written
            for status, day in each.steps
        ),
    )
    add_links(
        session,
        ApplicationPartner,
        (
            {"application_id": application_id, "structure_id": structure_id, "role": role.value}
            for application_id, each in written
            for structure_id, role in each.partners
        ),
    )
    add_links(
        session,
        SessionApplication,
        (
            {"session_id": session_id, "application_id": application_id, "level": level.value}
            for application_id, each in written
            for session_id, level in each.helped
        ),
    )
    tell(
        session,
        [
            Told(
                "created",
                "funding_application",
                application_id,
                created_fields(row),
                row["created_at"],
                others=[("structure", row["beneficiary_id"])],
            )
            for application_id, row in zip(ids, rows, strict=True)
        ],
    )
    return written


def _row(reference: Reference, each: Dossier) -> Row:
    begun_on = each.steps[0][1]
    name, family = each.structure.as_of(each.filed_on or begun_on)
    town = each.structure.town
    return {
        "scheme_id": each.edition.scheme_id,
        "call_id": each.edition.call_id,
        "title": each.title,
        "sort_title": sort_key(each.title),
        "beneficiary_id": each.structure.id,
        "beneficiary_name": name,
        "family_code": str(family),
        "departement_code": each.structure.departement_code,
        "commune_code": town.insee_code if town else None,
        "funder_id": each.edition.funder_id,
        "person_id": each.person_id,
        "status": each.status.value,
        "total_cents": each.total * 100,
        "requested_cents": each.requested * 100,
        "awarded_cents": each.awarded * 100 if each.awarded is not None else None,
        "filed_on": each.filed_on,
        "decided_on": each.decided_on,
        "refusal_reason_id": reference.item("refusal_reason", each.reason) if each.reason else None,
        "created_at": datetime.combine(begun_on, time(11), clock.PARIS),
        "version": 1,
    }
