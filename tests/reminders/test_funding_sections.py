"""What the message of the day tells of funding: calls that close, reports owed."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.core import clock
from crm.reminders.funding_sections import closing_calls_section, is_told, reports_section
from crm.reminders.types import Line
from tests.factories.accounts import UserFactory
from tests.factories.funding import (
    ApplicationFactory,
    CallFactory,
    ReportingDeadlineFactory,
    SchemeFactory,
)

MONDAY = date(2026, 11, 30)


@pytest.fixture
def ada(session: Session) -> User:
    """Return a member of the team."""
    return UserFactory(name="Ada Exemple")


def closings(app: Flask, session: Session, user: User, day: date) -> list[Line]:
    with app.test_request_context():
        (section,) = closing_calls_section(session, user.id, day)
    return list(section.lines)


def reports(app: Flask, session: Session, user: User, day: date) -> list[Line]:
    with app.test_request_context():
        (section,) = reports_section(session, user.id, day)
    return list(section.lines)


@pytest.mark.parametrize(
    ("left", "said"),
    [(30, "dans 30 jours"), (7, "dans 7 jours"), (1, "demain"), (0, "aujourd’hui")],
)
def test_a_call_one_is_writing_for_is_told_on_chosen_days(
    app: Flask, session: Session, ada: User, left: int, said: str
) -> None:
    call = CallFactory(
        scheme=SchemeFactory(name="Cap sur le Monde"),
        name="Édition 2027",
        closes_on=MONDAY + timedelta(days=left),
    )
    for _ in range(2):
        ApplicationFactory(call=call, person=ada, drafting=True)
    ApplicationFactory(call=call, drafting=True)
    (line,) = closings(app, session, ada, MONDAY)
    assert line.text == "Cap sur le Monde · Édition 2027"
    assert said in (line.detail or "")
    assert "préparation\u00a0: 2" in (line.detail or "")
    assert line.path == f"/appels/{call.id}"
    assert closings(app, session, ada, MONDAY - timedelta(days=4)) == []


def test_what_is_filed_thrown_away_or_someone_else_s_is_not_told(
    app: Flask, session: Session, ada: User
) -> None:
    call = CallFactory(closes_on=MONDAY + timedelta(days=7))
    ApplicationFactory(call=call, person=ada, filed=True)
    ApplicationFactory(call=call, person=ada, drafting=True, deleted_at=clock.now())
    ApplicationFactory(call=call, person=UserFactory(), drafting=True)
    gone = CallFactory(closes_on=MONDAY + timedelta(days=7), deleted_at=clock.now())
    ApplicationFactory(call=gone, person=ada, drafting=True)
    assert closings(app, session, ada, MONDAY) == []


def test_reports_owed_are_told_until_they_are_sent(app: Flask, session: Session, ada: User) -> None:
    mine = ApplicationFactory(title="Puits de Kayes", person=ada, awarded=True)
    late = ReportingDeadlineFactory(
        of=mine, what="Compte rendu final", due_on=MONDAY - timedelta(days=40)
    )
    ReportingDeadlineFactory(of=mine, what="Bilan", due_on=MONDAY + timedelta(days=7))
    ReportingDeadlineFactory(of=mine, what="Plus tard", due_on=MONDAY + timedelta(days=8))
    ReportingDeadlineFactory(of=mine, what="Envoyé", due_on=MONDAY, done_on=MONDAY)
    ReportingDeadlineFactory(what="À un autre", due_on=MONDAY)
    told = reports(app, session, ada, MONDAY)
    assert [line.text for line in told] == ["Compte rendu final", "Bilan"]
    assert "Puits de Kayes" in (told[0].detail or "")
    assert "en retard" in (told[0].detail or "")
    assert told[0].path == f"/financements/{mine.id}"
    assert [line.text for line in reports(app, session, ada, MONDAY + timedelta(days=1))] == [
        "Plus tard"
    ]
    late.done_on = MONDAY
    session.flush()
    assert [line.text for line in reports(app, session, ada, MONDAY)] == ["Bilan"]


def test_late_reports_come_back_each_monday_only() -> None:
    due_on = MONDAY - timedelta(days=3)
    days = [MONDAY + timedelta(days=count) for count in range(8)]
    assert [is_told(due_on, day - timedelta(days=1), day) for day in days] == [
        True, False, False, False, False, False, False, True,
    ]  # fmt: skip


def test_what_falls_on_days_off_is_told_on_the_next_day_of_work() -> None:
    friday, tuesday = MONDAY - timedelta(days=3), MONDAY + timedelta(days=1)
    sunday_fortnight = MONDAY + timedelta(days=13)  # 14 days after Sunday
    assert is_told(sunday_fortnight, friday, MONDAY)
    assert not is_told(sunday_fortnight, MONDAY - timedelta(days=1), MONDAY)
    late = MONDAY - timedelta(days=10)
    assert is_told(late, friday, tuesday)  # away on Monday
    assert not is_told(late, MONDAY, tuesday)


def test_a_closing_on_a_sunday_is_told_on_working_days(
    app: Flask, session: Session, ada: User
) -> None:
    sunday = MONDAY + timedelta(days=13)
    ApplicationFactory(call=CallFactory(closes_on=sunday), person=ada, drafting=True)
    told = [
        day
        for day in (MONDAY + timedelta(days=count) for count in range(14))
        if day.isoweekday() <= 5 and closings(app, session, ada, day)
    ]
    assert told == [
        MONDAY,  # 14 days before was the Sunday
        sunday - timedelta(days=6),  # 7 days before was the Sunday
        sunday - timedelta(days=3) + timedelta(days=0),
    ]
