"""A message in words becomes an e-mail, built strictly (RFC 5322, 2045, 3834)."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import format_datetime
from functools import lru_cache

import idna

from crm.config import MailSettings
from crm.core import clock
from crm.mail.building import (
    Skeleton,
    address_header,
    build_skeleton,
    filled,
    header,
    mark_finder,
    shared_skeleton,
)
from crm.mail.models import Delivery
from crm.mail.rules import check_headers, check_html, check_one_line
from crm.mail.types import Letter, Written

_WORD = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
# What can be written as it is; any other address is left to the standard library.
_USUAL_ADDRESS = re.compile(rf"(?=.{{3,70}}\Z){_WORD}(?:\.{_WORD})*@{_LABEL}(?:\.{_LABEL})*")


def compose(
    settings: MailSettings, sender_name: str, delivery: Delivery, written: Written
) -> Letter:
    """Return the e-mail and its envelope; composed again, it is the same to the byte.

    Raises ValueError when an address, a header or the HTML is not what an e-mail may hold.
    """
    spoken = _spoken(written)
    check_one_line(delivery.recipient, spoken.subject, sender_name)
    check_headers(spoken.headers)
    recipient = routable(delivery.recipient)
    identity = message_id(settings, delivery.token)
    head = [
        _constant_head(settings.sender, sender_name, settings.reply_to),
        _recipient_header(recipient),
        header("Subject", spoken.subject),
        _date(delivery.created_at),
        header("Message-ID", identity),
        *(header(name, value) for name, value in spoken.headers.items()),
    ]
    body = _skeleton(delivery, written).filled(written.marks)
    return Letter(
        token=delivery.token,
        file_name=f"{delivery.created_at:%Y%m%dT%H%M%S}-{delivery.token}.eml",
        envelope_sender=settings.envelope_sender.replace("{token}", delivery.token),
        recipient=recipient,
        sender=settings.sender,
        sender_name=sender_name,
        reply_to=settings.reply_to,
        message_id=identity,
        content=b"".join(head) + body,
        written=spoken,
    )


def _spoken(written: Written) -> Written:
    """Return what is written, its subject and its headers as this reader gets them."""
    for value in written.marks.values():
        if "<" in value:
            check_html(value)
    finder = _finder(tuple(written.marks)) if written.marks else None
    if finder is None:
        return written
    return replace(
        written,
        subject=filled(written.subject, written.marks, finder),
        headers=_filled_headers(written.headers, written.marks, finder),
    )


@lru_cache(maxsize=4)
def _finder(marks: tuple[str, ...]) -> re.Pattern[str] | None:
    return mark_finder(marks)


def _filled_headers(
    headers: Mapping[str, str], marks: Mapping[str, str], finder: re.Pattern[str]
) -> dict[str, str]:
    return {name: filled(value, marks, finder) for name, value in headers.items()}


def _skeleton(delivery: Delivery, written: Written) -> Skeleton:
    """Return the body; only what goes to many is kept for the next: the others hold secrets."""
    build = shared_skeleton if delivery.batch_id is not None else build_skeleton
    marks = tuple(written.marks)
    return build(written.text_body, written.html_body, written.images, marks, written.calendar)


def routable(address: str) -> str:
    """Return the address with its domain as the network writes it (RFC 5891, UTS 46).

    Raises ValueError for a domain that cannot be; accents before the @ few relays take.
    """
    name, _at, domain = address.rpartition("@")
    # By the newer rules, `ß` is a letter and not `ss`: those of Python would write to strangers.
    encoded = domain.encode("idna") if domain.isascii() else idna.encode(domain, uts46=True)
    return f"{name}@{encoded.decode('ascii')}"


@lru_cache(maxsize=16)
def _constant_head(sender: str, sender_name: str, reply_to: str) -> bytes:
    """Return the headers that all letters share."""
    lines = [address_header("From", _address(sender, sender_name))]
    if reply_to:
        lines.append(address_header("Reply-To", _address(reply_to)))
    lines.append(b"MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n")
    return b"".join(lines)


def _recipient_header(recipient: str) -> bytes:
    if _USUAL_ADDRESS.fullmatch(recipient):
        return f"To: {recipient}\r\n".encode("ascii")
    if not recipient.isascii():
        raise ValueError("few relays take accents before the @")
    return address_header("To", _address(recipient))


@lru_cache(maxsize=64)
def _date(written_at: datetime) -> bytes:
    return header("Date", format_datetime(clock.in_paris(written_at)))


def _address(text: str, name: str = "") -> Address:
    try:
        return Address(display_name=name, addr_spec=text)
    except (HeaderParseError, IndexError) as error:
        raise ValueError("not the address of anybody") from error


def message_id(settings: MailSettings, token: str) -> str:
    """Return the Message-ID of a delivery: always the same, so that a repeat is recognised."""
    return f"<{token}@{settings.sender.rpartition('@')[2]}>"
