"""Messages of the day: each person's, once, with what is there at that instant and nothing else."""

from datetime import UTC, date, datetime, timedelta

import html5lib
import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.core import clock
from crm.followups.models import FollowUp
from crm.mail.models import OutboxMessage
from crm.reminders import jobs, operations
from crm.reminders.jobs import remind
from crm.reminders.models import DayOff, Reminder, ReminderSetting
from crm.reminders.types import Absence, Rhythm
from tests.factories.accompaniment import AccompanimentFactory
from tests.factories.accounts import UserFactory
from tests.factories.contacts import StructureFactory
from tests.factories.followups import FollowUpFactory, SessionFactory
from tests.reminders.test_rules import HOLIDAYS_2026

TUESDAY = datetime(2026, 11, 24, 7, 5, tzinfo=UTC)  # 8:05 in Paris


@pytest.fixture
def ada(session: Session) -> User:
    """Return a member of the team, reminded at the usual rhythm; nobody else is."""
    session.query(User).update({"is_active": False})
    return UserFactory(name="Ada Exemple", email="ada@reseau.example")


def _rings(app: Flask, at: datetime) -> int:
    with time_machine.travel(at, tick=False), app.app_context():
        return remind()


def _messages(session: Session) -> list[OutboxMessage]:
    return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def _to_do(user: User, **changes: object) -> FollowUp:
    values = {"assignee_id": user.id, "due_on": TUESDAY.date(), "created_at": TUESDAY}
    return FollowUpFactory(**(values | changes))


BOB_S_DAY = date(2026, 4, 7)


def _choose(session: Session, user: User, rhythm: Rhythm, *absences: Absence) -> None:
    operations.choose_rhythm(session, user_id=user.id, rhythm=rhythm)
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC), tick=False):
        for absence in absences:
            operations.add_day_off(session, user_id=user.id, absence=absence)


def _is_off(day: date) -> bool:
    return day.isoweekday() > 5 or day in HOLIDAYS_2026


def _told_on(day: date, *, is_eve_waited: bool) -> list[str]:
    """Return whom a working day of the year below should bring a message."""
    told = []
    if not date(2026, 8, 3) <= day <= date(2026, 8, 21):
        told.append("ada@reseau.example")
    if date(2026, 3, 1) <= day < date(2026, 6, 1) and day.isoweekday() in {1, 2, 4}:
        told += [] if day == BOB_S_DAY else ["bob@reseau.example"]
    return [*told, "eve@reseau.example"] if is_eve_waited else told


class TestOneDay:
    """What a day's message holds."""

    def test_it_tells_what_is_due_once(self, app: Flask, session: Session, ada: User) -> None:
        lens = StructureFactory(name="Ville de Lens")
        _to_do(ada, what="Envoyer le guide", structure_id=lens.id)
        _to_do(ada, what="Relancer <b>Arras</b>", due_on=date(2026, 11, 20))
        _to_do(ada, what="Payer la salle", priority="urgente")
        _to_do(ada, what="Déjà faite", done_at=TUESDAY)
        _to_do(ada, what="Plus tard", due_on=date(2026, 11, 25))
        FollowUpFactory(what="Celle d’une autre", due_on=TUESDAY.date(), assignee_id=UserFactory(
            is_active=False).id)  # fmt: skip
        planned = SessionFactory(
            structures=[lens], officers=[ada], status="prevue", held_on=date(2026, 11, 23)
        )
        assert _rings(app, TUESDAY - timedelta(minutes=10)) == 0
        assert _rings(app, TUESDAY) == 1
        assert _rings(app, TUESDAY + timedelta(minutes=1)) == 0
        (message,) = _messages(session)
        assert message.recipient == ada.email
        assert message.subject.startswith("Urgent · ")
        text = message.text_body
        for told in ("Envoyer le guide", "Ville de Lens", "Relancer <b>Arras</b>", "URGENT",
                     "en retard depuis le 20/11/2026", "Payer la salle",
                     f"/seances/{planned.id}"):  # fmt: skip
            assert told in text
        for hidden in ("Déjà faite", "Plus tard", "Celle d’une autre"):
            assert hidden not in text
        assert "Relancer &lt;b&gt;Arras&lt;/b&gt;" in message.html_body
        html5lib.HTMLParser(strict=True).parse(message.html_body)

    def test_a_silent_accompaniment_comes_up_by_itself(
        self, app: Flask, session: Session, ada: User
    ) -> None:
        lens = StructureFactory(name="Ville de Lens")
        opened_on = TUESDAY.date() - timedelta(days=90)
        AccompanimentFactory(structure=lens, person=ada, opened_on=opened_on)
        assert _rings(app, TUESDAY) == 1
        (message,) = _messages(session)
        assert "Ville de Lens (silencieux depuis 90 jours)" in message.text_body

    def test_nothing_to_say_is_nothing_sent(self, app: Flask, session: Session, ada: User) -> None:
        assert _rings(app, TUESDAY) == 0
        assert _messages(session) == []
        _to_do(ada, what="Venue dans la journée")
        assert _rings(app, TUESDAY + timedelta(hours=2)) == 0

    def test_an_english_reader_reads_english(self, app: Flask, session: Session, ada: User) -> None:
        ada.locale = "en"
        _to_do(ada, due_on=date(2026, 11, 20))
        _rings(app, TUESDAY)
        (message,) = _messages(session)
        assert "Hello" in message.text_body
        assert "Overdue" in message.html_body

    def test_what_turns_urgent_afterwards_is_told_at_once_and_once(
        self, app: Flask, session: Session, ada: User
    ) -> None:
        _to_do(ada, what="Du matin", priority="urgente")
        _rings(app, TUESDAY)
        urgent = [_to_do(ada, what=f"Urgence {n}", priority="urgente") for n in (1, 2)]
        assert _rings(app, TUESDAY + timedelta(hours=1)) == 1
        assert _rings(app, TUESDAY + timedelta(hours=2)) == 0
        message = _messages(session)[-1]
        assert "Urgence 1" in message.text_body
        assert "Urgence 2" in message.text_body
        assert "Du matin" not in message.text_body
        bob = UserFactory()
        session.add(Reminder(
            key=f"digest:{bob.id}:2026-11-24", kind="digest", user_id=bob.id, subject_id=bob.id,
            day=TUESDAY.date(), created_at=TUESDAY, done_at=TUESDAY,
        ))  # fmt: skip
        urgent[0].assignee_id = bob.id
        session.flush()
        assert _rings(app, TUESDAY + timedelta(hours=3)) == 1
        assert _messages(session)[-1].recipient == bob.email
        # Given back, together with a new one: both are told.
        urgent[0].assignee_id = ada.id
        _to_do(ada, what="Urgence 3", priority="urgente")
        assert _rings(app, TUESDAY + timedelta(hours=4)) == 1
        told = _messages(session)[-1]
        assert (told.recipient, "Urgence 3" in told.text_body) == (ada.email, True)
        assert "Urgence 1" in told.text_body

    def test_one_person_s_trouble_keeps_nobody_from_theirs(
        self, app: Flask, session: Session, ada: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bob = UserFactory(name="Bob Exemple")
        for user in (ada, bob):
            _to_do(user)
        real = operations.write_digest

        def breaks(session: Session, *, user_id: int, now: datetime) -> bool:
            if user_id == ada.id:
                raise RuntimeError("un nom qui ne doit pas être gardé")
            return real(session, user_id=user_id, now=now)

        monkeypatch.setattr(jobs, "write_digest", breaks)
        assert _rings(app, TUESDAY) == 1
        assert [message.recipient for message in _messages(session)] == [bob.email]
        failed = session.scalars(select(Reminder).where(Reminder.user_id == ada.id)).one()
        assert (failed.attempts, failed.error, failed.done_at) == (1, "RuntimeError", None)
        monkeypatch.setattr(jobs, "write_digest", real)
        assert _rings(app, TUESDAY + timedelta(seconds=30)) == 0
        assert _rings(app, TUESDAY + timedelta(minutes=2)) == 1
        assert _messages(session)[-1].recipient == ada.email


class TestAYear:
    """A whole year, three people, holidays, absences and both clock changes."""

    # Of UTC. 6, 8 and 18 h of Paris are among them all year; around the changes, every hour is.
    HOURS = (5, 7, 17)
    CHANGES = frozenset({date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30),
                         date(2026, 10, 24), date(2026, 10, 25), date(2026, 10, 26)})  # fmt: skip

    def test_each_got_exactly_the_messages_they_should_once(
        self, app: Flask, session: Session, ada: User
    ) -> None:
        bob, eve = UserFactory(email="bob@reseau.example"), UserFactory(email="eve@reseau.example")
        _choose(session, ada, Rhythm(), Absence(date(2026, 8, 3), date(2026, 8, 21)))
        _choose(session, bob, Rhythm(hour=6, weekdays="124"), Absence(BOB_S_DAY, BOB_S_DAY))
        _choose(session, eve, Rhythm(hour=18))
        # Ada always has something to do; Bob in spring only; Eve something new each month.
        _to_do(ada, due_on=date(2026, 1, 1))
        of_bob = _to_do(bob, due_on=date(2026, 3, 1))
        of_eve = [_to_do(eve, due_on=date(2026, month, 1)) for month in range(1, 13)]
        expected: list[tuple[date, str]] = []
        for day in (date(2026, 1, 1) + timedelta(days=count) for count in range(365)):
            if day == date(2026, 6, 1):
                of_bob.done_at = clock.now()
            waiting = [each for each in of_eve if each.done_at is None and each.due_on <= day]
            session.flush()
            if not _is_off(day):
                expected += [(day, email) for email in _told_on(day, is_eve_waited=bool(waiting))]
            for hour in range(24) if day in self.CHANGES else self.HOURS:
                _rings(app, datetime(day.year, day.month, day.day, hour, tzinfo=UTC))
            for each in () if _is_off(day) else waiting:  # done in the evening
                each.done_at = clock.now()
        messages = _messages(session)
        written = [(clock.in_paris(each.created_at), each.recipient) for each in messages]
        assert sorted((at.date(), email) for at, email in written) == sorted(expected)
        assert {at.hour for at, email in written if email == bob.email} <= {6, 7}
        assert {at.hour for at, email in written if email == eve.email} <= {18, 19}

    def test_after_two_days_off_the_machine_sends_one_that_catches_up(
        self, app: Flask, session: Session, ada: User
    ) -> None:
        _to_do(ada, what="De mardi")
        _to_do(ada, what="De jeudi", due_on=date(2026, 11, 26))
        assert _rings(app, TUESDAY - timedelta(days=1)) == 0
        assert _rings(app, datetime(2026, 11, 26, 20, 30, tzinfo=UTC)) == 1
        (message,) = _messages(session)
        assert "De mardi" in message.text_body
        assert "De jeudi" in message.text_body

    def test_a_message_that_has_not_left_by_midnight_says_so(
        self, app: Flask, session: Session, ada: User
    ) -> None:
        _to_do(ada)
        _rings(app, TUESDAY)
        (message,) = _messages(session)
        assert message.expires_at == datetime(2026, 11, 24, 23, 0, tzinfo=UTC)


def test_a_message_holds_so_many_lines_and_leads_to_the_others(
    app: Flask, session: Session, ada: User
) -> None:
    for _ in range(40):
        _to_do(ada)
    _rings(app, TUESDAY)
    (message,) = _messages(session)
    assert message.text_body.count("/rappels/lien/") == 15 * 3
    assert "quand=jour" in message.text_body
    assert "plus de 15 à voir" in message.subject
    assert session.scalar(select(func.count()).select_from(ReminderSetting)) == 0
    assert session.scalar(select(func.count()).select_from(DayOff)) == 0
