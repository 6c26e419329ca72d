"""What a gateway is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from crm.mail.types import Letter, Outcome


class Gateway(Protocol):
    """A way out: `send` says how it ended, and never raises for what the other side did."""

    name: str
    leaves_the_machine: bool

    def send(self, letter: Letter) -> Outcome:
        """Hand a letter over."""

    def close(self) -> None:
        """Leave the other side in peace until the next letter."""


@runtime_checkable
class BatchGateway(Gateway, Protocol):
    """A way out that takes several letters of one batch at once, up to `most`.

    `goes_ahead`: the next are made ready while these leave, and are twice as many in its hands.
    """

    goes_ahead: bool

    @property
    def most(self) -> int:
        """Return how many letters leave together at the most."""

    def joins(self, first: Letter, letter: Letter) -> bool:
        """Tell whether one call carries both."""

    def send_together(
        self, letters: Sequence[Letter], until: datetime | None = None
    ) -> Sequence[Outcome]:
        """Hand letters over; say how it ended for each of them, in their order.

        No call begins from `until` on: what was not handed over by then was certainly not sent.
        """
