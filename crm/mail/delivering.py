"""Sending what waits: a few at a time, each noted before it leaves and after."""

import os
import random
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from crm.config import MailSettings
from crm.core import clock
from crm.core.errors import DatabaseBusyError, StaleRecordError
from crm.database import db, transaction
from crm.mail.gateways.types import Gateway
from crm.mail.ledger import (
    Claimed,
    LostLeaseError,
    begin,
    claim,
    give_back,
    has_work,
    settle,
    skip,
    sweep,
    wake,
)
from crm.mail.letters import compose
from crm.mail.models import Delivery
from crm.mail.rules import is_invented
from crm.mail.suppression import is_suppressed
from crm.mail.types import DeliveryState, Letter, NotSent, Outcome, Reason, Uncertain
from crm.mail.writers import write

BATCH = 10
# While the relay is down one message asks whether it is back; the others wait without an attempt.
PAUSE = timedelta(seconds=30)
# Seconds between the times that an answer is noted while the database is busy.
SETTLE_PAUSES = (1.0, 2.0, 4.0, 8.0)
# What says nothing of a message: the database, not its writer.
_DATABASE_ERRORS = (DatabaseBusyError, StaleRecordError, OperationalError, InterfaceError)


def new_owner() -> str:
    """Return a name for this process that no other has had."""
    return f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}"


@dataclass(slots=True)
class Courier:
    """Takes waiting deliveries to a gateway; `draw` gives random numbers from 0 to 1."""

    gateway: Gateway
    settings: MailSettings
    sender_name: str
    owner: str = field(default_factory=new_owner)
    draw: Callable[[], float] = random.random
    should_stop: Callable[[], bool] = lambda: False
    wait: Callable[[float], None] = time.sleep
    resumes_at: datetime | None = field(default=None, init=False)
    # Whatever the last process knew of the relay, the first acceptance sends what waited for it.
    _owes_wake: bool = field(default=True, init=False)

    def deliver_waiting(self) -> int:
        """Send all that waits, unless asked to stop or the relay is down; return how many."""
        seen = 0
        while count := self.deliver_batch():
            seen += count
        return seen

    def deliver_batch(self) -> int:
        """Send a few; return how many were taken in hand, 0 when nothing waits or can go now."""
        if self.should_stop() or self._is_pausing() or not _has_work():
            return 0
        claimed = self._claim()
        for each in claimed:
            if self.should_stop() or self._is_pausing():
                with transaction() as session:
                    give_back(session, owner=self.owner)
                break
            try:
                self._deliver_or_set_aside(each)
            except LostLeaseError:
                _tell("mail_lost_lease", 1)
        return len(claimed)

    def stop(self) -> None:
        """Give back what was taken and not begun, and leave the relay."""
        with transaction() as session:
            give_back(session, owner=self.owner)
        self.gateway.close()

    def _is_pausing(self) -> bool:
        return self.resumes_at is not None and clock.now() < self.resumes_at

    def _claim(self) -> list[Claimed]:
        with transaction() as session:
            if uncertain := sweep(session, now=clock.now()):
                _tell("mail_uncertain", uncertain)
            # After a pause, one asks for all.
            limit = 1 if self.resumes_at else BATCH
            return claim(session, owner=self.owner, now=clock.now(), limit=limit)

    def _deliver_or_set_aside(self, claimed: Claimed) -> None:
        """Deliver one; whatever its writer raises keeps no other from leaving."""
        try:
            self._deliver_one(claimed)
        except (LostLeaseError, *_DATABASE_ERRORS):
            raise
        except Exception:
            current_app.logger.exception("message not written", extra={"event": "mail_unwritable"})
            with transaction() as session:
                skip(session, claimed=claimed, reason=Reason.UNWRITABLE, now=clock.now())

    def _deliver_one(self, claimed: Claimed) -> None:
        with transaction() as session:
            begun = self._begin(session, claimed)
        if begun is None:
            return
        begun_claim, letter = begun
        outcome = self._send(letter)
        state = self._settle_when_free(begun_claim, outcome)
        is_down = isinstance(outcome, NotSent) and outcome.is_relay_down
        self._owes_wake = is_down or (self._owes_wake and state is not DeliveryState.ACCEPTED)
        self.resumes_at = clock.now() + PAUSE if is_down else None
        _tell(f"mail_{state}", 1)

    def _settle_when_free(self, begun: Claimed, outcome: Outcome) -> DeliveryState:
        """Note an answer; it is known, and not thrown away because the database is busy."""
        for pause in SETTLE_PAUSES:
            try:
                return self._settle(begun, outcome)
            except DatabaseBusyError:
                _tell("mail_busy", 1)
                self.wait(pause)
        return self._settle(begun, outcome)

    def _settle(self, begun: Claimed, outcome: Outcome) -> DeliveryState:
        with transaction() as session:
            state = settle(
                session, claimed=begun, outcome=outcome, now=clock.now(), draw=self.draw()
            )
            if state is DeliveryState.ACCEPTED and self._owes_wake:
                wake(session)
        return state

    def _begin(self, session: Session, claimed: Claimed) -> tuple[Claimed, Letter] | None:
        """Read again what may hold the message back, then note that sending begins."""
        now = clock.now()
        letter = self._letter(session, claimed.id, now)
        if isinstance(letter, Reason):
            skip(session, claimed=claimed, reason=letter, now=now)
            return None
        return begin(session, claimed=claimed, gateway=self.gateway.name, now=now), letter

    def _letter(self, session: Session, delivery_id: int, now: datetime) -> Letter | Reason:
        delivery = session.scalars(
            select(Delivery)
            .where(Delivery.id == delivery_id)
            .execution_options(populate_existing=True)
        ).one()
        if is_suppressed(session, recipient=delivery.recipient, purpose=delivery.purpose):
            return Reason.SUPPRESSED
        if self.gateway.leaves_the_machine and is_invented(delivery.recipient):
            return Reason.INVENTED_ADDRESS
        written = write(session, delivery, now)
        if isinstance(written, Reason):
            return written
        try:
            return compose(self.settings, self.sender_name, delivery, written)
        except ValueError:
            return Reason.UNWRITABLE

    def _send(self, letter: Letter) -> Outcome:
        """Hand the letter over; whatever a gateway did not foresee may have sent it."""
        try:
            return self.gateway.send(letter)
        except Exception as error:
            current_app.logger.exception("gateway failed", extra={"event": "mail_gateway"})
            return Uncertain(type(error).__name__)


def _has_work() -> bool:
    try:
        return has_work(db.session(), clock.now())
    finally:
        db.session.rollback()  # no read stays open while a relay is spoken to


def _tell(event: str, count: int) -> None:
    current_app.logger.info("mail", extra={"event": event, "count": count})
