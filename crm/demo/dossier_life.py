"""An application of the demonstration, and the steps it goes through by today."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from crm.demo.funding import Edition
from crm.demo.inventor import DemoStructure
from crm.funding.types import ApplicationStatus, PartnerRole, SupportLevel

_REASONS = {
    "incomplet": 2, "hors_criteres": 3, "enveloppe_epuisee": 5, "partenariat_local": 3,
    "budget": 3, "cofinancement": 2,
}  # fmt: skip


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


def rounded(euros: int) -> int:
    """Return an amount as people ask for it: by five hundred."""
    return max(500, round(euros / 500) * 500)


def live(random: Random, dossier: Dossier, today: date) -> None:
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
        awarded = rounded(int(dossier.requested * share))
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
