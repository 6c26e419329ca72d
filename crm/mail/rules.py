"""What is known of addresses, messages and waiting times without asking anyone."""

import hashlib
import ipaddress
import re
from datetime import timedelta

ATTEMPTS = 5
FIRST_DELAY = timedelta(minutes=1)
GROWTH = 5
JITTER = 0.2
LONGEST_DELAY = timedelta(hours=6)
# While the relay is down the delay stops growing here: 25 minutes.
OUTAGE_STEPS = 3

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
# What a writer of messages may add: the rest is the house's, or would change where it goes.
_ALLOWED_HEADERS = frozenset(
    {"list-unsubscribe", "list-unsubscribe-post", "list-id", "precedence", "in-reply-to"}
    | {"references", "importance"}
)


def normalised(address: str) -> str:
    """Return the address as it is compared: in small letters, without spaces around it."""
    return address.strip().lower()


def address_hash(address: str) -> str:
    """Return what the suppression list keeps of an address, in place of the address."""
    return hashlib.sha256(normalised(address).encode()).hexdigest()


def is_invented(address: str) -> bool:
    """Tell whether the address belongs to nobody (RFC 2606), like those of a demonstration.

    >>> is_invented("camille@reseau.example"), is_invented("camille@reseau.fr")
    (True, False)
    """
    domain = normalised(address).rpartition("@")[2].rstrip(".")
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
