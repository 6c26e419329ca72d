"""Who signs in: the password's check, the new session, and the second step in between."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import current_app, g, session
from flask_login import login_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.accounts.addresses import email_key
from crm.accounts.models import User
from crm.accounts.passwords import verify_password
from crm.accounts.sessions import hash_token
from crm.core import clock

SECOND_STEP_LIMIT = timedelta(minutes=10)
_SECOND_STEP = "second_step"
_BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signing in needs to know of a user; `password_hash` None lets nobody in."""

    id: int
    email: str
    password_hash: str | None
    has_second_factor: bool


@dataclass(frozen=True, slots=True)
class _CookieHolder:
    token: str
    is_active: bool = True
    is_authenticated: bool = True

    def get_id(self) -> str:
        return self.token


def check_credentials(reading: Session, *, email: str, password: str) -> Credentials | None:
    """Return the active user with this address and password; an unknown one costs as much work."""
    found = find_credentials(reading, User.email_key == email_key(email))
    is_right = verify_password(found.password_hash if found else None, password)
    return found if is_right else None


def find_credentials(reading: Session, condition: object) -> Credentials | None:
    """Return the active user that the condition names."""
    row = reading.execute(
        select(User.id, User.email, User.password_hash, User.totp_secret).where(
            condition, User.is_active  # type: ignore[arg-type]
        )
    ).one_or_none()
    if row is None:
        return None
    return Credentials(row.id, row.email, row.password_hash, row.totp_secret is not None)


def set_cookie(user_id: int, token: str) -> None:
    """Put a new log-in into a new cookie: nothing of the one before it is left."""
    session.clear()
    login_user(_CookieHolder(token))
    g.user_id = user_id
    note_event("login", user_id)


def note_event(event: str, user_id: int | None = None) -> None:
    """Log what happened to a log-in, by the user's number alone."""
    current_app.logger.info(
        event,
        extra={"event": event, "user_id": user_id, "request_id": g.get("request_id")},
    )


def start_second_step(user: Credentials) -> None:
    """Remember, in the signed cookie, that this user's password was right a moment ago."""
    session.clear()
    session[_SECOND_STEP] = [user.id, int(clock.now().timestamp()), _fingerprint(user)]


def user_in_second_step(reading: Session) -> Credentials | None:
    """Return who gave a right password and owes a code; a changed password ends it."""
    user_id, at, fingerprint = session.get(_SECOND_STEP) or (0, 0, "")
    if clock.now() - datetime.fromtimestamp(at, UTC) > SECOND_STEP_LIMIT:
        return None
    user = find_credentials(reading, User.id == user_id)
    return user if user is not None and _fingerprint(user) == fingerprint else None


def device_name(user_agent: str) -> str:
    """Return « Firefox, Windows » for the list of one's own log-ins."""
    named = [
        next((name for sign, name in known if sign in user_agent), None)
        for known in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(name for name in named if name) or "—"


def _fingerprint(user: Credentials) -> str:
    return hash_token(f"{user.id}:{user.password_hash}")[:16]
