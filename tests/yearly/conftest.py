"""A report of the year 2019 over a small network."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.core.headcounts import Headcount
from crm.events.models import Event, EventMove
from crm.funding.models import FundingApplication
from crm.measures.figures import formula_code, series_code
from crm.measures.models import Formula, Series
from crm.measures.operations import add_point, create_formula, create_series
from crm.measures.types import FormulaData, PointData, Reading, SeriesData
from crm.yearly.defaults import load_default_report
from crm.yearly.models import ReportDefinition, ReportItem
from crm.yearly.operations import add_item
from crm.yearly.queries import first_definition, items_of
from crm.yearly.types import ItemData, ItemKind
from tests.factories.contacts import StructureFactory
from tests.factories.events import EventFactory
from tests.factories.followups import SessionFactory, reference
from tests.factories.funding import ApplicationFactory


@dataclass(frozen=True, slots=True)
class Small:
    """The report and what it counts: two structures, a joint session, one of each alone."""

    definition: ReportDefinition
    items: dict[str, ReportItem]
    eau: Structure
    sol: Structure

    @property
    def url(self) -> str:
        """Return the page of the report of 2019."""
        return f"/rapports/{self.definition.id}/2019"

    def item(self, code: str, kind: str = "chiffre") -> ReportItem:
        """Return the first item of this kind that counts or lists this."""
        return next(each for each in self.items.values() if (each.code, each.kind) == (code, kind))


@pytest.fixture
def small(session: Session) -> Small:
    eau = StructureFactory(name="Eau", departement_code="62", listed_on=date(2018, 1, 1))
    sol = StructureFactory(name="Sol", entreprise=True, departement_code="80")
    theme = reference("theme", "sante")
    SessionFactory(structures=[eau, sol], held_on=date(2019, 3, 12), themes=[theme])
    SessionFactory(structures=[eau], held_on=date(2019, 5, 2), kind_code="relecture")
    SessionFactory(structures=[sol], held_on=date(2018, 6, 2))
    load_default_report(session)
    session.flush()
    definition = first_definition(session)
    assert definition is not None
    items = {str(each.id): each for each in items_of(session, definition.id)}
    return Small(definition, items, eau, sol)


@dataclass(frozen=True, slots=True)
class Rich:
    """The same report with amounts, a series, a formula, a percentage, an event put off."""

    small: Small
    applications: list[FundingApplication]
    held: Event
    put_off: Event
    series: Series
    formula: Formula

    @property
    def url(self) -> str:
        """Return the page of the report of 2019."""
        return self.small.url

    def item(self, title: str) -> ReportItem:
        """Return the item of this title."""
        return next(each for each in self.small.items.values() if each.title == title)


@pytest.fixture
def rich(session: Session, small: Small) -> Rich:
    applications = [
        ApplicationFactory(
            awarded=True,
            title=f"Dossier {number}",
            filed_on=date(2019, 2, 1),
            decided_on=date(2019, 6, number),
            awarded_cents=number * 1_000_000,
        )
        for number in (1, 2)
    ]
    held = _event("Forum", date(2019, 5, 10), headcount=24)
    put_off = _event("Salon", date(2020, 2, 7))
    before = datetime(2019, 12, 1, 9, tzinfo=UTC)
    session.add(
        EventMove(
            event_id=put_off.id, sequence=1, old_starts_at=before, moved_at=before, moved_by="Ana"
        )
    )
    series = create_series(session, data=SeriesData("Abonnés", "abonnés", Reading.LEVEL))
    for day, count in (
        (date(2018, 12, 31), 793),
        (date(2019, 6, 30), 900),
        (date(2019, 12, 31), 955),
    ):
        add_point(session, series_id=series.id, data=PointData(day, Headcount(count)))
    expression = "pourcentage(accompanied_structures; sessions_done) / 3"
    formula = create_formula(session, data=FormulaData("Part", expression))
    wanted = [
        (ItemKind.FIGURE, "Obtenus", "funding_obtained"),
        (ItemKind.FIGURE, "Participants", "event_headcount"),
        (ItemKind.FIGURE, "Réussite", "funding_success"),
        (ItemKind.FIGURE, "Abonnés fin 2019", series_code(series.id)),
        (ItemKind.SERIES, "Les abonnés", series_code(series.id)),
        (ItemKind.FIGURE, "Part aidée", formula_code(formula.id)),
        (ItemKind.LIST, "Tous les événements", "events"),
    ]
    for kind, title, code in wanted:
        data = ItemData(title=title, code=code)
        item = add_item(session, definition_id=small.definition.id, kind=kind, data=data)
        small.items[str(item.id)] = item
    session.flush()
    return Rich(small, applications, held, put_off, series, formula)


def _event(title: str, day: date, headcount: int | None = None) -> Event:
    starts_at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    event: Event = EventFactory(
        held=True, title=title, starts_at=starts_at, held_on=day, headcount=headcount
    )
    return event
