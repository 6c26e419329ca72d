"""Freezing an audience, letting it go, holding it back."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, func, insert, literal, select, update
from sqlalchemy.orm import Session

from crm.composing.operations.messages import get_message, lock_message, unlock_message
from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.mail.batching import (
    call_back_on,
    call_off,
    enqueue_held,
    hold_back,
    is_going,
    let_go,
    take_out,
)
from crm.mail.models import Delivery
from crm.mail.tokens import random_token
from crm.mailings import rules
from crm.mailings.messages import compiled, footer_of, problems_of
from crm.mailings.models import Mailing, MailingLink, MailingRecipient
from crm.mailings.operations.mailings import OWNER, get_mailing
from crm.mailings.queries.audience import COLUMNS, audience_rows
from crm.mailings.queries.marks import mark_of_frozen
from crm.mailings.types import DepartureData, Status
from crm.segments.errors import SegmentError
from crm.web.locale import translate

_GONE = N_("Cet envoi est déjà parti, ou programmé.")
_NOBODY = N_("Personne ne recevrait ce message : revoyez les destinataires.")
_MOVED = N_(
    "Le message ou les destinataires ont changé depuis que vous les avez vus (destinataires à"
    " présent : %(now)s). Relisez, puis recommencez."
)
_LEFT = N_("Une partie est déjà partie : copiez cet envoi pour en faire un autre.")
_LATE = N_(
    "Passerelle était arrêtée à l’heure prévue : vérifiez que ce message est toujours d’actualité,"
    " puis reprenez."
)
# Found later than this, a mailing waits for someone to say that it still makes sense.
_TOO_LATE = timedelta(hours=12)


def depart(session: Session, *, mailing_id: int, seen: str, data: DepartureData) -> Mailing:
    """Freeze the audience and let it go, at once or at its time.

    `seen` is the mark of what was on screen (`queries.marks`): the message, the settings and the
    people. Sending twice is once. Raises RuleError when the message or the audience is not ready,
    or when something has changed since it was seen.
    """
    now = clock.now()
    mailing = get_mailing(session, mailing_id, for_update=True)
    rules.check_status(mailing.status, (Status.DRAFT,), _GONE)
    rules.check_departure(data, now)
    version = get_message(session, mailing.message_id).version  # nobody writes it from here on
    faults = [each for each in problems_of(session, mailing) if each.is_blocking]
    if faults:
        raise RuleError("message", faults[0].message, **faults[0].params)
    shown = (mailing.version, version)
    count = freeze(session, mailing=mailing, day=clock.today(), now=now)
    if mark_of_frozen(session, mailing.id, *shown) != seen:
        raise RuleError("seen", _MOVED, now=count)
    mailing.starts_at, mailing.per_hour = data.starts_at, data.per_hour
    if data.starts_at is None:
        _begin(session, mailing, now)
    session.flush()
    return mailing


def freeze(session: Session, *, mailing: Mailing, day: date, now: datetime) -> int:
    """Write the audience down by one statement, with who is left out and why; return its size.

    Raises RuleError for nobody, and for a segment that cannot be read any more.
    """
    try:
        rows = audience_rows(session, mailing, day).subquery()
    except SegmentError as error:
        raise RuleError("included", str(error)) from error
    token = case((rows.c.is_in, random_token()), else_=None)
    session.execute(
        insert(MailingRecipient).from_select(
            ["mailing_id", *COLUMNS, "token"],
            select(literal(mailing.id), *(rows.c[name] for name in COLUMNS), token).order_by(
                func.coalesce(rows.c.contact_id, 0), rows.c.structure_id
            ),
        )
    )
    count = enqueue_held(
        session,
        kind=OWNER,
        batch_id=mailing.id,
        purpose=mailing.purpose,
        letters=_letters(mailing.id),
        now=now,
    )
    if not count:
        raise RuleError("included", _NOBODY)
    _tie(session, mailing.id)
    lock_message(session, message_id=mailing.message_id)
    mailing.footer = asdict(footer_of(session, mailing))
    for number, url in enumerate(compiled(session, mailing).links):
        session.add(MailingLink(mailing_id=mailing.id, number=number, url=url))
    mailing.status, mailing.frozen_at = Status.FROZEN, now
    return count


def _letters(mailing_id: int) -> Any:
    of = MailingRecipient
    return select(of.token, of.address).where(of.mailing_id == mailing_id, of.is_in).order_by(of.id)


def _tie(session: Session, mailing_id: int) -> None:
    """Tell each recipient which delivery is theirs."""
    of = MailingRecipient
    its_own = select(Delivery.id).where(Delivery.token == of.token).correlate(of).scalar_subquery()
    session.execute(
        update(of)
        .where(of.mailing_id == mailing_id, of.is_in)
        .values(delivery_id=its_own)
        .execution_options(synchronize_session=False)
    )


def _begin(session: Session, mailing: Mailing, now: datetime) -> int:
    mailing.status = Status.SENDING
    return _let_some_go(session, mailing, now)


def _let_some_go(session: Session, mailing: Mailing, now: datetime) -> int:
    limit = None
    if mailing.per_hour is not None:
        limit, now = rules.allowance(mailing.per_hour, mailing.let_go_at, now)
        if limit == 0:
            return 0
    mailing.let_go_at = now
    return let_go(session, batch_id=mailing.id, limit=limit)


def pause(session: Session, *, mailing_id: int, reason: str | None = None) -> Mailing:
    """Hold back all that has not begun to leave; raise RuleError when nothing is leaving."""
    mailing = get_mailing(session, mailing_id, for_update=True)
    rules.check_status(mailing.status, rules.PAUSABLE, N_("Cet envoi n’est pas en cours."))
    hold_back(session, batch_id=mailing.id)
    mailing.status, mailing.pause_reason = Status.PAUSED, reason
    session.flush()
    return mailing


def resume(session: Session, *, mailing_id: int) -> Mailing:
    """Go on with a mailing paused or cancelled; one whose time has not come waits for it."""
    mailing = get_mailing(session, mailing_id, for_update=True)
    rules.check_status(mailing.status, rules.RESUMABLE, N_("Cet envoi n’est pas en pause."))
    now = clock.now()
    if mailing.status == Status.CANCELLED:
        call_back_on(session, batch_id=mailing.id)
    mailing.pause_reason = mailing.ended_at = None
    if mailing.starts_at is not None and mailing.starts_at > now:
        mailing.status = Status.FROZEN
    else:
        _begin(session, mailing, now)
    session.flush()
    return mailing


def cancel(session: Session, *, mailing_id: int) -> Mailing:
    """Call off all that has not begun to leave; what left, left. Raises RuleError."""
    mailing = get_mailing(session, mailing_id, for_update=True)
    rules.check_status(mailing.status, rules.CANCELLABLE, N_("Cet envoi n’est pas en cours."))
    call_off(session, batch_id=mailing.id, now=clock.now())
    mailing.status, mailing.ended_at = Status.CANCELLED, clock.now()
    session.flush()
    return mailing


def reopen(session: Session, *, mailing_id: int) -> Mailing:
    """Make a draft again of a mailing of which nothing has left; raise RuleError otherwise."""
    mailing = get_mailing(session, mailing_id, for_update=True)
    rules.check_status(mailing.status, rules.REOPENABLE, _LEFT)
    its_own = MailingRecipient.mailing_id == mailing.id
    session.execute(update(MailingRecipient).where(its_own).values(delivery_id=None))
    if not take_out(session, batch_id=mailing.id):
        raise RuleError("status", _LEFT)
    session.execute(delete(MailingRecipient).where(its_own))
    session.execute(delete(MailingLink).where(MailingLink.mailing_id == mailing.id))
    unlock_message(session, message_id=mailing.message_id)
    mailing.status, mailing.pause_reason = Status.DRAFT, None
    mailing.frozen_at = mailing.let_go_at = mailing.ended_at = mailing.footer = None
    session.flush()
    return mailing


def go_on(session: Session, *, mailing_id: int, now: datetime) -> int:
    """Begin a mailing whose time has come, let the next ones go, end it when none is left.

    Returns how many messages were let go.
    """
    mailing = get_mailing(session, mailing_id, for_update=True)
    if mailing.status == Status.FROZEN:
        return _begin_when_due(session, mailing, now)
    if mailing.status != Status.SENDING:
        return 0
    if not is_going(session, batch_id=mailing.id):
        mailing.status, mailing.ended_at = Status.DONE, now
        session.flush()
        return 0
    return _let_some_go(session, mailing, now)


def _begin_when_due(session: Session, mailing: Mailing, now: datetime) -> int:
    if mailing.starts_at is None or mailing.starts_at > now:
        return 0
    if now - mailing.starts_at > _TOO_LATE:
        mailing.status, mailing.pause_reason = Status.PAUSED, translate(_LATE)
        session.flush()
        return 0
    return _begin(session, mailing, now)
