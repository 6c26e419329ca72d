"""The bell, one's rhythm and days off, and the links of messages."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.followups.models import AccompanimentSession, FollowUp
from crm.history.models import ChangeSet
from crm.mail.models import OutboxMessage
from crm.reminders.jobs import remind
from crm.reminders.links import sign
from crm.reminders.models import DayOff, ReminderSetting
from tests.factories.accounts import UserFactory
from tests.factories.contacts import StructureFactory
from tests.factories.followups import FollowUpFactory, SessionFactory
from tests.support.client import PageClient

TUESDAY = datetime(2026, 11, 24, 7, 5, tzinfo=UTC)


def _mark(record: FollowUp | AccompanimentSession) -> str:
    day = record.due_on if isinstance(record, FollowUp) else record.held_on
    return day.isoformat()


class TestBell:
    """What waits for oneself."""

    def test_it_counts_what_the_page_tells(self, officer: PageClient, session: Session) -> None:
        assert "bell-count" not in officer.get("/rappels/cloche").text
        assert "Rien ne vous attend" in officer.get("/rappels").text
        today = clock.today()
        me = session.merge(officer.user)
        FollowUpFactory(assignee_id=me.id, what="Rappeler", due_on=today - timedelta(days=3))
        FollowUpFactory(assignee_id=me.id, due_on=today + timedelta(days=1))
        FollowUpFactory(what="Celle d’une autre")
        lens = StructureFactory(name="Ville de Lens")
        SessionFactory(
            structures=[lens], officers=[me], status="prevue", held_on=today - timedelta(days=1)
        )
        assert ">2</span>" in officer.get("/rappels/cloche").text
        page = officer.get("/rappels").text
        assert "Rappeler" in page
        assert "Ville de Lens" in page
        assert "Celle d’une autre" not in page
        assert 'hx-get="/rappels/cloche"' in page


class TestRhythm:
    """Whether, when and on which days."""

    def test_it_is_chosen_and_shown(self, officer: PageClient, session: Session) -> None:
        assert "Mes absences" in officer.get("/rappels/reglages").text
        sent = {"is_on": "y", "hour": "18", "weekdays": ["1", "4"]}
        assert officer.submit("/rappels/reglages", sent).status_code == 303
        kept = session.get_one(ReminderSetting, officer.user.id)
        assert (kept.is_on, kept.hour, kept.weekdays) == (True, 18, "14")
        assert '<option selected value="18">' in officer.get("/rappels/reglages").text
        assert officer.submit("/rappels/reglages", {"hour": "18"}).status_code == 303
        session.refresh(kept)
        assert (kept.is_on, kept.weekdays) == (False, "")

    @pytest.mark.parametrize(
        "sent",
        [
            {"is_on": "y", "hour": "3", "weekdays": ["1"]},
            {"is_on": "y", "hour": "zzz", "weekdays": ["1"]},
            {"is_on": "y", "hour": "8", "weekdays": []},
            {"is_on": "y", "hour": "8", "weekdays": ["9"]},
        ],
    )
    def test_what_cannot_be_is_refused(
        self, officer: PageClient, session: Session, sent: dict[str, object]
    ) -> None:
        assert officer.submit("/rappels/reglages", sent).status_code == 422
        assert session.get(ReminderSetting, officer.user.id) is None

    def test_days_off_are_added_taken_away_and_put_back(
        self, officer: PageClient, session: Session
    ) -> None:
        start_on = clock.today() + timedelta(days=20)
        end_on = start_on + timedelta(days=14)
        sent = {"start_on": f"{start_on:%d/%m/%Y}", "end_on": f"{end_on:%d/%m/%Y}"}
        for has_undo in (True, False):
            assert officer.submit("/rappels/absences", sent).status_code == 303
            # The undo of the second would take away what the first had added.
            toast = 'class="toast' in (page := officer.get("/rappels/reglages").text)
            assert toast
            assert page.count("/supprimer") == 1 + has_undo
        kept = session.scalars(select(DayOff)).one()
        assert (kept.start_on, kept.end_on) == (start_on, end_on)
        assert f"/rappels/absences/{kept.id}/supprimer" in officer.get("/rappels/reglages").text
        other = DayOff(user_id=UserFactory().id, start_on=clock.today(), end_on=clock.today())
        session.add(other)
        session.flush()
        assert officer.submit(f"/rappels/absences/{other.id}/supprimer", {}).status_code == 404
        assert officer.submit(f"/rappels/absences/{kept.id}/supprimer", {}).status_code == 303
        page = officer.get("/rappels/reglages").text
        undo = re.search(r'action="(/rappels/absences\?[^"]+)"', page)
        assert undo is not None
        assert officer.submit(undo[1].replace("&amp;", "&"), {}).status_code == 303
        mine = select(DayOff.end_on).where(DayOff.user_id == officer.user.id)
        assert session.scalars(mine).one() == end_on
        wrong = officer.submit("/rappels/absences", {"start_on": "demain", "end_on": "hier"})
        assert wrong.status_code == 422
        assert "La fin vient avant le début." in wrong.text


class TestLinks:
    """A link of a message asks on GET and acts on POST, signed for one person and one thing."""

    @pytest.mark.parametrize("code", ["faite", "demain", "semaine"])
    def test_it_asks_then_acts_once(
        self, client: PageClient, app: Flask, session: Session, code: str
    ) -> None:
        user = UserFactory()
        record = FollowUpFactory(assignee_id=user.id, due_on=TUESDAY.date(), what="Rappeler Lens")
        with time_machine.travel(TUESDAY, tick=False):
            with app.app_context():
                url = f"/rappels/lien/{sign(user.id, code, record.id, _mark(record))}"
            asked = client.get(url)
            assert "Rappeler Lens" in asked.text
            session.refresh(record)
            assert (record.done_at, record.due_on) == (None, TUESDAY.date())
            answer = client.submit(url, {})
            assert answer.status_code == 303
            assert "C’est noté" in client.get(answer.location).text
            # The page reloaded, or the link followed anew: nothing more is done.
            assert client.submit(url, {}).status_code == 410
            assert client.get(url).status_code == 410
        session.refresh(record)
        assert (record.done_at is not None) is (code == "faite")
        days = {"faite": 0, "demain": 1, "semaine": 7}[code]
        assert record.due_on == TUESDAY.date() + timedelta(days=days)
        last = session.scalars(select(ChangeSet).order_by(ChangeSet.id.desc())).first()
        assert last is not None
        assert (last.actor_id, last.source) == (user.id, "mail")

    def test_a_planned_session_is_settled(
        self, client: PageClient, app: Flask, session: Session
    ) -> None:
        user = UserFactory()
        record = SessionFactory(
            structures=[StructureFactory(name="Ville de Lens")], officers=[user],
            status="prevue", held_on=clock.today() - timedelta(days=1),
        )  # fmt: skip
        with app.app_context():
            url = f"/rappels/lien/{sign(user.id, 'tenue', record.id, _mark(record))}"
        assert "Ville de Lens" in client.get(url).text
        assert client.submit(url, {}).status_code == 303
        session.refresh(record)
        assert record.status == "realisee"
        assert client.submit(url, {}).status_code == 410

    def test_what_is_no_longer_theirs_is_left_alone(
        self, client: PageClient, app: Flask, session: Session
    ) -> None:
        user, other = UserFactory(), UserFactory()
        record = FollowUpFactory(assignee_id=user.id)
        day = _mark(record)
        with app.app_context():
            good = sign(user.id, "faite", record.id, _mark(record))
            tokens = [
                sign(other.id, "faite", record.id, day), sign(user.id, "effacer", record.id, day),
                sign(user.id, "faite", 999_999, day), sign(user.id, "tenue", record.id, day),
                sign(user.id, "faite", record.id, "2019-01-01"), good[:-2], "zzz", f"{good}\x00",
            ]  # fmt: skip
        for token in tokens:
            assert client.get(f"/rappels/lien/{token}").status_code in {404, 410}
            assert client.submit(f"/rappels/lien/{token}", {}).status_code in {404, 410}
        with time_machine.travel(clock.now() + timedelta(days=15), tick=False):
            assert client.submit(f"/rappels/lien/{good}", {}).status_code == 410
        user.is_active = False
        session.flush()
        assert client.submit(f"/rappels/lien/{good}", {}).status_code == 410
        session.refresh(record)
        assert record.done_at is None

    def test_a_session_moved_to_a_day_to_come_is_not_settled(
        self, client: PageClient, app: Flask, session: Session
    ) -> None:
        user = UserFactory()
        record = SessionFactory(
            structures=[StructureFactory()], officers=[user], status="prevue",
            held_on=clock.today() + timedelta(days=9),
        )  # fmt: skip
        with app.app_context():
            url = f"/rappels/lien/{sign(user.id, 'tenue', record.id, _mark(record))}"
        answer = client.submit(url, {})
        assert answer.status_code == 422
        assert "à venir" in answer.text
        assert session.get_one(AccompanimentSession, record.id).status == "prevue"

    def test_the_links_of_a_message_work(
        self, client: PageClient, app: Flask, session: Session
    ) -> None:
        user = UserFactory()
        record = FollowUpFactory(assignee_id=user.id, due_on=TUESDAY.date())
        with time_machine.travel(TUESDAY, tick=False), app.app_context():
            remind()
        body = session.scalars(
            select(OutboxMessage.text_body).where(OutboxMessage.recipient == user.email)
        ).one()
        paths = re.findall(r"https?://[^/\s]+(/\S+)", body)
        assert len(paths) == 6
        with time_machine.travel(TUESDAY, tick=False):
            link = next(path for path in paths if "/lien/" in path)
            assert client.submit(link, {}).status_code == 303
        session.refresh(record)
        assert record.done_at is not None
