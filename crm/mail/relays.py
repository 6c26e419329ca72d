"""What is known of the relay from its last answers, and when letters may leave again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crm.core import clock
from crm.mail.types import NotSent, Outcome, Uncertain

# While the relay is down one message asks for all; the others wait without an attempt.
PAUSE = timedelta(seconds=30)
# Each unclear answer in a row doubles the wait, up to eight minutes: whoever asks may be a repeat.
_MOST_DOUBLED = 4


@dataclass(slots=True)
class Watch:
    """Says when letters may leave again after answers that were none, or that nobody understands.

    `owes_wake`: letters may wait for a relay that is there again.
    """

    resumes_at: datetime | None = None
    # Whatever the last process knew of the relay, the first acceptance sends what waited for it.
    owes_wake: bool = True
    _unclear: int = field(default=0, init=False)

    @property
    def is_pausing(self) -> bool:
        """Tell whether nothing may leave yet."""
        return self.resumes_at is not None and clock.now() < self.resumes_at

    def note(self, outcomes: Sequence[Outcome]) -> None:
        """Remember what these answers say of the relay, and not of their letters."""
        down = [each for each in outcomes if isinstance(each, NotSent) and each.is_relay_down]
        is_unclear = any(isinstance(each, Uncertain) for each in outcomes)
        self._unclear = self._unclear + 1 if is_unclear else 0
        self.owes_wake = self.owes_wake or bool(down)
        pauses = [each.retry_after for each in down if each.retry_after]
        if down or is_unclear:
            pauses.append(PAUSE * 2 ** min(max(self._unclear - 1, 0), _MOST_DOUBLED))
        self.resumes_at = clock.now() + max(pauses) if pauses else None
