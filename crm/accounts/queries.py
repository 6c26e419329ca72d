"""What the pages of accounts read."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.accounts.models import PasswordToken, RecoveryCode, User, UserSession
from crm.accounts.sessions import ABSOLUTE_LIMIT, IDLE_LIMIT, hash_token
from crm.core import clock
from crm.core.addresses import email_key
from crm.core.errors import NotFoundError
from crm.core.text import fold


def sessions_of(session: Session, user_id: int) -> list[UserSession]:
    """Return the person's log-ins that are still valid, the latest used first."""
    instant = clock.now()
    return list(
        session.scalars(
            select(UserSession)
            .where(
                UserSession.user_id == user_id,
                UserSession.last_seen_at >= instant - IDLE_LIMIT,
                UserSession.created_at >= instant - ABSOLUTE_LIMIT,
            )
            .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
        )
    )


def read_user(session: Session, user_id: int) -> User:
    """Return the user as the database holds them now; raise NotFoundError."""
    user = session.get(User, user_id, populate_existing=True)
    if user is None:
        raise NotFoundError
    return user


def find_user_by_email(session: Session, email: str) -> User | None:
    """Return who has this address, however it is typed; their account may be closed."""
    return session.scalars(
        select(User)
        .where(User.email_key == email_key(email))
        .execution_options(populate_existing=True)
    ).one_or_none()


def find_user_of_token(session: Session, token: str) -> User | None:
    """Return whom a link lets choose a password; None once used, expired, or of someone gone."""
    return session.scalars(
        select(User)
        .join(PasswordToken, PasswordToken.user_id == User.id)
        .where(
            PasswordToken.token_hash == hash_token(token),
            PasswordToken.used_at.is_(None),
            PasswordToken.expires_at > clock.now(),
            User.is_active,
        )
    ).one_or_none()


def recovery_codes_left(session: Session, user_id: int) -> int:
    """Return how many of the person's recovery codes have not served."""
    return (
        session.scalar(
            select(func.count())
            .select_from(RecoveryCode)
            .where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
        )
        or 0
    )


def matching_user_ids(session: Session, text: str) -> list[int]:
    """Return the users whose name or address holds the text, accents aside; a team is short."""
    wanted = fold(text)
    rows = session.execute(select(User.id, User.name, User.email))
    return [row.id for row in rows if wanted in fold(f"{row.name} {row.email}")]


def list_users(session: Session) -> list[User]:
    """Return every user, closed accounts too, by name."""
    return list(session.scalars(select(User).order_by(func.lower(User.name), User.id)))


def team(session: Session, also: Sequence[int] = ()) -> list[tuple[str, str]]:
    """Return (id, name) of the active members of the team, and of those named."""
    rows = session.execute(
        select(User.id, User.name)
        .where(User.is_active | User.id.in_(also))
        .order_by(User.name, User.id)
    )
    return [(str(user_id), name) for user_id, name in rows.tuples()]
