"""E-mails that come back: what each is, and nothing worse than « unreadable » for any of them."""

from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.mime.text import MIMEText
from email.utils import make_msgid

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from crm.cli import main
from crm.mail.returns import LARGEST_BYTES, Nature, Ours, Returned, read_returned
from crm.mail.types import ReportKind

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TOKEN = "ab" * 16
OURS = Ours("retours+{token}@reseau.fr", "reseau.fr")
VERP = f"retours+{TOKEN}@reseau.fr"
RECIPIENT = """Final-Recipient: rfc822; camille@b.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {code}
"""


def a_return(
    action: str = "failed", status: str = "5.1.1", code: str = "550 5.1.1 unknown", *,
    to: str = VERP, returned: str = f"Message-ID: <{TOKEN}@reseau.fr>", envelope: str = "",
    kind: str = "message/rfc822",
) -> bytes:  # fmt: skip
    """Return a report of delivery as relays write it (RFC 3464)."""
    fields = RECIPIENT.format(action=action, status=status, code=code)
    return f"""Return-Path: <>
Delivered-To: {to}
From: MAILER-DAEMON@relais.example
To: {to}
Subject: Undelivered
Message-ID: <return@relais.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relais.example
{envelope}

{fields}
--b
Content-Type: {kind}

{returned}
Subject: Lettre

Bonjour
--b--
""".replace("\n\n\n", "\n\n").encode()


def read(raw: bytes, ours: Ours = OURS, recipient: str = "") -> Returned:
    """Read an e-mail."""
    return read_returned(raw, ours, now=NOW, envelope_recipient=recipient)


@pytest.mark.parametrize(
    ("action", "status", "code", "kind", "is_permanent"),
    [
        ("failed", "5.1.1", "550 5.1.1 unknown", ReportKind.BOUNCED, True),
        ("Failed (final)", "5.7.1", "", ReportKind.BLOCKED, False),
        ("failed", "5.0.0", "550 5.7.1 spam", ReportKind.BLOCKED, False),
        ("failed", "5.0.0", "550 5.1.1 unknown", ReportKind.BOUNCED, True),
        ("failed", "5.2.1", "550 disabled", ReportKind.BOUNCED, True),
        ("failed", "5.2.2", "552 5.2.2 full", ReportKind.BOUNCED, False),
        ("failed", "5.3.1", "550 5.3.1 relay full", ReportKind.BOUNCED, False),
        ("failed", "5.1.9", "550 5.1.9 on the way", ReportKind.BOUNCED, False),
        ("failed", "5.4.7", "550 5.4.7 expired", ReportKind.BOUNCED, False),
        ("failed", "5.1.8", "550 5.1.8 bad sender", ReportKind.BOUNCED, False),
        ("failed", "", "550 from 5.1.1.20", ReportKind.BOUNCED, False),
        ("failed", "4.4.7", "451 too long", ReportKind.BOUNCED, False),
        ("failed", "", "550 unknown", ReportKind.BOUNCED, False),
        ("failed", "", "550 5.1.1 unknown", ReportKind.BOUNCED, True),
        ("failed", "", "", ReportKind.BOUNCED, False),
        ("delayed", "4.2.2", "452 full", ReportKind.DEFERRED, False),
        ("delivered", "2.0.0", "250 ok", ReportKind.DELIVERED, False),
        ("relayed", "2.0.0", "250 ok", ReportKind.PROCESSED, False),
    ],
)
def test_a_return_says_whether_it_is_for_good(
    action: str, status: str, code: str, kind: ReportKind, is_permanent: bool
) -> None:
    found = read(a_return(action, status, code))
    assert found.nature is Nature.RETURN
    assert found.report is not None
    assert (found.report.kind, found.report.is_permanent) == (kind, is_permanent)
    assert (found.report.token, found.report.happened_at) == (TOKEN, NOW)
    assert found.report.detail == f"{status} smtp; {code}".strip()


@pytest.mark.parametrize(
    "raw",
    [
        a_return(returned="X: y"),
        a_return(to="x@y.fr"),
        a_return(to="x@y.fr", kind="text/rfc822-headers"),
        a_return(to="x@y.fr", returned="", envelope=f"Original-Envelope-Id: <{TOKEN}@reseau.fr>"),
        a_return(to=f"Nous <{VERP.upper()}>", returned="X: y"),
    ],
)
def test_the_message_is_known_by_where_it_came_back_or_by_what_it_returns(raw: bytes) -> None:
    found = read(raw)
    assert found.report is not None
    assert found.report.token == TOKEN


def test_who_hands_it_over_may_say_where_it_came_back() -> None:
    raw = a_return(to="x@y.fr", returned="X: y")
    assert read(raw).nature is Nature.STRANGER
    assert read(raw, recipient=VERP).report is not None


@pytest.mark.parametrize(
    "to",
    [f"x{VERP}", f"{VERP}.evil.example", "retours+zz@reseau.fr", f"retours+{TOKEN}x@reseau.fr"],
)
def test_an_address_that_only_looks_like_ours_is_not(to: str) -> None:
    assert read(a_return(to=to, returned="X: y")).nature is Nature.STRANGER


def test_a_return_read_twice_is_the_same_report() -> None:
    first, second = read(a_return()), read(b"X-Received: elsewhere\n" + a_return())
    assert first.report is not None
    assert first.report == second.report


def a_complaint(kind: str) -> bytes:
    """Return a report of abuse (RFC 5965)."""
    return f"""From: feedback@relais.example
To: retours@reseau.fr
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

Complaint.
--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Relais/1
Version: 1

--b
Content-Type: message/rfc822

Message-ID: <{TOKEN}@reseau.fr>
Subject: Lettre

Bonjour
--b--
""".encode()


def test_a_complaint_is_heard_and_its_contrary_is_none() -> None:
    found = read(a_complaint("abuse"))
    assert found.report is not None
    assert (found.nature, found.report.kind) == (Nature.COMPLAINT, ReportKind.COMPLAINED)
    assert read(a_complaint("not-spam")) == Returned(Nature.AUTOMATIC)


def an_answer(**headers: str) -> bytes:
    """Return what a reader answers."""
    message = EmailMessage()
    named = {
        "From": "camille@b.example", "To": "equipe@reseau.fr", "Subject": "Re: Lettre",
        "In-Reply-To": f"<{TOKEN}@reseau.fr>",
    } | {name.replace("_", "-"): value for name, value in headers.items()}  # fmt: skip
    for name, value in named.items():
        message[name] = value
    message.set_content("Avec plaisir !")
    return message.as_bytes()


def test_an_answer_of_a_person_is_heard() -> None:
    found = read(an_answer())
    assert found.report is not None
    assert (found.nature, found.report.kind) == (Nature.ANSWER, ReportKind.REPLIED)
    thread = f"<a@b.example> <{TOKEN}@reseau.fr> <c@d.example>"
    assert read(an_answer(In_Reply_To="<c@d.example>", References=thread)).report is not None
    assert read(an_answer(Auto_Submitted="no")).nature is Nature.ANSWER


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied (vacation)"},
        {"X_Autoreply": "yes"},
        {"Precedence": "bulk"},
        {"Return_Path": "<>"},
        {"X_Auto_Response_Suppress": "All"},
    ],
)
def test_an_absence_is_no_answer_and_no_return(headers: dict[str, str]) -> None:
    assert read(an_answer(**headers)) == Returned(Nature.AUTOMATIC)


def test_what_speaks_of_nothing_of_ours_is_a_stranger() -> None:
    assert read(an_answer(In_Reply_To=make_msgid())) == Returned(Nature.STRANGER)
    assert read(b"") == Returned(Nature.STRANGER)
    assert read(a_return(), replace(OURS, domain="autre.fr", envelope_sender="a@b.fr")) == (
        Returned(Nature.STRANGER)
    )


_ODD_ENCODING = b"""Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status
Content-Transfer-Encoding: base64

%%%
--b--
"""


def _nested(depth: int) -> bytes:
    inner = a_return()
    for _ in range(depth):
        inner = b"Content-Type: message/rfc822\n\n" + inner
    return inner


@pytest.mark.parametrize(
    "raw",
    [
        _nested(5_000),
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 50_000,
        _ODD_ENCODING,
        b"Content-Type: message/delivery-status; charset=nonsense\n\n\xff\xfe\x00: \x00",
        b"In-Reply-To: " + b"<" * 300_000,
        b"To: " + b"retours+" * 60_000,
        b"\0" * 1_000,
        a_return() + b"x" * 2 * LARGEST_BYTES,
    ],
)  # fmt: skip
def test_bombs_are_read_to_their_end_or_left(raw: bytes) -> None:
    started = datetime.now(UTC)
    assert read(raw).nature in Nature
    assert (datetime.now(UTC) - started).total_seconds() < 5


@given(st.binary(max_size=600), st.integers(0, 900), st.integers(0, 900))
def test_whatever_is_read_never_breaks(noise: bytes, start: int, end: int) -> None:
    whole = a_return()
    assert read(noise).nature in Nature
    assert read(whole[:start] + noise + whole[end:]).nature in Nature
    assert read(whole.replace(b"report-type", noise)).nature in Nature


def test_a_text_that_says_failed_is_no_report() -> None:
    message = MIMEText("Action: failed\nStatus: 5.1.1")
    message["Return-Path"] = "<>"
    message["To"] = VERP
    assert read(message.as_bytes()) == Returned(Nature.AUTOMATIC)


def test_the_command_is_there() -> None:
    done = CliRunner().invoke(main, ["bounce", "--help"])
    assert "standard input" in done.output
