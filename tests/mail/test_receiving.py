"""The mailbox: each message is noted once, people's own stay where they find them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.config import Settings
from crm.core.errors import DatabaseBusyError
from crm.mail import bounce_command as command
from crm.mail import receiving
from crm.mail.bounce_command import TRY_AGAIN, bounce_command
from crm.mail.models import Delivery, DeliveryEvent
from crm.mail.reading_place import FILE, Place
from crm.mail.receiving import MOST_AT_ONCE, READ_MARK, read_mailbox
from crm.mail.types import ReportKind
from crm.web.logs import JsonLines
from tests.mail.conftest import Post
from tests.mail.test_returns import TOKEN, a_complaint, a_return, an_answer
from tests.support.imap_fake import PASSWORD, USER, Mailbox, running_mailbox

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def mailbox(app: Flask) -> Iterator[Mailbox]:
    """Return the mailbox of the settings."""
    before: Settings = app.config["SETTINGS"]
    with running_mailbox() as box:
        environ = {
            "CRM_MODE": "test",
            "CRM_DATA_DIRECTORY": str(before.data_directory),
            "CRM_MAIL_SENDER": "contact@reseau.fr",
            "CRM_MAIL_ENVELOPE_SENDER": "retours+{token}@reseau.fr",
            "CRM_MAIL_BOUNCES_IMAP_HOST": "127.0.0.1",
            "CRM_MAIL_BOUNCES_IMAP_PORT": str(box.port),
            "CRM_MAIL_BOUNCES_IMAP_SECURITY": "none",
            "CRM_MAIL_BOUNCES_IMAP_USER": USER,
            "CRM_MAIL_BOUNCES_IMAP_PASSWORD": PASSWORD,
        }
        app.config["SETTINGS"] = Settings.read(environ)
        yield box
    app.config["SETTINGS"] = before


@pytest.fixture
def delivery(session: Session, write: Post) -> Delivery:
    """Return a delivery that the relay took."""
    found = session.get_one(Delivery, write().delivery_id)
    found.state, found.attempt, found.token = "accepted", 1, TOKEN
    session.flush()
    return found


def look(app: Flask) -> None:
    """Do what is done each minute."""
    with app.app_context():
        read_mailbox()


def kinds(session: Session) -> list[str]:
    """Return what was heard, in order."""
    return list(session.scalars(select(DeliveryEvent.kind).order_by(DeliveryEvent.id)))


def test_a_return_is_noted_and_put_away(
    app: Flask, session: Session, mailbox: Mailbox, delivery: Delivery
) -> None:
    mailbox.put(a_return())
    look(app)
    look(app)
    session.expire_all()
    assert delivery.state == "bounced"
    assert kinds(session) == [ReportKind.BOUNCED]
    assert mailbox.folders["INBOX"] == []
    assert len(mailbox.folders["Passerelle"]) == 1


def test_what_people_write_stays_unread_where_they_find_it(
    app: Flask, session: Session, mailbox: Mailbox, delivery: Delivery
) -> None:
    kept = [mailbox.put(an_answer()), mailbox.put(b"Subject: Bonjour\n\nBonjour")]
    look(app)
    fetched = mailbox.commands.count("FETCH")
    look(app)
    assert mailbox.commands.count("FETCH") == fetched == 2
    assert mailbox.folders["INBOX"] == kept
    assert [each.flags for each in kept] == [{READ_MARK}] * 2
    assert kinds(session) == [ReportKind.REPLIED]
    session.expire_all()
    assert delivery.state == "accepted"


def test_a_complaint_is_told(
    app: Flask, session: Session, mailbox: Mailbox, delivery: Delivery
) -> None:
    mailbox.put(a_complaint("abuse"))
    look(app)
    assert kinds(session) == [ReportKind.COMPLAINED]


def test_a_few_at_a_time(app: Flask, mailbox: Mailbox) -> None:
    for _ in range(MOST_AT_ONCE + 3):
        mailbox.put(b"Subject: Bonjour\n\nBonjour")
    look(app)
    assert mailbox.commands.count("FETCH") == MOST_AT_ONCE
    look(app)
    assert mailbox.commands.count("FETCH") == MOST_AT_ONCE + 3


@pytest.mark.parametrize("is_honest", [True, False])
def test_a_mailbox_that_keeps_no_mark_of_ours_is_read_to_its_end(
    app: Flask, session: Session, mailbox: Mailbox, delivery: Delivery, is_honest: bool
) -> None:
    mailbox.keeps_marks, mailbox.is_honest = False, is_honest
    for _ in range(MOST_AT_ONCE + 3):
        mailbox.put(b"Subject: Bonjour\n\nBonjour")
    mailbox.put(a_return())
    for _ in range(3):
        look(app)
    assert mailbox.commands.count("FETCH") == MOST_AT_ONCE + 4
    assert kinds(session) == [ReportKind.BOUNCED]
    assert len(mailbox.folders["Passerelle"]) == 1
    # Numbered anew, it is read anew; what was noted is noted once.
    mailbox.validity = 2
    look(app)
    assert mailbox.commands.count("FETCH") == 2 * MOST_AT_ONCE + 4


@pytest.mark.parametrize("kept", ["", "[]", "{}", '{"last": "x"}'])
def test_a_place_that_cannot_be_read_is_the_beginning(tmp_path: Path, kept: str) -> None:
    (tmp_path / FILE).write_text(kept)
    place = Place(tmp_path, "retours", "1")
    assert place.last() == 0
    place.keep(7)
    assert place.last() == 7
    assert Place(tmp_path, "autre", "1").last() == 0
    assert Place(tmp_path, "retours", "").last() == 0


@pytest.mark.parametrize("refused", ["LOGIN", "SELECT", "SEARCH", "FETCH", "COPY", "STORE"])
def test_a_mailbox_that_refuses_loses_nothing(
    app: Flask, session: Session, mailbox: Mailbox, delivery: Delivery, refused: str
) -> None:
    kept = mailbox.put(a_return())
    mailbox.refuses = {refused}
    look(app)
    assert mailbox.folders["INBOX"] == [kept]
    mailbox.refuses = set()
    look(app)
    assert kinds(session) == [ReportKind.BOUNCED]
    assert mailbox.folders["INBOX"] == []


@pytest.mark.parametrize(
    ("refused", "said"), [("LOGIN", "error"), ("SEARCH", "MailboxError: SEARCH")]
)
def test_the_log_says_why_a_mailbox_is_not_read(
    app: Flask, mailbox: Mailbox, caplog: pytest.LogCaptureFixture, refused: str, said: str
) -> None:
    mailbox.refuses = {refused}
    with caplog.at_level("WARNING"):
        look(app)
    assert [json.loads(JsonLines().format(each))["error"] for each in caplog.records] == [said]


def test_a_mailbox_that_is_not_there_is_looked_for_again(app: Flask, mailbox: Mailbox) -> None:
    mailbox.refuses = {"CAPABILITY"}
    look(app)
    assert "FETCH" not in mailbox.commands


def test_a_database_that_is_busy_leaves_the_message_unmarked(
    app: Flask, mailbox: Mailbox, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_of: object, **_more: object) -> None:
        raise DatabaseBusyError("locked")

    kept = mailbox.put(a_return())
    with monkeypatch.context() as patched:
        patched.setattr(receiving, "report", busy)
        with pytest.raises(DatabaseBusyError):
            look(app)
    assert (mailbox.folders["INBOX"], kept.flags) == ([kept], set())
    look(app)
    assert mailbox.folders["INBOX"] == []


Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask, mailbox: Mailbox) -> Run:
    """Return what hands a message to the command."""
    runner = app.test_cli_runner()
    return lambda raw, *of: runner.invoke(bounce_command, list(of), input=raw)


def test_a_mail_server_may_hand_messages_over(
    session: Session, run: Run, delivery: Delivery
) -> None:
    raw = a_return(to="x@y.fr", returned="X: y")
    assert run(raw).output == "stranger\n"
    done = run(raw, "--recipient", f"retours+{TOKEN}@reseau.fr")
    assert (done.output, done.exit_code) == ("return\n", 0)
    assert kinds(session) == [ReportKind.BOUNCED]
    assert run(a_return(to="x@y.fr").replace(TOKEN.encode(), b"cd" * 16)).output == "stranger\n"


def test_it_is_handed_over_again_when_the_database_is_busy(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_of: object, **_more: object) -> None:
        raise DatabaseBusyError("locked")

    monkeypatch.setattr(command, "receive", busy)
    assert run(a_return()).exit_code == TRY_AGAIN
