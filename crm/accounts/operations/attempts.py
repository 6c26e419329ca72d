"""Failed attempts: counted before they are judged, forgotten within a day.

Three counts slow a guesser down without ever closing an account: one account from one address,
one address on every account, and one account from everywhere, which spares the browsers that have
signed in before. Waiting doubles after each failure and never exceeds the window.
"""

from datetime import timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from crm.accounts import rules
from crm.accounts.models import LoginAttempt
from crm.accounts.types import AttemptKeys, Limits
from crm.core import clock

_KEPT_FOR = timedelta(days=1)


def take_attempt(
    session: Session, *, keys: AttemptKeys, limits: Limits, is_known_device: bool = False
) -> int:
    """Count one more attempt and return 0, or count nothing and return the seconds to wait."""
    now = clock.now()
    session.execute(delete(LoginAttempt).where(LoginAttempt.at < now - _KEPT_FOR))
    rows = session.execute(
        select(LoginAttempt.account_key, LoginAttempt.address_key, LoginAttempt.at).where(
            LoginAttempt.at > now - limits.window,
            or_(
                LoginAttempt.account_key == keys.account,
                LoginAttempt.address_key == keys.address,
            ),
        )
    ).all()
    on_account = [row.at for row in rows if row.account_key == keys.account]
    from_address = [row.at for row in rows if row.address_key == keys.address]
    both = [
        row.at
        for row in rows
        if row.account_key == keys.account and row.address_key == keys.address
    ]
    counts = [(both, limits.pair), (from_address, limits.address)]
    if not is_known_device:
        counts.append((on_account, limits.account))
    wait = max(
        rules.seconds_to_wait(times, limit=limit, window=limits.window, now=now)
        for times, limit in counts
    )
    if not wait:
        session.add(LoginAttempt(account_key=keys.account, address_key=keys.address, at=now))
        session.flush()
    return wait


def forget_attempts(session: Session, *, keys: AttemptKeys) -> None:
    """Forget what was counted for this account from this address: the person was right."""
    session.execute(
        delete(LoginAttempt).where(
            LoginAttempt.account_key == keys.account, LoginAttempt.address_key == keys.address
        )
    )
