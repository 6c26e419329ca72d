"""`python -m benchmarks.mailings`: an audience frozen, and the letter of 3,300 subscribers.

Freezing is set beside one INSERT … SELECT of the same rows by the driver. The letter is rendered,
built and handed to a sink on loopback, beside the ceiling of plain Python: the standard library's
builder and smtplib on one connection, in the same run.
"""

import argparse
import smtplib
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path

from flask import Flask
from sqlalchemy import func, insert, select, text

from benchmarks.databases import FOLDER, copied_database, why_not
from benchmarks.servers import our_application
from crm.accounts.models import User
from crm.composing.models import ComposingIdentity, Message
from crm.composing.types import ButtonBlock, NewsBlock, NewsItem, TextBlock, TitleBlock, stored
from crm.consents.models import Consent
from crm.consents.types import Basis, State
from crm.contacts.models import Contact
from crm.core import clock
from crm.criteria.rules import tree_to_text
from crm.criteria.types import Subject, Tree
from crm.database import db, transaction
from crm.mail.delivering import Courier
from crm.mail.gateways.smtp import SmtpGateway
from crm.mail.models import Delivery
from crm.mail.types import DeliveryState, Purpose
from crm.mailings.models import Mailing, MailingSegment
from crm.mailings.operations.departures import _begin, freeze
from crm.mailings.operations.mailings import create_mailing, get_mailing
from crm.mailings.types import MailingData
from crm.segments.models import Segment, SegmentMember
from tests.support.crashes import forked_sink

SUBSCRIBERS = 3_300
_PLAIN = 1_000
_RAW_ROWS = """
    INSERT INTO mailing_recipient (mailing_id, contact_id, structure_id, segment_id, is_in, reason,
        address, address_key, first_name, last_name, role, structure_name, family_code,
        commune_name, departement_code, token)
    SELECT {mailing}, c.id, s.id, NULL, {yes}, 'segment', c.email, c.email_key, c.first_name,
        c.last_name, a.role, s.name, s.family_code, k.name, s.departement_code, {token}
    FROM contact c
    LEFT JOIN affiliation a ON a.id = (SELECT min(b.id) FROM affiliation b
        JOIN structure t ON t.id = b.structure_id
        WHERE b.contact_id = c.id AND t.deleted_at IS NULL)
    LEFT JOIN structure s ON s.id = a.structure_id
    LEFT JOIN commune k ON k.insee_code = s.commune_code
    WHERE c.deleted_at IS NULL AND c.email_key IS NOT NULL"""
_RAW_DELIVERIES = """
    INSERT INTO delivery (kind, batch_id, purpose, priority, token, recipient, address_hash, state,
        attempt, last_attempt, created_at, resent)
    SELECT 'mailing', {mailing}, 'newsletter', 9, token, address, '', 'held', 0, 5,
        CURRENT_TIMESTAMP, 0
    FROM mailing_recipient WHERE mailing_id = {mailing}"""


@dataclass(frozen=True, slots=True)
class Freezing:
    """Seconds of a freeze, and of the same rows by the driver."""

    recipients: int
    ours: float
    raw: float


@dataclass(frozen=True, slots=True)
class Sending:
    """Seconds until the last of the subscribers' messages was taken; messages a second of each."""

    seconds: float
    ours: float
    plain: float
    twice: int


def main() -> int:
    """Measure on the databases asked for and print two tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mailings", description=__doc__)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--contacts", type=int, default=100_000)
    asked = parser.parse_args()
    frozen: list[str] = []
    sent: list[str] = []
    for backend in asked.databases:
        if reason := why_not(backend):
            sys.stdout.write(f"{backend} left out: {reason}\n")
            continue
        with copied_database(backend, asked.contacts) as url:
            freezing, sending = measure_mailings(url, FOLDER)
        frozen.append(
            f"| {backend} | {freezing.recipients:,} | {freezing.ours:.1f} | {freezing.raw:.1f}"
            f" | {freezing.ours / freezing.raw:.1f} |"
        )
        sent.append(
            f"| {backend} | {SUBSCRIBERS:,} | {sending.seconds:.1f} | {sending.ours:,.0f}"
            f" | {sending.plain:,.0f} | {sending.ours / sending.plain:.1f} | {sending.twice} |"
        )
    print("| database | recipients | freeze, s | raw, s | ours ÷ raw |")
    print("| --- | ---: | ---: | ---: | ---: |", *frozen, sep="\n")
    print("\n| database | subscribers | last taken, s | a second | plain Python | ratio | twice |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |", *sent, sep="\n")
    return 0


def measure_mailings(url: str, folder: Path) -> tuple[Freezing, Sending]:
    """Freeze everybody, then send to the first subscribers; the copy is written into."""
    app = our_application(url, folder)
    with app.app_context():
        everybody = _prepare()
        freezing = _freeze(everybody)
        few = db.session.scalars(
            select(Contact.id).where(Contact.email_key.is_not(None)).limit(SUBSCRIBERS)
        ).all()
        segment_id = _listed(few)
        db.session.rollback()
    with tempfile.TemporaryDirectory() as place, forked_sink(Path(place)) as (port, tokens):
        sending = _send(app, segment_id, port, tokens)
        plain = _plain_python(port)
    with app.app_context():
        db.engine.dispose()
    return freezing, replace(sending, plain=plain)


def _prepare() -> int:
    """Let everybody accept the letter, and the network sign it; return the list of all."""
    now = clock.now()
    with transaction() as session:
        ids = session.scalars(select(Contact.id)).all()
        session.execute(
            insert(Consent),
            [
                {"contact_id": each, "purpose": Purpose.NEWSLETTER, "state": State.ACCEPTED,
                 "basis": Basis.CONSENT, "decided_at": now, "version": 1}
                for each in ids
            ],
        )  # fmt: skip
        session.merge(
            ComposingIdentity(
                id=1, sender_name="Réseau", postal_address="1 place du Test, 59000 Lille",
                reason="Vous avez accepté de recevoir cette lettre.",
                rights_contact="donnees@reseau.example",
            )
        )  # fmt: skip
    return _listed(ids)


def _listed(ids: object) -> int:
    now = clock.now()
    with transaction() as session:
        owner = session.scalars(select(User.id).limit(1)).one()
        segment = Segment(
            name="Tous", sort_name="tous", subject=Subject.CONTACT, is_shared=True,
            rules=tree_to_text(Tree(Subject.CONTACT)), owner_id=owner, frozen_at=now,
            member_count=0, created_at=now,
        )  # fmt: skip
        session.add(segment)
        session.flush()
        session.execute(
            insert(SegmentMember),
            [{"segment_id": segment.id, "record_id": each, "added_at": now} for each in ids],  # type: ignore[attr-defined]
        )
        return segment.id


def _mailing(segment_id: int) -> int:
    with transaction() as session:
        mailing = create_mailing(session, data=MailingData("Lettre", Purpose.NEWSLETTER))
        message = session.get_one(Message, mailing.message_id)
        message.subject = "Les nouvelles {de structure | du réseau}"
        items = tuple(
            NewsItem(f"Nouvelle {n}", "Deux phrases qui disent l’essentiel. Et la suite.",
                     f"https://reseau.example/nouvelles/{n}")
            for n in range(4)
        )  # fmt: skip
        message.blocks = [
            stored(TitleBlock("a" * 12, "Les nouvelles du réseau")),
            stored(TextBlock("b" * 12, "Bonjour {prénom | à vous},\n\nVoici ce qui se passe.")),
            stored(NewsBlock("c" * 12, "À la une", items)),
            stored(ButtonBlock("d" * 12, "Tout lire", "https://reseau.example/lettre")),
        ]
        mailing.segments = [MailingSegment(segment_id=segment_id, is_excluded=False)]
        session.flush()
        return mailing.id


def _freeze(segment_id: int) -> Freezing:
    mailing_id, raw_id = _mailing(segment_id), _mailing(segment_id)
    with transaction() as session:
        start = time.perf_counter()
        mailing = get_mailing(session, mailing_id)
        count = freeze(session, mailing=mailing, day=clock.today(), now=clock.now())
        session.flush()
    ours = time.perf_counter() - start
    is_sqlite = db.engine.dialect.name == "sqlite"
    with transaction() as session:
        start = time.perf_counter()
        session.execute(
            text(
                _RAW_ROWS.format(
                    mailing=raw_id,
                    yes="1" if is_sqlite else "true",
                    token="lower(hex(randomblob(16)))"
                    if is_sqlite
                    else "replace(gen_random_uuid()::text, '-', '')",
                )
            )
        )
        session.execute(text(_RAW_DELIVERIES.format(mailing=raw_id)))
    return Freezing(count, ours, time.perf_counter() - start)


def _send(app: Flask, segment_id: int, port: int, tokens: Path) -> Sending:
    with app.app_context():
        mailing_id = _mailing(segment_id)
        mail = replace(
            app.config["SETTINGS"].mail, gateway="smtp", smtp_host="127.0.0.1", smtp_port=port,
            smtp_security="none",
        )  # fmt: skip
        courier = Courier(gateway=SmtpGateway(mail), settings=mail, sender_name="Réseau")
        with transaction() as session:
            mailing = get_mailing(session, mailing_id)
            freeze(session, mailing=mailing, day=clock.today(), now=clock.now())
            _begin(session, mailing, clock.now())
        start = time.perf_counter()
        courier.deliver_waiting()
        seconds = time.perf_counter() - start
        courier.stop()
        taken = db.session.scalar(
            select(func.count()).where(
                Delivery.batch_id == mailing_id, Delivery.state == DeliveryState.ACCEPTED
            )
        )
        db.session.rollback()
    assert taken == SUBSCRIBERS, taken
    counted = Counter(tokens.read_text(encoding="ascii").split())
    twice = sum(each > 1 for each in counted.values())
    return Sending(seconds, SUBSCRIBERS / seconds, 0, twice)


def _plain_python(port: int) -> float:
    """Return messages a second of the standard library alone, on one connection."""
    html = "<html><body>" + "<p>Deux phrases qui disent l’essentiel. Et la suite.</p>" * 80
    start = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as client:
        for number in range(_PLAIN):
            message = EmailMessage()
            message["From"] = "Réseau <passerelle@reseau.example>"
            message["To"] = f"personne{number}@reseau.example"
            message["Subject"] = "Les nouvelles du réseau"
            message["Message-ID"] = f"<{number}@reseau.example>"
            message.set_content("Deux phrases qui disent l’essentiel. Et la suite.\n" * 10)
            message.add_alternative(html + "</body></html>", subtype="html")
            client.send_message(message)
    return _PLAIN / (time.perf_counter() - start)


__all__ = ["Mailing", "measure_mailings"]

if __name__ == "__main__":
    sys.exit(main())
