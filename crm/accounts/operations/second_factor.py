"""The second factor: turned on and off, its codes used once."""

import base64
import secrets

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Session

from crm.accounts.models import RecoveryCode, User
from crm.accounts.sessions import hash_token
from crm.core import clock

RECOVERY_CODES = 10
_CODE_BYTES = 15
_GROUP = 4


def new_seed() -> str:
    """Return what a second factor's secret is derived from."""
    return secrets.token_urlsafe(24)


def turn_on(session: Session, *, user_id: int, seed: str, counter: int) -> list[str]:
    """Ask this person for a code from now on; return the recovery codes, shown this once.

    `counter` is the time step of the code that confirmed the enrolment: it is used up.
    """
    session.execute(
        update(User).where(User.id == user_id).values(totp_secret=seed, totp_last_counter=counter)
    )
    return renew_recovery_codes(session, user_id=user_id)


def turn_off(session: Session, *, user_id: int) -> None:
    """Ask this person for a password only; the recovery codes go too."""
    session.execute(
        update(User).where(User.id == user_id).values(totp_secret=None, totp_last_counter=None)
    )
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def renew_recovery_codes(session: Session, *, user_id: int) -> list[str]:
    """Replace the recovery codes and return them in groups of four letters."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [
        base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode().lower()
        for _ in range(RECOVERY_CODES)
    ]
    session.add_all([RecoveryCode(user_id=user_id, code_hash=hash_token(code)) for code in codes])
    session.flush()
    return ["-".join(code[i : i + _GROUP] for i in range(0, len(code), _GROUP)) for code in codes]


def use_counter(session: Session, *, user_id: int, counter: int) -> bool:
    """Use a code's time step up; False when it, or a later one, has served already."""
    used = session.scalar(
        update(User)
        .where(
            User.id == user_id,
            or_(User.totp_last_counter.is_(None), User.totp_last_counter < counter),
        )
        .values(totp_last_counter=counter)
        .returning(User.id)
    )
    return used is not None


def use_recovery_code(session: Session, *, user_id: int, typed: str) -> bool:
    """Use a recovery code up, typed with or without its dashes; False when there is no such."""
    code = "".join(char for char in typed.lower() if char.isalnum())
    used = session.scalar(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.code_hash == hash_token(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .returning(RecoveryCode.id)
    )
    return used is not None
