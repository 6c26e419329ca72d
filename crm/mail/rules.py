"""What is known of addresses, messages and waiting times without asking anyone."""

import hashlib
import ipaddress
import re
from datetime import timedelta

from crm.core.addresses import email_key
from crm.mail.types import DeliveryState, ReportKind

ATTEMPTS = 5
FIRST_DELAY = timedelta(minutes=1)
GROWTH = 5
JITTER = 0.2
LONGEST_DELAY = timedelta(hours=6)
# While the relay is down the delay stops growing here: 25 minutes.
OUTAGE_STEPS = 3

# Above one complaint in 333, or one return in twenty, providers begin to refuse all the rest.
MOST_COMPLAINED, MOST_BOUNCED = 0.003, 0.05
# Fewer than these say nothing of an audience: two complaints, or ten returns.
FEWEST_COMPLAINTS, FEWEST_BOUNCES = 2, 10

# RFC 2606 and RFC 6761: names that belong to nobody, those of invented people.
_RESERVED = ("example", "test", "invalid", "localhost", "example.com", "example.net", "example.org")
# Inside tags and style elements alone: what people typed is escaped, and may speak of anything.
_REMOTE_IMAGE = re.compile(
    r"<(?:img|picture|source|video|audio|iframe|object|embed|link|input)\b[^>]*"
    r"\b(?:src|srcset|href|data|poster)\s*=\s*[\"']?\s*(?:https?:)?//"
    r"|<[^>]*\bbackground\s*=\s*[\"']?\s*(?:https?:)?//"
    r"|(?:<[^>]*|<style\b[^<]*)\burl\(\s*[\"']?\s*(?:https?:)?//"
    r"|<style\b[^<]*@import",
    re.IGNORECASE,
)
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_ENHANCED_CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
# A place of RFC 3463 (subject, detail) that blames our own address, and a mailbox that was closed.
_PERMANENT, _ADDRESS, _POLICY = 5, 1, 7
_CLOSED = (2, 1)
# What says nothing against the address: it is good, it is ours, a relay on the way (RFC 3886).
_OF_OTHERS = ((1, 5), (1, 7), (1, 8), (1, 9))
# « Persistent transient » in RFC 3463, whatever class the relay gives: a full mailbox, a full or
# jammed relay, a network that fails, a delay that ran out, too many readers at once.
_PASSING = ((2, 2), (3, 1), (4, 1), (4, 2), (4, 3), (4, 5), (4, 6), (4, 7), (5, 3))
# What a writer of messages may add: the rest is the house's, or would change where it goes.
_ALLOWED_HEADERS = frozenset(
    {"list-unsubscribe", "list-unsubscribe-post", "list-id", "precedence", "in-reply-to"}
    | {"references", "importance"}
)


def address_hash(address: str) -> str:
    """Return what the suppression list keeps of an address, however typed, in its place."""
    return hashlib.sha256(email_key(address).encode()).hexdigest()


def is_invented(address: str) -> bool:
    """Tell whether the address belongs to nobody (RFC 2606), like those of a demonstration.

    >>> is_invented("camille@reseau.example"), is_invented("camille@reseau.fr")
    (True, False)
    """
    domain = email_key(address).rpartition("@")[2]
    return any(domain == name or domain.endswith(f".{name}") for name in _RESERVED)


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine: what is sent there does not leave it.

    >>> is_loopback("127.0.0.1"), is_loopback("smtp.reseau.fr")
    (True, False)
    """
    if host.lower() in ("localhost", "localhost."):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def enhanced_code(*said: str) -> tuple[int, int, int] | None:
    """Return the first code of RFC 3463 that says something, of what was said in this order.

    >>> enhanced_code("5.0.0", "smtp; 550 5.1.1 unknown")
    (5, 1, 1)
    """
    found = [each for text in said for each in _ENHANCED_CODE.findall(text)]
    codes = [(int(kind), int(subject), int(detail)) for kind, subject, detail in found]
    return next((each for each in codes if each[1:] != (0, 0)), next(iter(codes), None))


def is_dead(code: tuple[int, int, int] | None) -> bool:
    """Tell whether a code says that nobody has the address: writing there again is of no use.

    A full mailbox, a policy or a network that fails are no reason never to write again.

    >>> is_dead((5, 1, 1)), is_dead((5, 7, 1)), is_dead((5, 2, 2))
    (True, False, False)
    """
    if code is None or code[0] != _PERMANENT:
        return False
    place = code[1:]
    return place == _CLOSED or (code[1] == _ADDRESS and place not in _OF_OTHERS)


def is_passing(code: tuple[int, int, int] | None) -> bool:
    """Tell whether a code says that the same message may pass later, even told as a 5.x.x.

    >>> is_passing((5, 2, 2)), is_passing((4, 7, 1)), is_passing((5, 1, 1)), is_passing(None)
    (True, True, False, False)
    """
    return code is not None and (code[0] != _PERMANENT or code[1:] in _PASSING)


def is_blocked(code: tuple[int, int, int] | None) -> bool:
    """Tell whether a code is a refusal by policy (5.7.x): of the message, not of the address."""
    return code is not None and code[:2] == (_PERMANENT, _POLICY)


def delay_after(attempt: int, draw: float, asked: timedelta | None = None) -> timedelta:
    """Return how long to wait after attempt 1, 2…: each time five times longer, give or take.

    `draw` is a random number from 0 to 1; `asked` is what the relay wants at least.

    >>> delay_after(3, 0.5)
    datetime.timedelta(seconds=1500)
    """
    times: int = GROWTH ** (attempt - 1)
    grown = min(FIRST_DELAY * times, LONGEST_DELAY)
    jittered = grown * (1 - JITTER + 2 * JITTER * draw)
    return max(jittered, asked) if asked else jittered


def check_one_line(*texts: str) -> None:
    """Raise ValueError for a line break or a NUL in what becomes a header or an address."""
    if any(char in text for text in texts for char in "\r\n\0"):
        raise ValueError("a line break has no place in a header")


def check_html(html_body: str) -> None:
    """Raise ValueError for a picture or a style fetched from elsewhere: it would tell who reads."""
    if _REMOTE_IMAGE.search(html_body):
        raise ValueError("a message fetches nothing from elsewhere")


def check_headers(headers: dict[str, str]) -> None:
    """Raise ValueError for a header that a writer of messages may not add."""
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or name.lower() not in _ALLOWED_HEADERS:
            raise ValueError(f"a message does not choose its own {name!r}")
        check_one_line(value)


def should_pause(*, accepted: int, bounced: int, complained: int) -> bool:
    """Tell whether a mailing must stop by itself: too many returns or complaints.

    `accepted` is all that was taken over, with what has arrived or come back since. The limits are
    those beyond which providers turn against a sender: 5 % of returns, 0.3 % of complaints; and
    never for one complaint, or for fewer than ten returns.

    >>> should_pause(accepted=600, bounced=0, complained=2)
    True
    >>> should_pause(accepted=100, bounced=9, complained=1)
    False
    """
    has_complaints = complained >= FEWEST_COMPLAINTS and complained > MOST_COMPLAINED * accepted
    has_bounces = bounced >= FEWEST_BOUNCES and bounced > MOST_BOUNCED * accepted
    return has_complaints or has_bounces


_RETURNED = (ReportKind.BOUNCED, ReportKind.BLOCKED, ReportKind.DROPPED)
_TAKEN = (DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.BOUNCED)


def state_after(kind: ReportKind, state: DeliveryState, *, is_latest: bool = True) -> DeliveryState:
    """Return the state of a message once this was heard of it, whatever it was before.

    Any report proves that the other side took the message: what was uncertain is so no more, and
    what waited to be sent again does not leave. Arrived and come back exclude each other: the one
    that happened last holds (`is_latest`), in whatever order they are heard.

    >>> state_after(ReportKind.DEFERRED, DeliveryState.UNCERTAIN).value
    'accepted'
    """
    if kind in _RETURNED:
        is_held = state is DeliveryState.DELIVERED and not is_latest
        return state if is_held else DeliveryState.BOUNCED
    if kind is ReportKind.DELIVERED:
        is_held = state is DeliveryState.BOUNCED and not is_latest
        return state if is_held else DeliveryState.DELIVERED
    return state if state in _TAKEN else DeliveryState.ACCEPTED
