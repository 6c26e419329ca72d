"""Addresses that nothing is sent to: noted by the team, lifted by it, or by who asks from there."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from crm.consents.types import PURPOSES
from crm.core import clock
from crm.core.addresses import parse_email
from crm.core.errors import N_, NotFoundError, RuleError
from crm.history.recording import actor_of
from crm.mail.models import Suppression
from crm.mail.suppression import Origin, lift, narrow, suppress, suppressions_of
from crm.mail.types import Purpose

_SUPPRESSIBLE = (*PURPOSES, Purpose.BROADCAST, Purpose.ANY)


def record_objection(
    session: Session,
    *,
    address: str,
    purpose: Purpose = Purpose.BROADCAST,
    reason: str,
    origin: Origin = Origin.OBJECTION,
) -> bool:
    """Let nothing more leave to an address; tell whether that is new.

    Raises RuleError for what is no address, or without a reason.
    """
    if purpose not in _SUPPRESSIBLE:
        raise RuleError("purpose", N_("Choisissez ce qui ne doit plus être envoyé."))
    return suppress(
        session,
        recipient=parse_email(address, "address"),
        purpose=purpose,
        reason=_reason(reason),
        now=clock.now(),
        origin=origin,
        by=actor_of(session).name,
    )


def lift_objection(session: Session, *, suppression_id: int, reason: str) -> None:
    """Let messages leave to an address again; who, when and why stay. Raises NotFoundError."""
    suppression = session.get(Suppression, suppression_id)
    if suppression is None:
        raise NotFoundError
    by = actor_of(session).name
    lift(session, suppression=suppression, reason=_reason(reason), now=clock.now(), by=by)


def lift_for_fresh_consent(
    session: Session, *, address: str, purposes: Iterable[Purpose], before: datetime
) -> None:
    """Lift what held an address back then: its reader has asked for these messages from there.

    What they did not ask for stays held. What holds everything back is the team's to lift.
    """
    asked = frozenset(purposes)
    unasked = [each for each in PURPOSES if each not in asked]
    reason, now, by = N_("Demandé depuis cette adresse même"), clock.now(), actor_of(session).name
    held = {
        each.id: each for purpose in asked for each in suppressions_of(session, address, purpose)
    }
    for _number, each in sorted(held.items()):
        if each.purpose == Purpose.ANY or each.created_at > before:
            continue
        kept = unasked if each.purpose == Purpose.BROADCAST else ()
        narrow(session, suppression=each, kept=kept, reason=reason, now=now, by=by)


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not reason:
        raise RuleError("reason", N_("Dites pourquoi : c’est ce qui restera."))
    return reason
