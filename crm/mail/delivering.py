"""Sending what waits: a few at a time, each noted before it leaves and after."""

import os
import random
import secrets
import socket
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby

from flask import current_app
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from crm.config import MailSettings
from crm.core import clock
from crm.core.errors import DatabaseBusyError, StaleRecordError
from crm.database import db, end_reads, transaction
from crm.mail.beginning import Group, begin_group
from crm.mail.gateways.types import Gateway
from crm.mail.handing import Answered, Carrier, Outcomes, Parcel, tell
from crm.mail.ledger import (
    claim,
    give_back,
    has_work,
    settle,
    settle_accepted,
    skip,
    sweep,
    wake,
)
from crm.mail.moves import Claimed, LostLeaseError
from crm.mail.refusals import report_refusals
from crm.mail.relays import Watch
from crm.mail.types import Accepted, DeliveryState, Reason

BATCH = 50
# What was taken longer ago is given back: a link that someone waits for goes before the others.
LONGEST_BATCH_SECONDS = 3.0
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
    _watch: Watch = field(default_factory=Watch, init=False)
    _carrier: Carrier = field(init=False)
    _taken_at: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        """Find out what the gateway takes."""
        self._carrier = Carrier(self.gateway)

    def deliver_waiting(self) -> int:
        """Send all that waits, unless asked to stop or the relay is down; return how many."""
        seen = 0
        while count := self.deliver_batch():
            seen += count
        return seen

    def deliver_batch(self) -> int:
        """Send a few; return how many were taken in hand, 0 when nothing waits or can go now."""
        if self._must_wait() or not _has_work():
            return 0
        claimed = self._claim()
        self._work_through(deque(self._grouped(claimed)))
        return len(claimed)

    def stop(self) -> None:
        """Give back what was taken and not begun, and leave the relay."""
        with transaction() as session:
            give_back(session, owner=self.owner)
        self._carrier.close()

    def _must_wait(self) -> bool:
        """Tell whether nothing may begin now: somebody asked to stop, or the relay is unwell."""
        return self._watch.is_pausing or self.should_stop()

    def _must_rest(self) -> bool:
        """Tell whether what was taken and not begun has to be given back."""
        has_been_long = time.monotonic() - self._taken_at > LONGEST_BATCH_SECONDS
        return has_been_long or self._must_wait()

    def _claim(self) -> list[Claimed]:
        with transaction() as session:
            if uncertain := sweep(session, now=clock.now()):
                tell("mail_uncertain", uncertain)
            # After a pause, one asks for all.
            limit = 1 if self._watch.resumes_at else BATCH
            return claim(session, owner=self.owner, now=clock.now(), limit=limit)

    def _grouped(self, claimed: list[Claimed]) -> Iterator[Group]:
        """Give what leaves together: of one batch, and as many as the gateway takes at once."""
        for batch_id, found in groupby(claimed, key=lambda each: each.batch_id):
            group = list(found)
            most = self._carrier.most_of(batch_id)
            yield from (group[start : start + most] for start in range(0, len(group), most))

    def _work_through(self, waiting: deque[Group]) -> None:
        """Send the groups; the answer to one is noted in the transaction that begins another.

        That is the next or, by a gateway that goes ahead, the next but one, while the next leaves.
        """
        parcel: Parcel | None = None
        answered: Answered | None = None
        self._taken_at = time.monotonic()
        while parcel or answered or waiting:
            if parcel is None:
                if answered is None and self._must_rest():
                    with transaction() as session:
                        give_back(session, owner=self.owner)
                    return
                parcel, answered = self._go_on(answered, waiting), None
            elif answered is None and not self._goes_ahead(waiting):
                outcomes = self._carrier.hand_over(parcel, is_down=self._watch.is_pausing)
                answered, parcel = self._heard(parcel, outcomes), None
            else:
                answered, parcel = self._go_ahead(parcel, answered, waiting)

    def _goes_ahead(self, waiting: deque[Group]) -> bool:
        """Tell whether the next group begins while what has begun leaves."""
        is_next = bool(waiting) and self._carrier.goes_ahead(waiting[0][0].batch_id)
        return is_next and not self._must_rest()

    def _go_ahead(
        self, parcel: Parcel, answered: Answered | None, waiting: deque[Group]
    ) -> tuple[Answered, Parcel | None]:
        """Note and begin while a parcel leaves; return how that ended, and what has begun."""
        answer = self._carrier.hand_over_behind(parcel, is_down=self._watch.is_pausing)
        try:
            following = self._go_on(answered, waiting)
        except Exception:  # whatever befell the next, this answer is noted
            self._note(self._heard(parcel, answer()))
            raise
        return self._heard(parcel, answer()), following

    def _heard(self, parcel: Parcel, outcomes: Outcomes) -> Answered:
        if not self._watch.is_pausing:  # nothing was tried then
            self._watch.note(outcomes)
        return Answered(parcel, outcomes)

    def _go_on(self, answered: Answered | None, waiting: deque[Group]) -> Parcel | None:
        """Note how a parcel ended, and begin the next group; return what has begun."""
        if answered is None:
            return self._begin_next(waiting)
        if waiting and not self._must_rest():
            try:
                with transaction() as session:
                    states = self._settle(session, answered)
                    following, left = self._begin(session, waiting[0])
            except Exception:  # the next group has its own turn: this answer is noted alone
                current_app.logger.exception("message not begun", extra={"event": "mail_apart"})
            else:
                _replace_first(waiting, left)
                self._tell_noted(answered, states)
                return following
        self._note(answered)
        return None

    def _begin_next(self, waiting: deque[Group]) -> Parcel | None:
        """Begin the next group; one that cannot be written is halved, until the letter is alone.

        Whatever its writer raises, that letter keeps no other from leaving.
        """
        group = waiting[0]
        try:
            with transaction() as session:
                parcel, left = self._begin(session, group)
        except _DATABASE_ERRORS:
            raise
        except Exception:
            current_app.logger.exception("message not written", extra={"event": "mail_unwritable"})
        else:
            _replace_first(waiting, left)
            return parcel
        middle = len(group) // 2
        _replace_first(waiting, group[:middle], group[middle:])
        if not middle:
            (claimed,) = waiting.popleft()
            with suppress(LostLeaseError), transaction() as session:
                skip(session, claimed=claimed, reason=Reason.UNWRITABLE, now=clock.now())
        return None

    def _note(self, answered: Answered) -> None:
        """Note answers; they are known, and not thrown away because the database is busy."""
        for pause in SETTLE_PAUSES:
            try:
                with transaction() as session:
                    states = self._settle(session, answered)
                break
            except DatabaseBusyError:
                tell("mail_busy", 1)
                self.wait(pause)
        else:
            with transaction() as session:
                states = self._settle(session, answered)
        self._tell_noted(answered, states)

    def _settle(self, session: Session, answered: Answered) -> list[DeliveryState]:
        now = clock.now()
        accepted = [
            (claimed, outcome)
            for (claimed, _letter), outcome in answered.ends
            if isinstance(outcome, Accepted)
        ]
        noted = settle_accepted(session, group=accepted, now=now)
        states = [DeliveryState.ACCEPTED] * len(noted)
        for (claimed, _letter), outcome in answered.ends:
            if claimed.id in noted:
                continue
            try:
                states.append(
                    settle(session, claimed=claimed, outcome=outcome, now=now, draw=self.draw())
                )
            except LostLeaseError:
                tell("mail_lost_lease", 1)
        if self._is_back(states):
            wake(session)
        return states

    def _is_back(self, states: Sequence[DeliveryState]) -> bool:
        """Tell whether what may have waited for the relay can leave."""
        return (
            self._watch.owes_wake
            and self._watch.resumes_at is None
            and DeliveryState.ACCEPTED in states
        )

    def _tell_noted(self, answered: Answered, states: Sequence[DeliveryState]) -> None:
        """Say what was noted: what waited for the relay is awake by now."""
        if self._is_back(states):
            self._watch.owes_wake = False
        for state, count in Counter(states).items():
            tell(f"mail_{state}", count)
        report_refusals(self.gateway.name, answered.ends)

    def _begin(self, session: Session, group: Group) -> tuple[Parcel | None, Group]:
        return begin_group(
            session, group, self._carrier, settings=self.settings, sender_name=self.sender_name
        )


def _replace_first(waiting: deque[Group], *groups: Group) -> None:
    waiting.popleft()
    waiting.extendleft(each for each in reversed(groups) if each)


def _has_work() -> bool:
    try:
        return has_work(db.session(), clock.now())
    finally:
        end_reads()  # none stays open while a relay is spoken to
