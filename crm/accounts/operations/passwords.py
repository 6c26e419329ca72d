"""Passwords and the single-use links that let one choose them."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from crm.accounts.models import PasswordToken, User
from crm.accounts.sessions import end_sessions, hash_token
from crm.core import clock

RESET_LIFETIME = timedelta(hours=1)
INVITATION_LIFETIME = timedelta(days=7)
FIRST_ADMINISTRATOR_LIFETIME = timedelta(hours=24)
_KEPT_FOR = timedelta(days=30)


def issue_password_token(
    session: Session, *, user_id: int, lifetime: timedelta
) -> tuple[str, datetime]:
    """Return a new token and when it expires; it makes the person's earlier ones worthless."""
    now = clock.now()
    void_password_tokens(session, user_id=user_id)
    session.execute(delete(PasswordToken).where(PasswordToken.expires_at < now - _KEPT_FOR))
    token = secrets.token_urlsafe(32)
    session.add(
        PasswordToken(
            token_hash=hash_token(token),
            user_id=user_id,
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    session.flush()
    return token, now + lifetime


def void_password_tokens(session: Session, *, user_id: int) -> None:
    """Make the person's links worthless."""
    session.execute(
        update(PasswordToken)
        .where(PasswordToken.user_id == user_id, PasswordToken.used_at.is_(None))
        .values(used_at=clock.now())
    )


def use_password_token(session: Session, *, token: str) -> int | None:
    """Use a link up and return whose it is; None when it is used, expired, or of someone gone."""
    now = clock.now()
    return session.scalar(
        update(PasswordToken)
        .where(
            PasswordToken.token_hash == hash_token(token),
            PasswordToken.used_at.is_(None),
            PasswordToken.expires_at > now,
            PasswordToken.user_id.in_(select(User.id).where(User.is_active)),
        )
        .values(used_at=now)
        .returning(PasswordToken.user_id)
    )


def set_password(
    session: Session, *, user_id: int, password_hash: str, keep_session_id: int | None = None
) -> None:
    """Change the password, end the person's log-ins but this one, and void their links."""
    session.execute(update(User).where(User.id == user_id).values(password_hash=password_hash))
    end_sessions(session, user_id=user_id, except_id=keep_session_id)
    void_password_tokens(session, user_id=user_id)


def refresh_hash(session: Session, *, user_id: int, before: str, after: str) -> None:
    """Keep the same password under today's parameters, unless it has changed meanwhile."""
    session.execute(
        update(User)
        .where(User.id == user_id, User.password_hash == before)
        .values(password_hash=after)
    )
