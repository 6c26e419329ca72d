"""Log-ins kept on our side: a cookie holds a token, the database its hash and its limits."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update
from sqlalchemy.orm import Session

from crm.accounts.models import User, UserSession
from crm.accounts.permissions import ROLE_LABELS, Role, permissions_of
from crm.core import clock
from crm.core.text import words
from crm.web.access import Permission

IDLE_LIMIT = timedelta(hours=12)
ABSOLUTE_LIMIT = timedelta(days=14)
SIGN_OF_LIFE_EVERY = timedelta(minutes=5)
CONFIRMED_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person behind this request, as Flask-Login's `current_user`."""

    id: int
    name: str
    role: str
    locale: str
    theme: str
    session_id: int
    last_seen_at: datetime
    confirmed_at: datetime
    permissions: frozenset[Permission]
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    @property
    def role_label(self) -> str:
        """Return the role's msgid."""
        return ROLE_LABELS[Role(self.role)]

    @property
    def initials(self) -> str:
        """Return one or two capitals for the avatar."""
        return "".join(word[0] for word in words(self.name)[:2]).upper() or "?"

    @property
    def has_confirmed(self) -> bool:
        """Tell whether the password was given a short while ago."""
        return clock.now() - self.confirmed_at < CONFIRMED_FOR

    def may(self, permission: Permission) -> bool:
        """Tell whether this person's role has the permission."""
        return permission in self.permissions


def hash_token(token: str) -> str:
    """Return what the database keeps of a random token; 256 bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(session: Session, *, user_id: int, device: str) -> str:
    """Start a log-in and return the token for its cookie; expired ones are swept away."""
    instant = clock.now()
    session.execute(delete(UserSession).where(UserSession.last_seen_at < instant - ABSOLUTE_LIMIT))
    token = secrets.token_urlsafe(32)
    session.add(
        UserSession(
            token_hash=hash_token(token),
            user_id=user_id,
            device=device[:120],
            created_at=instant,
            last_seen_at=instant,
            confirmed_at=instant,
        )
    )
    session.flush()
    return token


def end_session(session: Session, *, session_id: int, user_id: int) -> None:
    """End one of the person's log-ins; another person's is left alone."""
    session.execute(
        delete(UserSession).where(UserSession.id == session_id, UserSession.user_id == user_id)
    )


def end_sessions(session: Session, *, user_id: int, except_id: int | None = None) -> None:
    """End all log-ins of a person, or all but one."""
    session.execute(
        delete(UserSession).where(
            UserSession.user_id == user_id, UserSession.id != (except_id or 0)
        )
    )


_SIGNED_IN = (
    select(
        User.id,
        User.name,
        User.role,
        User.locale,
        User.theme,
        UserSession.id.label("session_id"),
        UserSession.created_at,
        UserSession.last_seen_at,
        UserSession.confirmed_at,
    )
    .join(UserSession, UserSession.user_id == User.id)
    .where(User.is_active, UserSession.token_hash == bindparam("token_hash"))
)


def find_signed_in(session: Session, token: str) -> SignedIn | None:
    """Return the person whose cookie holds this token; None when it has expired or never was."""
    values = {"token_hash": hash_token(token)}
    row = session.connection().execute(_SIGNED_IN, values).one_or_none()
    return _signed_in(row) if row is not None and not _has_expired(row) else None


def _has_expired(row: Row[Any]) -> bool:
    instant = clock.now()
    return bool(
        instant - row.last_seen_at > IDLE_LIMIT or instant - row.created_at > ABSOLUTE_LIMIT
    )


def _signed_in(row: Row[Any]) -> SignedIn:
    return SignedIn(
        id=row.id,
        name=row.name,
        role=row.role,
        locale=row.locale,
        theme=row.theme,
        session_id=row.session_id,
        last_seen_at=row.last_seen_at,
        confirmed_at=row.confirmed_at,
        permissions=permissions_of(row.role),
    )


def show_sign_of_life(session: Session, session_id: int) -> None:
    """Push the idle limit back."""
    session.execute(
        update(UserSession).where(UserSession.id == session_id).values(last_seen_at=clock.now())
    )


def confirm_session(session: Session, session_id: int) -> None:
    """Note that the person has just given their password again."""
    session.execute(
        update(UserSession).where(UserSession.id == session_id).values(confirmed_at=clock.now())
    )
