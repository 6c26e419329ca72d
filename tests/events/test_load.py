"""The last seats under load: exactly as many get in as there are, whoever presses at once."""

import re
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm import create_app
from crm.config import Settings
from crm.core import clock
from crm.core.text import sort_key
from crm.database import db, transaction
from crm.events.models import Event, EventReminder, Registration
from crm.events.types import EventStatus, RegistrationStatus
from crm.mail.models import OutboxMessage
from crm.reference.defaults import load_defaults
from crm.reference.models import ReferenceItem
from tests.support.databases import drop_database, migrated_engine, new_database_url

PEOPLE, SEATS, AT_ONCE = 200, 5, 8
_BUSY = 503
_TOKEN = re.compile(r'name="(csrf_token|submission_key)"[^>]*value="([^"]+)"')


@pytest.fixture
def live_app(backend: str, tmp_path: Path) -> Iterator[Flask]:
    """Return an application on a database of its own, where commits are real."""
    url = new_database_url(backend, tmp_path, "passerelle_load")
    migrated_engine(url).dispose()
    environ = {"CRM_MODE": "test", "DATABASE_URL": url, "CRM_DATA_DIRECTORY": str(tmp_path)}
    app = create_app(Settings.read(environ))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    drop_database(url)


def _open_event(app: Flask) -> int:
    with app.app_context(), transaction() as session:
        load_defaults(session)
        kind_id = session.scalars(
            select(ReferenceItem.id).where(ReferenceItem.list_code == "event_kind").limit(1)
        ).one()
        starts_at = clock.now() + timedelta(days=10)
        event = Event(
            title="Webinaire couru",
            sort_title=sort_key("Webinaire couru"),
            kind_id=kind_id,
            status=EventStatus.CONFIRMED,
            starts_at=starts_at,
            held_on=starts_at.date(),
            capacity=SEATS,
            takes_registrations=True,
            created_at=clock.now(),
        )
        session.add(event)
        session.flush()
        return event.id


def _register(app: Flask, event_id: int, number: int) -> int:
    """Fill in the page as a browser does, from an address of the network of one's own."""
    browser = app.test_client()
    here = {"REMOTE_ADDR": f"10.{number // 250}.{number % 250}.1"}
    path = f"/inscription/{event_id}"
    hidden = dict(_TOKEN.findall(browser.get(path, environ_base=here).text))
    typed = {
        "email": f"personne{number}@ville.example",
        "first_name": "Camille",
        "last_name": f"Martin {number}",
    }
    return browser.post(path, data={**hidden, **typed}, environ_base=here).status_code


def test_two_hundred_people_for_five_seats(live_app: Flask) -> None:
    event_id = _open_event(live_app)
    answers: Counter[int] = Counter()
    numbers = iter(range(PEOPLE))
    lock = threading.Lock()

    def press() -> None:
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            status = _register(live_app, event_id, number)
            while status == _BUSY:  # a slow machine says so and keeps what was typed: press again
                status = _register(live_app, event_id, number)
            with lock:
                answers[status] += 1

    threads = [threading.Thread(target=press) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {303: PEOPLE}
    with live_app.app_context():
        session = db.session()
        by_status = dict(
            session.execute(select(Registration.status, func.count()).group_by(Registration.status))
            .tuples()
            .all()
        )
        numbers_given = session.scalars(
            select(Registration.waiting_number).where(Registration.waiting_number.is_not(None))
        ).all()
        messages = session.scalar(select(func.count()).select_from(OutboxMessage))
        reminders = session.scalar(select(func.count()).select_from(EventReminder))
    assert by_status == {
        RegistrationStatus.REGISTERED: SEATS,
        RegistrationStatus.WAITING: PEOPLE - SEATS,
    }
    assert sorted(numbers_given) == list(range(1, PEOPLE - SEATS + 1))
    assert (messages, reminders) == (PEOPLE, 3 * SEATS)
