"""A newsletter to 3,300 readers: to the last acceptance, beside plain Python in the same run."""

import smtplib
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from sqlalchemy import select

from benchmarks.databases import empty_database
from benchmarks.mail_databases import prepare
from crm.config import Settings
from crm.core import clock
from crm.database import db
from crm.mail.building import filled, mark_finder
from crm.mail.letters import compose
from crm.mail.models import Delivery
from tests.support.post_offices import PostOffice, open_post_office, write_letter

READERS = 3_300
_SAMPLE = 400


@dataclass(frozen=True, slots=True)
class Speeds:
    """Seconds to the last acceptance, and messages a second of its parts."""

    gateway: str
    seconds: float
    built: float
    plain_built: float
    plain_sent: float | None

    @property
    def a_second(self) -> float:
        """Return how many messages left in a second."""
        return READERS / self.seconds


def print_speeds(databases: Iterable[str]) -> None:
    """Send a newsletter by each gateway on each database, and print how long it takes."""
    print(
        "\n| database | gateway | 3,300 readers | a second | built | plain Python: sent | built |"
    )
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for database in databases:
        for gateway in ("smtp", "sendgrid"):
            with (
                tempfile.TemporaryDirectory() as folder,
                empty_database(database, "speed", prepare) as url,
            ):
                of = measure(gateway, url, Path(folder))
            plain = f"{of.plain_sent:,.0f}" if of.plain_sent else "-"
            print(
                f"| {database} | {gateway} | {of.seconds:.1f} s | {of.a_second:,.0f}"
                f" | {of.built:,.0f} | {plain} | {of.plain_built:,.0f} |",
                flush=True,
            )


def measure(gateway: str, url: str, folder: Path) -> Speeds:
    """Send to so many readers by this gateway; plain Python first, on the same sink."""
    with open_post_office(gateway, url, folder) as office:
        office.queue(READERS)
        sample = _sample(office)
        plain_built = _plain(sample, None)
        plain_sent = _plain(sample, office) if gateway == "smtp" else None
        built = _built(office, sample)
        office.tokens.write_text("")
        seconds = _sent(office)
        assert office.states() == {"accepted": READERS}
        assert len(office.taken) == READERS
    return Speeds(gateway, seconds, built, plain_built, plain_sent)


def _sample(office: PostOffice) -> list[Delivery]:
    with office.app.app_context():
        found = list(db.session.scalars(select(Delivery).order_by(Delivery.id).limit(_SAMPLE)))
    office.rest()
    return found


def _sent(office: PostOffice) -> float:
    started = time.perf_counter()
    office.work()
    seconds = time.perf_counter() - started
    office.rest()
    return seconds


def _built(office: PostOffice, sample: list[Delivery]) -> float:
    settings: Settings = office.app.config["SETTINGS"]
    with office.app.app_context():
        started = time.perf_counter()
        for each in sample:
            written = write_letter(db.session(), each, clock.now())
            compose(settings.mail, "Réseau d’essai", each, written)
        return len(sample) / (time.perf_counter() - started)


def _plain(sample: list[Delivery], office: PostOffice | None) -> float:
    """Build, and send if there is where to, with the standard library alone."""
    client: smtplib.SMTP | None = None
    if office is not None:
        settings: Settings = office.app.config["SETTINGS"]
        client = smtplib.SMTP("127.0.0.1", settings.mail.smtp_port)
    started = time.perf_counter()
    for each in sample:
        message = _plain_message(each)
        if client is None:
            message.as_bytes()
        else:
            client.send_message(message)
    speed = len(sample) / (time.perf_counter() - started)
    if client is not None:
        client.quit()
    return speed


def _plain_message(delivery: Delivery) -> EmailMessage:
    written = write_letter(db.session, delivery, clock.now())  # type: ignore[arg-type]
    finder = mark_finder(written.marks)
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = "Réseau <contact@reseau.fr>", delivery.recipient
    message["Subject"] = written.subject
    message["Message-ID"] = f"<{delivery.token}@reseau.fr>"
    message.set_content(filled(written.text_body, written.marks, finder))
    message.add_alternative(filled(written.html_body, written.marks, finder), subtype="html")
    return message
