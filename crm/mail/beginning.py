"""The moment before messages leave: what may hold each back is read, its beginning noted."""

from datetime import datetime

from sqlalchemy.orm import Session

from crm.config import MailSettings
from crm.core import clock
from crm.mail.handing import Carrier, Parcel, tell
from crm.mail.ledger import HANDING_OVER, begin, hold, skip, who_asked
from crm.mail.moves import Claimed, LostLeaseError
from crm.mail.readying import read_deliveries, ready
from crm.mail.types import Letter, Reason

Group = list[Claimed]


def begin_group(
    session: Session,
    group: Group,
    carrier: Carrier,
    *,
    settings: MailSettings,
    sender_name: str,
) -> tuple[Parcel | None, Group]:
    """Read again what may hold each message back, then note that sending begins.

    Return what has begun, which one call carries, and what is left for the next.
    """
    now = clock.now()
    deliveries = read_deliveries(session, [each.id for each in group])
    letters = ready(
        session,
        deliveries,
        now,
        gateway=carrier.gateway,
        settings=settings,
        sender_name=sender_name,
    )
    leaving: list[tuple[Claimed, str | None, Letter]] = []
    left: Group = []
    for place, (claimed, delivery, letter) in enumerate(
        zip(group, deliveries, letters, strict=True)
    ):
        if isinstance(letter, Reason):
            _set_aside(session, claimed, letter, now)
        elif leaving and not carrier.joins(leaving[0][2], letter):
            left = group[place:]
            break
        else:
            leaving.append((claimed, who_asked(delivery), letter))
    return _begun(session, leaving, carrier.gateway.name, now), left


def _begun(
    session: Session, leaving: list[tuple[Claimed, str | None, Letter]], gateway: str, now: datetime
) -> Parcel | None:
    ours = begin(
        session,
        group=[(claimed, asked_by) for claimed, asked_by, _letter in leaving],
        gateway=gateway,
        now=now,
    )
    begun = [
        (each, letter)
        for each, (_claimed, _asked_by, letter) in zip(ours, leaving, strict=True)
        if each is not None
    ]
    if len(begun) < len(leaving):
        tell("mail_lost_lease", len(leaving) - len(begun))
    return Parcel(begun, now + HANDING_OVER) if begun else None


def _set_aside(session: Session, claimed: Claimed, reason: Reason, now: datetime) -> None:
    set_aside = hold if reason is Reason.PAUSED else skip
    try:
        set_aside(session, claimed=claimed, reason=reason, now=now)
    except LostLeaseError:
        tell("mail_lost_lease", 1)
