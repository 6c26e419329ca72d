"""Which addresses are suppressed, asked of several at once before their messages leave."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from crm.mail.models import Suppression
from crm.mail.suppression import Origin, hashed, purposes_over

Origins = frozenset[Origin]

# Built once: it is asked for each message.
_OF_ADDRESSES = select(Suppression.address_hash, Suppression.purpose, Suppression.origin).where(
    Suppression.address_hash.in_(bindparam("hashes", expanding=True))
)


def is_suppressed(session: Session, *, recipient: str, purpose: str) -> bool:
    """Tell whether nothing may leave to this address for this purpose.

    A withdrawal from what people subscribe to is weighed with what each of them accepts: it is
    the say of consents, before each message.
    """
    (origins,) = origins_over(session, [(recipient, purpose)])
    return is_held(origins)


def is_held(origins: Origins) -> bool:
    """Tell whether one of these holds whatever each person accepts."""
    return bool(origins - {Origin.WITHDRAWAL})


def origins_over(session: Session, asked: Sequence[tuple[str, str]]) -> list[Origins]:
    """Return, for each address and purpose, how it came to be suppressed; one query for all.

    What is suppressed for a wider purpose is so for this one.
    """
    hashes = [hashed(recipient) for recipient, _purpose in asked]
    found: defaultdict[str, list[tuple[str, Origin]]] = defaultdict(list)
    for address_hash, held, origin in session.execute(_OF_ADDRESSES, {"hashes": hashes}).tuples():
        found[address_hash].append((held, Origin(origin)))
    return [
        frozenset(origin for held, origin in found[each] if held in purposes_over(purpose))
        for each, (_recipient, purpose) in zip(hashes, asked, strict=True)
    ]
