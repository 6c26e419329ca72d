"""Post offices on databases of their own: what waits is sent by processes that may die."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from crm import create_app
from crm.config import Settings
from crm.core import clock
from crm.database import db, transaction
from crm.mail.delivering import Courier
from crm.mail.gateways.choice import choose_gateway
from crm.mail.models import Delivery, DeliveryAttempt, DeliveryEvent
from crm.mail.reports import report
from crm.mail.rules import ATTEMPTS, address_hash
from crm.mail.types import DeliveryState, Priority, Purpose, Report, ReportKind, Written
from crm.mail.writers import write_by
from tests.support.crashes import forked_sink
from tests.support.sendgrid_fake import KEY, forked_fake

Found = TypeVar("Found")
KIND = "kills"
BATCH_ID = 1
_PARAGRAPH = "Réunion publique à Lille, le 12 mars : « l’eau, un bien commun ».\n"
_TEXT = "Bonjour [[name]],\n\n" + _PARAGRAPH * 20 + "\nSe désabonner : [[link]]\n"
_CELL = '<tr><td style="padding:8px;color:#1f2937">' + _PARAGRAPH.strip() + "</td></tr>\n"
_HTML = (
    "<p>Bonjour [[name_html]],</p><table>" + _CELL * 60 + "</table>"
    '<p><a href="[[link]]">Se désabonner</a></p>'
)


def write_letter(_session: Session, delivery: Delivery, _now: datetime) -> Written:
    """Return what a newsletter says, as long as one that people write."""
    name = delivery.recipient.partition("@")[0]
    link = f"https://reseau.fr/desabonnement/{delivery.token}"
    return Written(
        "La lettre du réseau, été 2026",
        _TEXT,
        _HTML,
        {"List-Unsubscribe": "<[[link]]>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        {"[[name]]": name, "[[name_html]]": name, "[[link]]": link},
    )


def environment(gateway: str, port: int, url: str, folder: Path) -> dict[str, str]:
    """Return the settings of an application that sends to this port of loopback."""
    ways = {
        "smtp": {
            "CRM_MAIL_SMTP_HOST": "127.0.0.1",
            "CRM_MAIL_SMTP_PORT": str(port),
            "CRM_MAIL_SMTP_SECURITY": "none",
        },
        "sendgrid": {
            "CRM_MAIL_SENDGRID_API_KEY": KEY,
            "CRM_MAIL_SENDGRID_HOST": f"http://127.0.0.1:{port}",
        },
    }
    shared = {"CRM_MODE": "test", "DATABASE_URL": url, "CRM_DATA_DIRECTORY": str(folder)}
    return shared | ways[gateway]


@dataclass
class PostOffice:
    """An application on a database that other processes write to, and what its relay took."""

    app: Flask
    tokens: Path
    written: int = 0

    def queue(self, count: int) -> None:
        """Put letters of one batch in the queue."""
        now = clock.now()
        row = {
            "kind": KIND, "batch_id": BATCH_ID, "purpose": Purpose.NEWSLETTER, "attempt": 0,
            "priority": Priority.BROADCAST, "state": DeliveryState.QUEUED, "resent": 0,
            "last_attempt": ATTEMPTS, "created_at": now,
        }  # fmt: skip
        rows = []
        for number in range(self.written, self.written + count):
            recipient = f"camille{number}@reseau.example"
            rows.append(
                row | {"token": f"{number:032x}", "recipient": recipient,
                       "address_hash": address_hash(recipient)}
            )  # fmt: skip
        with self.app.app_context(), transaction() as session:
            session.execute(insert(Delivery), rows)
        self.written += count
        self.rest()

    def rest(self) -> None:
        """Leave no connection open for a fork to share."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def courier(self) -> Courier:
        """Return a courier of the settings, for an application that is at work."""
        settings: Settings = self.app.config["SETTINGS"]
        gateway = choose_gateway(settings.mail, settings.data_directory)
        return Courier(gateway=gateway, settings=settings.mail, sender_name="Réseau d’essai")

    def work(self) -> None:
        """Send all that waits."""
        with self.app.app_context():
            courier = self.courier()
            courier.deliver_waiting()
            courier.stop()

    def report_taken(self) -> None:
        """Bring what the relay reports: all that it took was processed."""
        now = clock.now()
        reports = [
            Report("sendgrid", token, token, ReportKind.PROCESSED, now) for token in self.taken
        ]
        with self.app.app_context(), transaction() as session:
            report(session, reports, now=now)
        self.rest()

    def states(self) -> Counter[str]:
        """Return how many deliveries are in each state."""
        counted = select(Delivery.state, func.count()).group_by(Delivery.state)
        return self._read(lambda: Counter(dict(db.session.execute(counted).tuples().all())))

    def tokens_in(self, *states: DeliveryState) -> set[str]:
        """Return the tokens of the deliveries in these states."""
        chosen = select(Delivery.token).where(Delivery.state.in_(states))
        return self._read(lambda: set(db.session.scalars(chosen)))

    def _read(self, read: Callable[[], Found]) -> Found:
        with self.app.app_context():
            found = read()
        self.rest()
        return found

    @property
    def taken(self) -> Counter[str]:
        """Return how often the relay took each token."""
        return Counter(self.tokens.read_text(encoding="ascii").split())

    def empty(self) -> None:
        """Forget all that was sent."""
        with self.app.app_context(), transaction() as session:
            for table in (DeliveryEvent, DeliveryAttempt, Delivery):
                session.execute(table.__table__.delete())
        self.rest()


@contextmanager
def open_post_office(gateway: str, url: str, folder: Path) -> Iterator[PostOffice]:
    """Give an empty post office on a migrated database, and its relay in a process of its own."""
    relay = forked_sink if gateway == "smtp" else forked_fake
    with relay(folder) as (port, tokens):
        app = create_app(Settings.read(environment(gateway, port, url, folder)))
        app.logger.disabled = True  # one logger for all the applications of this process
        write_by(KIND, write_letter)
        office = PostOffice(app, tokens)
        try:
            yield office
        finally:
            app.logger.disabled = False
            office.empty()
