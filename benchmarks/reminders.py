"""A hundred thousand follow-ups: what is due to one person, and the message of the day of fifty."""

import json
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select, update

from benchmarks.generator import SEED
from benchmarks.raw import Asker, asked_directly
from benchmarks.servers import our_application
from crm.accounts.models import User
from crm.contacts.models import Structure
from crm.core import clock
from crm.database import db, transaction
from crm.followups.models import FollowUp
from crm.followups.queries import due_follow_ups
from crm.mail.models import OutboxMessage
from crm.reminders.jobs import remind
from crm.reminders.models import Reminder, ReminderSetting
from crm.row_writing import insert_many

FOLLOW_UPS, PEOPLE = 100_000, 50
_TIMES = 50
_DUE = """
    SELECT f.id, f.what, f.due_on, f.priority, s.id, s.name
    FROM follow_up f LEFT JOIN structure s ON s.id = f.structure_id
    WHERE f.assignee_id = :user_id AND f.done_at IS NULL AND f.deleted_at IS NULL
        AND f.due_on <= :today
    ORDER BY f.due_on, f.id LIMIT 50"""
_MESSAGE = """
    INSERT INTO outbox_message (
        unique_key, recipient, subject, text_body, html_body, headers, delivery_id, created_at)
    VALUES (:key, :recipient, :subject, :body, :body, '{}', :delivery_id, :now)"""
_DELIVERY = """
    INSERT INTO delivery (kind, purpose, priority, token, recipient, address_hash, state, attempt,
        last_attempt, created_at, resent)
    VALUES ('outbox', 'digest', 5, :key, :recipient, :key, 'queued', 0, 5, :now, 0) RETURNING id"""


@dataclass(frozen=True, slots=True)
class Reminding:
    """Milliseconds: one person's due follow-ups, fifty messages, a ring with nothing to do."""

    due: float
    due_raw: float
    digests: float
    digests_raw: float
    quiet_ring: float
    written: int


def measure_reminders(url: str, folder: Path) -> Reminding:
    """Fill the copy with follow-ups, ask what is due, and let everyone be reminded once."""
    app = our_application(url, folder)
    with app.app_context():
        users = _fill()
        today = clock.today()
        ids = iter([*users] * _TIMES)
        due = _median(lambda: _ask_due(next(ids)), _TIMES)
        digests, written = _reminded(app)
        quiet_ring = _median(remind, 5)
    with asked_directly(url) as asker:
        due_raw = _median(lambda: asker.run(_DUE, {"user_id": users[7], "today": today}), _TIMES)
        start = time.perf_counter()
        _remind_by_driver(asker, users)
        digests_raw = (time.perf_counter() - start) * 1000
    return Reminding(due, due_raw, digests, digests_raw, quiet_ring, written)


def _fill() -> list[int]:
    """Make fifty people who work every day at any hour, and their follow-ups; return their ids."""
    rng = random.Random(SEED)
    today, now = clock.today(), clock.now()
    with transaction() as session:
        session.execute(update(User).values(is_active=False))
        people = [
            User(
                email=f"rappel{number}@reseau.example", email_key=f"rappel{number}@reseau.example",
                name=f"Personne {number}", role="officer", created_at=now,
            )
            for number in range(PEOPLE)
        ]  # fmt: skip
        session.add_all(people)
        session.flush()
        users = [user.id for user in people]
        session.add_all(
            ReminderSetting(user_id=user_id, is_on=True, hour=0, weekdays="1234567")
            for user_id in users
        )
        structures = session.scalars(select(Structure.id).limit(5_000)).all()
        names = ("what", "due_on", "assignee_id", "structure_id", "created_at", "done_at",
                 "priority", "version")  # fmt: skip
        rows = [
            (
                f"Rappeler {number}", today + timedelta(days=rng.randint(-300, 60)),
                rng.choice(users), rng.choice(structures), now,
                None if rng.random() < 0.02 else now, "normale", 1,
            )
            for number in range(FOLLOW_UPS)
        ]  # fmt: skip
        insert_many(session, FollowUp.__table__, names, rows)
    return users


def _ask_due(user_id: int) -> None:
    due_follow_ups(db.session(), assignee_id=user_id, until=clock.today())


def _reminded(app: Flask) -> tuple[float, int]:
    start = time.perf_counter()
    written = remind()
    taken = (time.perf_counter() - start) * 1000
    kept = db.session().query(OutboxMessage).filter(OutboxMessage.unique_key.like("digest:%"))
    if written != kept.count() or not db.session().query(Reminder).count():
        raise RuntimeError(f"{app.name}: {written} messages written, {kept.count()} kept")
    return taken, written


def _remind_by_driver(asker: Asker, users: list[int]) -> None:
    """Read what is due to each and write it down as JSON, a transaction each."""
    today, now = clock.today(), datetime.now(UTC)
    for user_id in users:
        asker.run("BEGIN", {})
        rows = asker.run(_DUE, {"user_id": user_id, "today": today})
        body = json.dumps([list(map(str, row)) for row in rows])
        values = {"key": f"raw:{user_id}", "recipient": "a@reseau.example", "now": now}
        [(delivery_id,)] = asker.run(_DELIVERY, values)
        asker.run(_MESSAGE, {**values, "subject": "raw", "body": body, "delivery_id": delivery_id})
        asker.run("COMMIT", {})


def _median(ask: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)
