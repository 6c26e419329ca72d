"""The links that each message carries, without log-in: preferences, and leaving in one click.

A link says whose it is (a person, or the hash of an address), for which purpose, and from which
message; it is signed, never holds an address, and does not expire: a message may be read years
later. Revoking an address closes the preferences of all that were made before, never the way out.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crm.consents.models import LinkRevocation
from crm.consents.types import PURPOSES
from crm.core import clock
from crm.core.errors import NotFoundError
from crm.history.recording import actor_of
from crm.mail.composing import absolute_url
from crm.mail.models import Delivery
from crm.mail.suppression import hashed
from crm.mail.types import Purpose

PREFERENCES, UNSUBSCRIBE = "preferences link", "unsubscribe link"


@dataclass(frozen=True, slots=True)
class Followed:
    """Whose link was followed; `address` is known while a message to it is, or its person."""

    contact_id: int | None
    address_hash: str
    purpose: Purpose | None
    delivery_id: int | None
    address: str | None


def preferences_url(
    *,
    recipient: str,
    contact_id: int | None = None,
    purpose: str | None = None,
    delivery_id: int | None = None,
) -> str:
    """Return the absolute address at which the reader of a message chooses what they receive."""
    token = sign(
        PREFERENCES,
        recipient=recipient,
        contact_id=contact_id,
        purpose=purpose,
        delivery_id=delivery_id,
    )
    return absolute_url("preferences.show", token=token)


def unsubscribe_url(
    *,
    recipient: str,
    purpose: str,
    contact_id: int | None = None,
    delivery_id: int | None = None,
) -> str:
    """Return the absolute address that `List-Unsubscribe` names (RFC 8058): a POST there acts."""
    token = sign(
        UNSUBSCRIBE,
        recipient=recipient,
        contact_id=contact_id,
        purpose=purpose,
        delivery_id=delivery_id,
    )
    return absolute_url("unsubscribe.show", token=token)


def sign(
    salt: str,
    *,
    recipient: str,
    contact_id: int | None,
    purpose: str | None,
    delivery_id: int | None,
) -> str:
    """Return the token of a link."""
    mark = urlsafe_b64encode(bytes.fromhex(hashed(recipient))).decode().rstrip("=")
    place = PURPOSES.index(Purpose(purpose)) if purpose in PURPOSES else None
    return str(_serializer(salt).dumps([contact_id, mark, place, delivery_id]))


def read(session: Session, salt: str, token: str) -> Followed:
    """Return whose link this is; raise NotFoundError when it is false or revoked.

    A link to leave by is never revoked.
    """
    try:
        values, signed_at = _serializer(salt).loads(token, return_timestamp=True)
        contact_id, mark, place, delivery_id = values
        address_hash = urlsafe_b64decode(mark + "=").hex()
    except (BadData, ValueError, TypeError) as error:
        raise NotFoundError from error
    if salt != UNSUBSCRIBE and _is_revoked(session, address_hash, signed_at):
        raise NotFoundError
    purpose = None if place is None else PURPOSES[place]
    address = _address_of(session, address_hash, delivery_id)
    return Followed(contact_id, address_hash, purpose, delivery_id, address)


def revoke(session: Session, *, address: str) -> None:
    """Close what the messages written to an address so far let choose; the next ones open again."""
    key = hashed(address)
    session.execute(delete(LinkRevocation).where(LinkRevocation.address_hash == key))
    session.add(
        LinkRevocation(address_hash=key, before=clock.now(), revoked_by=actor_of(session).name)
    )
    session.flush()


def _is_revoked(session: Session, address_hash: str, signed_at: datetime) -> bool:
    before = session.scalar(
        select(LinkRevocation.before).where(LinkRevocation.address_hash == address_hash)
    )
    # A link is dated to the second: one of the same second is older, for safety.
    return before is not None and signed_at <= before


def _address_of(session: Session, address_hash: str, delivery_id: int | None) -> str | None:
    if delivery_id is None:
        return None
    recipient = session.scalar(select(Delivery.recipient).where(Delivery.id == delivery_id))
    return recipient if recipient is not None and hashed(recipient) == address_hash else None


def _serializer(salt: str) -> Any:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=salt)
