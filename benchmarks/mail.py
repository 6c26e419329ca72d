"""`python -m benchmarks.mail`: how fast messages are claimed and sent to a sink on loopback.

With `--seconds 60`, two workers send at once for that long, and each token is counted. Then a
newsletter leaves for 3,300 readers, and 6,000 letters leave by workers that are killed 300 times.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from flask import Flask
from sqlalchemy import func, insert, select

from benchmarks.databases import empty_database, why_not
from benchmarks.mail_databases import prepare
from benchmarks.mail_kills import KILLS, LETTERS, print_tolls
from benchmarks.mail_speed import print_speeds
from crm import create_app
from crm.config import Settings
from crm.core import clock
from crm.database import db, transaction
from crm.mail.delivering import BATCH, Courier
from crm.mail.gateways.smtp import SmtpGateway
from crm.mail.ledger import claim
from crm.mail.models import Delivery
from crm.mail.outbox import post
from crm.mail.rules import ATTEMPTS
from tests.support.crashes import forked_sink, start_fork, wait_for

CLAIMED = 10_000
SENT = 300


def main() -> int:
    """Measure on both databases and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mail", description=__doc__)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--seconds", type=float, default=5, help="of two workers at once")
    parser.add_argument("--kills", type=int, default=KILLS, help="of each row; 0 for none")
    parser.add_argument("--letters", type=int, default=LETTERS, help="of each row of kills")
    asked = parser.parse_args()
    found = [each for each in asked.databases if not _is_left_out(each)]
    _print_couriers(found, asked.seconds)
    print_speeds(found)
    if asked.kills:
        print_tolls(found, letters=asked.letters, kills=asked.kills)
    return 0


def _is_left_out(backend: str) -> bool:
    if reason := why_not(backend):
        sys.stdout.write(f"{backend} left out: {reason}\n")
    return bool(reason)


def _print_couriers(databases: list[str], seconds: float) -> None:
    """Print how fast messages of no batch are claimed and sent."""
    print("| database | claims a second | messages a second | two workers, a second | twice |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for backend in databases:
        with (
            tempfile.TemporaryDirectory() as folder,
            empty_database(backend, "mail", prepare) as url,
            forked_sink(Path(folder)) as (port, tokens),
        ):
            app = _application(url, Path(folder), port)
            claims, sent = _claims_a_second(app), _sent_a_second(app)
            tokens.write_text("")
            count = _send_together(app, seconds)
            taken = Counter(tokens.read_text(encoding="ascii").split())
            assert taken.total() == count
            twice = sum(each > 1 for each in taken.values())
            print(f"| {backend} | {claims:,.0f} | {sent:,.0f} | {count / seconds:,.0f} | {twice} |")
            _rest(app)


def _application(url: str, folder: Path, port: int) -> Flask:
    environ = {
        "CRM_MODE": "test",
        "DATABASE_URL": url,
        "CRM_DATA_DIRECTORY": str(folder),
        "CRM_MAIL_SMTP_HOST": "127.0.0.1",
        "CRM_MAIL_SMTP_PORT": str(port),
        "CRM_MAIL_SMTP_SECURITY": "none",
    }
    app = create_app(Settings.read(environ))
    app.logger.disabled = True
    return app


def _rest(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _claims_a_second(app: Flask) -> float:
    """Claim as a courier does, a few in each transaction, among five times as many accepted."""
    row = {"kind": "x", "purpose": "account", "priority": 5, "recipient": "a@b.example",
           "address_hash": "", "attempt": 0, "resent": 0, "last_attempt": ATTEMPTS,
           "created_at": clock.now()}  # fmt: skip
    with app.app_context():
        with transaction() as session:
            states = ("queued", *["accepted"] * 5)
            session.execute(
                insert(Delivery),
                [
                    row | {"token": f"{state}{number}-{each}", "state": state}
                    for number in range(CLAIMED)
                    for each, state in enumerate(states)
                ],
            )
        started, count = time.perf_counter(), 0
        while count < CLAIMED // 10:
            with transaction() as session:
                count += len(claim(session, owner="a", now=clock.now(), limit=BATCH))
        speed = count / (time.perf_counter() - started)
        with transaction() as session:
            session.execute(Delivery.__table__.delete())
    return speed


def _post(app: Flask, count: int) -> None:
    with app.app_context(), transaction() as session:
        for _ in range(count):
            post(
                session, unique_key=f"essai:{time.perf_counter_ns()}", recipient="a@b.example",
                subject="Objet", text_body="Texte", html_body="<p>Texte</p>",
            )  # fmt: skip


def _courier(app: Flask) -> Courier:
    mail = app.config["SETTINGS"].mail
    return Courier(gateway=SmtpGateway(mail), settings=mail, sender_name="Essai")


def _sent_a_second(app: Flask) -> float:
    _post(app, SENT)
    with app.app_context():
        courier = _courier(app)
        started = time.perf_counter()
        assert courier.deliver_waiting() == SENT
        speed = SENT / (time.perf_counter() - started)
        courier.stop()
    return speed


def _send_together(app: Flask, seconds: float) -> int:
    """Let two processes send for so long, each posting what they send; return how many went."""
    accepted = select(func.count()).where(Delivery.state == "accepted")
    with app.app_context():
        before = db.session.scalar(accepted) or 0
    _rest(app)
    end = time.monotonic() + seconds

    def work() -> None:
        with app.app_context():
            courier = _courier(app)
            while time.monotonic() < end:
                _post(app, 2 * BATCH)
                courier.deliver_batch()
            courier.deliver_waiting()
            courier.stop()

    for child in [start_fork(work), start_fork(work)]:
        assert not wait_for(child)
    with app.app_context():
        return (db.session.scalar(accepted) or 0) - before


if __name__ == "__main__":
    sys.exit(main())
