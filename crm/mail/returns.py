"""E-mails that come back: returns (RFC 3464), complaints (RFC 5965), absences and answers.

Nothing here believes what it reads: what is odd, nested or huge is at worst a message that people
read by themselves.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from enum import StrEnum
from itertools import islice

from crm.mail.rules import enhanced_code, is_blocked, is_dead
from crm.mail.types import Report, ReportKind

PROVIDER = "mailbox"
# A report says what it has to in its first lines; the message it returns may be long.
LARGEST_BYTES = 512 * 1024
_MOST_PARTS = 40
_TOKEN = r"([0-9a-f]{32})"  # noqa: S105 - the form of ours
_DELIVERED_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
_ANSWERED = ("In-Reply-To", "References")
_AUTOMATIC = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "X-Failed-Recipients")
_BULK = ("bulk", "junk", "list", "auto_reply")
_ABUSE = ("abuse", "fraud")


class Nature(StrEnum):
    """What an e-mail that came back is."""

    RETURN = "return"
    COMPLAINT = "complaint"
    ANSWER = "answer"
    AUTOMATIC = "automatic"
    STRANGER = "stranger"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Returned:
    """What an e-mail is, and the report that it makes when it speaks of a message of ours."""

    nature: Nature
    report: Report | None = None


@dataclass(frozen=True, slots=True)
class Ours:
    """What is recognised: the address that failures go to, and the domain of our Message-IDs."""

    envelope_sender: str
    domain: str

    def token_in_address(self, text: str) -> str | None:
        """Return the token of the address that a message came back to (VERP)."""
        if "{token}" not in self.envelope_sender:
            return None
        pattern = re.escape(self.envelope_sender).replace(r"\{token\}", _TOKEN)
        return _first(re.search(rf"(?<![^\s<,:;]){pattern}(?![^\s>,;])", text, re.IGNORECASE))

    def token_in_identity(self, text: str) -> str | None:
        """Return the token of one of our Message-IDs."""
        return _first(re.search(rf"<{_TOKEN}@{re.escape(self.domain)}>", text, re.IGNORECASE))


def read_returned(
    raw: bytes, ours: Ours, *, now: datetime, envelope_recipient: str = ""
) -> Returned:
    """Return what an e-mail is; never raises, whatever it holds.

    `envelope_recipient` is the address it was delivered to, when who hands it over knows.
    """
    try:
        message = BytesParser(policy=compat32).parsebytes(raw[:LARGEST_BYTES])
        return _read(message, raw, ours, now, envelope_recipient)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        return Returned(Nature.UNREADABLE)


def _read(message: Message, raw: bytes, ours: Ours, now: datetime, recipient: str) -> Returned:
    parts = list(islice(message.walk(), _MOST_PARTS))
    status, feedback = _part(parts, "delivery-status"), _part(parts, "feedback-report")
    token = _token(message, parts, ours, recipient)
    if status is not None:
        found = _return_kind(_blocks(status))
        nature = Nature.RETURN
    elif feedback is not None:
        found = _complaint_kind(_blocks(feedback))
        nature = Nature.COMPLAINT
    elif _is_automatic(message):
        return Returned(Nature.AUTOMATIC)
    else:
        token = ours.token_in_identity(" ".join(_headers(message, _ANSWERED)))
        found = (ReportKind.REPLIED, "", False) if token else None
        nature = Nature.ANSWER
    if token is None:
        return Returned(Nature.STRANGER)
    if found is None:
        return Returned(Nature.AUTOMATIC)
    kind, detail, is_permanent = found
    identity = _identity(message, raw, token, kind)
    return Returned(nature, Report(PROVIDER, identity, token, kind, now, detail, is_permanent))


def _part(parts: Iterable[Message], subtype: str) -> Message | None:
    return next((each for each in parts if each.get_content_type() == f"message/{subtype}"), None)


def _blocks(part: Message) -> list[Message]:
    """Return the groups of fields of a report; a part that was not read as such is read again."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return [each for each in payload[:_MOST_PARTS] if isinstance(each, Message)]
    decoded = part.get_payload(decode=True)
    text = decoded if isinstance(decoded, bytes) else b""
    groups = re.split(rb"(?:\r?\n){2,}", text.strip())[:_MOST_PARTS]
    return [BytesParser(policy=compat32).parsebytes(each, headersonly=True) for each in groups]


def _return_kind(blocks: Iterable[Message]) -> tuple[ReportKind, str, bool] | None:
    """Return what a report of delivery says; a failure, if it says several things."""
    said = [_of_recipient(each) for each in blocks if each.get("Action")]
    order = (
        ReportKind.BOUNCED,
        ReportKind.BLOCKED,
        ReportKind.DEFERRED,
        ReportKind.DELIVERED,
        ReportKind.PROCESSED,
    )
    known = [each for each in said if each is not None]
    return min(known, key=lambda each: order.index(each[0]), default=None)


def _of_recipient(block: Message) -> tuple[ReportKind, str, bool] | None:
    kinds = {
        "failed": ReportKind.BOUNCED,
        "delayed": ReportKind.DEFERRED,
        "delivered": ReportKind.DELIVERED,
        "relayed": ReportKind.PROCESSED,
        "expanded": ReportKind.PROCESSED,
    }
    action = _text(block, "Action").split(";")[0].split("(")[0].strip().lower()
    kind = kinds.get(action)
    if kind is None:
        return None
    status, diagnostic = _text(block, "Status"), _text(block, "Diagnostic-Code")
    said, code = f"{status} {diagnostic}".strip(), enhanced_code(status, diagnostic)
    if kind is not ReportKind.BOUNCED:
        return kind, said, False
    return ReportKind.BLOCKED if is_blocked(code) else kind, said, is_dead(code)


def _complaint_kind(blocks: Iterable[Message]) -> tuple[ReportKind, str, bool] | None:
    """Return a complaint; a report of another type (« not-spam ») is none."""
    types = [_text(each, "Feedback-Type").strip().lower() for each in blocks]
    found = next((each for each in types if each in _ABUSE), None)
    return (ReportKind.COMPLAINED, found, True) if found else None


def _is_automatic(message: Message) -> bool:
    """Tell whether no person wrote this (RFC 3834): an absence, or a return in words alone."""
    submitted = _text(message, "Auto-Submitted").split(";")[0].strip().lower()
    return (
        submitted not in {"", "no"}
        or _text(message, "Return-Path").strip() == "<>"
        or _text(message, "Precedence").strip().lower() in _BULK
        or any(name in message for name in _AUTOMATIC)
    )


def _token(message: Message, parts: list[Message], ours: Ours, recipient: str) -> str | None:
    """Return the token of our message: by the address it came back to, else by what it returns."""
    for address in (recipient, *_headers(message, _DELIVERED_TO)):
        if token := ours.token_in_address(address):
            return token
    for text in _returned_texts(parts):
        if token := ours.token_in_identity(text):
            return token
    return None


def _returned_texts(parts: list[Message]) -> Iterator[str]:
    """Give what a report returns of a message: its number, its headers, its text."""
    for part in parts:
        kind = part.get_content_type()
        if kind in {"message/delivery-status", "message/feedback-report"}:
            for block in _blocks(part):
                yield _text(block, "Original-Envelope-Id")
                yield _text(block, "Original-Message-ID")
        elif kind == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            yield content.decode("ascii", "replace") if isinstance(content, bytes) else ""
    # The first part is the report itself: what it answers to is no return.
    for part in parts[1:]:
        yield _text(part, "Message-ID")


def _identity(message: Message, raw: bytes, token: str, kind: ReportKind) -> str:
    """Return what makes a report the same when it is read twice, by whatever way it came."""
    own = _text(message, "Message-ID").strip()
    source = f"{own} {token} {kind}".encode() if own else raw[:LARGEST_BYTES]
    return hashlib.sha256(source).hexdigest()


def _headers(message: Message, names: Iterable[str]) -> list[str]:
    return [str(value) for name in names for value in message.get_all(name, [])[:_MOST_PARTS]]


def _text(message: Message, name: str) -> str:
    """Return a header on one line, empty when there is none; what is no ASCII is replaced."""
    value = str(message.get(name, ""))
    return " ".join(value.replace("\0", "").split()).encode("utf-8", "replace").decode()


def _first(found: re.Match[str] | None) -> str | None:
    return found[1].lower() if found else None
