"""The letters of deliveries that are about to leave, or what holds them back at the last moment."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from crm.config import MailSettings
from crm.mail.gateways.types import Gateway
from crm.mail.letters import compose
from crm.mail.models import Delivery
from crm.mail.rules import is_invented
from crm.mail.suppressed import is_held, origins_over
from crm.mail.types import Letter, Reason, Written
from crm.mail.writers import write_all

_DELIVERIES = (
    select(Delivery)
    .where(Delivery.id.in_(bindparam("ids", expanding=True)))
    .execution_options(populate_existing=True)
)


def read_deliveries(session: Session, ids: Sequence[int]) -> list[Delivery]:
    """Return deliveries as the database has them now, in this order."""
    found = {each.id: each for each in session.scalars(_DELIVERIES, {"ids": ids})}
    return [found[each] for each in ids]


def ready(
    session: Session,
    deliveries: Sequence[Delivery],
    now: datetime,
    *,
    gateway: Gateway,
    settings: MailSettings,
    sender_name: str,
) -> list[Letter | Reason]:
    """Return the letter of each delivery, or why it does not leave."""
    asked = [(each.recipient, each.purpose) for each in deliveries]
    origins = {
        each.id: found for each, found in zip(deliveries, origins_over(session, asked), strict=True)
    }
    held: dict[int, Letter | Reason] = {}
    for each in deliveries:
        if is_held(origins[each.id]):
            held[each.id] = Reason.SUPPRESSED
        elif gateway.leaves_the_machine and is_invented(each.recipient):
            held[each.id] = Reason.INVENTED_ADDRESS
    leaving = [each for each in deliveries if each.id not in held]
    written = write_all(session, leaving, [origins[each.id] for each in leaving], now)
    composed = {
        each.id: _composed(settings, sender_name, each, words)
        for each, words in zip(leaving, written, strict=True)
    }
    return [(held | composed)[each.id] for each in deliveries]


def _composed(
    settings: MailSettings, sender_name: str, delivery: Delivery, written: Written | Reason
) -> Letter | Reason:
    if isinstance(written, Reason):
        return written
    try:
        return compose(settings, sender_name, delivery, written)
    except ValueError:
        return Reason.UNWRITABLE
