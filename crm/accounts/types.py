"""Values that travel between the rooms of this package."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """How many attempts are let through in a window before each next one must wait.

    `pair` counts one account from one address, `account` one account from everywhere, `address`
    one address on every account.
    """

    pair: int
    account: int
    address: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class AttemptKeys:
    """What an attempt is counted under: keyed hashes, never an account or an address."""

    account: str
    address: str


LOGIN_LIMITS = Limits(pair=5, account=20, address=30, window=timedelta(minutes=15))
CODE_LIMITS = Limits(pair=5, account=10, address=30, window=timedelta(minutes=15))
CONFIRM_LIMITS = Limits(pair=5, account=5, address=30, window=timedelta(minutes=15))
RESET_LIMITS = Limits(pair=3, account=3, address=10, window=timedelta(hours=1))
