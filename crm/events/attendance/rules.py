"""Who was there, out of what a file says: names compared, sittings summed, a threshold: pure."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from crm.core.addresses import email_key
from crm.core.text import fold
from crm.events.attendance.types import Person, Sitting

LONGEST_NAME = 200
LONGEST_EMAIL = 254
_PARENTHESIS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*$")
# What tools write after the name of whoever came from elsewhere.
_NO_NAMES = frozenset(
    {
        "guest", "invite", "invitee", "externe", "external", "unverified", "non verifie",
        "non verifiee", "host", "hote", "co host", "co hote", "me", "moi", "presentateur",
        "presenter", "organisateur", "organizer",
    }
)  # fmt: skip


def name_key(name: str) -> str:
    """Return what two ways of writing a name share: its words, whatever their order."""
    return " ".join(sorted(fold(name).split()))


def clean_name(name: str) -> str:
    """Return a name without what the tool adds: « Camille Exemple (Invité) »."""
    text = " ".join(name.split())
    while (found := _PARENTHESIS.search(text)) and fold(found[1]) in {*_NO_NAMES, ""}:
        text = text[: found.start()]
    return text[:LONGEST_NAME]


def name_keys(name: str) -> list[str]:
    """Return the keys under which someone may be known: what they show, and their first name.

    Zoom writes « Lycée (Camille Exemple) » for someone who changed what they show.
    """
    found = _PARENTHESIS.search(name)
    texts = [name] if found is None else [name[: found.start()], found[1]]
    return list(dict.fromkeys(key for text in texts if (key := name_key(text))))


def needed_minutes(
    starts_at: datetime | None,
    ends_at: datetime | None,
    percent: int,
    *,
    is_all_day: bool = False,
) -> int | None:
    """Return how many minutes make someone present; None where the length is not known.

    An event of whole days has no length in hours: whoever came was there.
    """
    if starts_at is None or ends_at is None or is_all_day:
        return None
    length = (ends_at - starts_at) / timedelta(minutes=1)
    return math.ceil(length * percent / 100) if length > 0 else None


def was_present(minutes: int | None, needed: int | None) -> bool:
    """Tell whether someone stayed long enough; without a length, they came."""
    return minutes is None or needed is None or minutes >= needed


def people_of(sittings: Iterable[Sitting]) -> list[Person]:
    """Return the people of a file, in its order, each once: whoever came back is summed.

    An address tells who someone is, then their name: a line without an address is that of the one
    person of this name who has one. Whoever has neither is nobody, and left out.
    """
    told = [each for each in sittings if each.name or each.email]
    address_of = _only_addresses(told)
    groups: dict[str, list[Sitting]] = defaultdict(list)
    for each in told:
        key = name_key(each.name)
        address = email_key(each.email) if each.email else address_of.get(key)
        groups[f"@{address}" if address else key or each.name].append(each)
    return [_person(group) for group in groups.values()]


def _only_addresses(sittings: Iterable[Sitting]) -> Mapping[str, str]:
    found: dict[str, set[str]] = defaultdict(set)
    for each in sittings:
        if each.email and (key := name_key(each.name)):
            found[key].add(email_key(each.email))
    return {key: next(iter(known)) for key, known in found.items() if len(known) == 1}


def _person(group: Sequence[Sitting]) -> Person:
    named = next((each for each in group if each.name), group[0])
    email = next((each.email for each in group if each.email), None)
    seconds = stayed_seconds(group)
    joined = [each.joined_at for each in group if each.joined_at]
    left = [each.left_at for each in group if each.left_at]
    return Person(
        numbers=tuple(each.number for each in group),
        name=(named.name or email or "")[:LONGEST_NAME],
        email=email,
        email_key=email_key(email) if email else None,
        minutes=None if seconds is None else round(seconds / 60),
        sittings=len(group),
        joined_at=min(joined, default=None),
        left_at=max(left, default=None),
    )


def stayed_seconds(group: Sequence[Sitting]) -> int | None:
    """Return how long someone was there in all: two devices at once count once.

    None where no line says how long.
    """
    known = [each.seconds for each in group if each.seconds is not None]
    if not known:
        return None
    total = sum(known)
    spans = [(each.joined_at, each.left_at) for each in group if each.joined_at and each.left_at]
    if len(spans) < len(group):
        return total
    covered, end = timedelta(), None
    for joined_at, left_at in sorted(spans):
        start = joined_at if end is None else max(joined_at, end)
        if left_at > start:
            covered += left_at - start
        end = left_at if end is None else max(end, left_at)
    overlaps = covered + timedelta(minutes=1) < sum(
        (max(left - joined, timedelta()) for joined, left in spans), timedelta()
    )
    return int(covered.total_seconds()) if overlaps else total
