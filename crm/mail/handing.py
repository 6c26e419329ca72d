"""Handing over what has begun: by one call, or behind the back of whoever makes the next ready."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from crm.core import clock
from crm.mail.gateways.types import BatchGateway, Gateway
from crm.mail.moves import Claimed
from crm.mail.types import Letter, NotSent, Outcome, Uncertain

Begun = tuple[Claimed, Letter]
Outcomes = Sequence[Outcome]


@dataclass(frozen=True, slots=True)
class Parcel:
    """Letters of which the ledger says that sending begins; they leave before `until` or never."""

    begun: Sequence[Begun]
    until: datetime

    @property
    def letters(self) -> list[Letter]:
        """Return the letters."""
        return [letter for _claimed, letter in self.begun]

    def not_tried(self, why: str, *, is_relay_down: bool = False) -> Outcomes:
        """Return that none of them left."""
        return [NotSent(f"not tried: {why}", is_relay_down=is_relay_down)] * len(self.begun)


@dataclass(frozen=True, slots=True)
class Answered:
    """A parcel, and how it ended for each of its letters."""

    parcel: Parcel
    outcomes: Outcomes

    @property
    def ends(self) -> Sequence[tuple[Begun, Outcome]]:
        """Return each letter with its end."""
        return list(zip(self.parcel.begun, self.outcomes, strict=True))


class Carrier:
    """Hands parcels to a gateway, one after the other."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._together = gateway if isinstance(gateway, BatchGateway) else None
        self._behind: ThreadPoolExecutor | None = None

    def most_of(self, batch_id: int | None) -> int:
        """Return how many letters of a batch leave together; those of no batch go alone."""
        return self._together.most if self._together and batch_id is not None else 1

    def goes_ahead(self, batch_id: int | None) -> bool:
        """Tell whether the next letters of a batch are made ready while others leave."""
        return batch_id is not None and self._together is not None and self._together.goes_ahead

    def joins(self, first: Letter, letter: Letter) -> bool:
        """Tell whether both leave together."""
        return self._together is not None and self._together.joins(first, letter)

    def hand_over(self, parcel: Parcel, *, is_down: bool) -> Outcomes:
        """Hand letters over while they are ours, unless the relay is down; return how it ended."""
        return self._answered(lambda: self._send(parcel, is_down), parcel)

    def hand_over_behind(self, parcel: Parcel, *, is_down: bool) -> Callable[[], Outcomes]:
        """Begin to hand letters over; return what waits until it ended, and returns how."""
        if self._behind is None:
            self._behind = ThreadPoolExecutor(1, "mail")
        leaving = self._behind.submit(self._send, parcel, is_down)
        return lambda: self._answered(leaving.result, parcel)

    @property
    def gateway(self) -> Gateway:
        """Return the way out."""
        return self._gateway

    def close(self) -> None:
        """Leave the other side."""
        self._gateway.close()
        if self._behind is not None:
            self._behind.shutdown()
            self._behind = None

    def _send(self, parcel: Parcel, is_down: bool) -> Outcomes:  # noqa: FBT001 - for a thread
        if is_down:
            return parcel.not_tried("the relay is down", is_relay_down=True)
        if clock.now() >= parcel.until:
            return parcel.not_tried("its time had passed")
        if self._together:
            return self._together.send_together(parcel.letters, parcel.until)
        return [self._gateway.send(each) for each in parcel.letters]

    def _answered(self, answer: Callable[[], Outcomes], parcel: Parcel) -> Outcomes:
        """Return an answer; what a gateway did not foresee may have left."""
        try:
            return answer()
        except Exception as error:
            current_app.logger.exception("gateway failed", extra={"event": "mail_gateway"})
            return [Uncertain(type(error).__name__)] * len(parcel.begun)


def tell(event: str, count: int) -> None:
    """Say in the log what became of messages: how many, and of nobody."""
    current_app.logger.info("mail", extra={"event": event, "count": count})
