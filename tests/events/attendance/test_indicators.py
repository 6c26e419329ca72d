"""What events let a report count, each figure by its rule."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from crm.events.indicators import (
    EVENT_ATTENDANCES,
    EVENT_HEADCOUNT,
    EVENT_PEOPLE,
    EVENT_STRUCTURES,
    EVENTS_HELD,
    INDICATORS,
)
from crm.events.types import EventStatus
from crm.indicators.counting import rows, split, total
from crm.indicators.indicator import Indicator
from crm.indicators.types import By, Period, Scope, Value
from tests.factories.contacts import ContactFactory, StructureFactory
from tests.factories.events import AttendanceFactory, EventFactory
from tests.factories.followups import reference

YEAR = Scope(Period.of_year(2019))
MARCH = datetime(2019, 3, 12, 13, tzinfo=UTC)


def test_people_structures_and_attendances_are_three_counts(session: Session) -> None:
    contact, structure = ContactFactory(), StructureFactory()
    events = [EventFactory(status=EventStatus.HELD, starts_at=MARCH) for _ in range(2)]
    events[0].headcount, events[0].headcount_is_about = 60, True
    events[0].headcount_wording = "une soixantaine"
    for event in events:
        AttendanceFactory(event=event, contact_id=contact.id, structure_id=structure.id)
    AttendanceFactory(event=events[0], structure_id=structure.id)
    AttendanceFactory(event=events[0], is_present=False)
    session.flush()

    def counted(indicator: Indicator) -> int | None:
        return total(session, indicator, YEAR).count

    assert counted(EVENTS_HELD) == 2
    assert counted(EVENT_PEOPLE) == 2
    assert counted(EVENT_STRUCTURES) == 1
    assert counted(EVENT_ATTENDANCES) == 3
    for indicator in INDICATORS[:-1]:
        found = session.execute(rows(indicator, YEAR)).all()
        assert len(found) == counted(indicator), indicator.code
    headcount = total(session, EVENT_HEADCOUNT, YEAR)
    assert headcount == Value(60, is_approximate=True, missing=1)
    events[1].deleted_at = MARCH
    session.flush()
    assert total(session, EVENT_HEADCOUNT, YEAR).words == "une soixantaine"


def test_a_headcount_that_nobody_noted_is_not_nobody(session: Session) -> None:
    assert total(session, EVENT_HEADCOUNT, YEAR) == Value(0)
    event = EventFactory(status=EventStatus.HELD, starts_at=MARCH)
    assert total(session, EVENT_HEADCOUNT, YEAR) == Value(None, missing=1)
    event.headcount = 0
    session.flush()
    assert total(session, EVENT_HEADCOUNT, YEAR) == Value(0)


def test_only_what_was_held_counts_in_the_year_it_was(session: Session) -> None:
    EventFactory(status=EventStatus.CANCELLED, starts_at=MARCH)
    EventFactory(status=EventStatus.POSTPONED, starts_at=MARCH)
    EventFactory(status=EventStatus.HELD, starts_at=MARCH, deleted_at=MARCH)
    # Held on the first day of 2020 in Paris, still 2019 in UTC.
    EventFactory(status=EventStatus.HELD, starts_at=datetime(2019, 12, 31, 23, 30, tzinfo=UTC))
    assert total(session, EVENTS_HELD, YEAR) == Value(0)
    assert total(session, EVENTS_HELD, Scope(Period.of_year(2020))) == Value(1)


def test_figures_are_told_by_kind(session: Session) -> None:
    forum = reference("event_kind", "forum")
    EventFactory(status=EventStatus.HELD, starts_at=MARCH, kind_id=forum.id)
    AttendanceFactory(event=EventFactory(status=EventStatus.HELD, starts_at=MARCH))
    held = {each.label: each.value.count for each in split(session, EVENTS_HELD, YEAR, By.KIND)}
    webinar = reference("event_kind", "webinaire").label
    assert held == {forum.label: 1, webinar: 1}
    came = split(session, EVENT_ATTENDANCES, YEAR, By.KIND)
    assert {each.label: each.value.count for each in came} == {webinar: 1}
