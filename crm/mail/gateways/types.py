"""What a gateway is."""

from typing import Protocol

from crm.mail.types import Letter, Outcome


class Gateway(Protocol):
    """A way out: `send` says how it ended, and never raises for what the other side did."""

    name: str
    leaves_the_machine: bool

    def send(self, letter: Letter) -> Outcome:
        """Hand a letter over."""

    def close(self) -> None:
        """Leave the other side in peace until the next letter."""
