"""The secret address of someone's calendar: given, given anew, taken back."""

import secrets

from sqlalchemy import delete
from sqlalchemy.orm import Session

from crm.accounts.sessions import hash_token
from crm.core import clock
from crm.followups.models import CalendarFeed

_TOKEN_BYTES = 24


def open_feed(session: Session, *, user_id: int) -> str:
    """Give a person's calendar a new address and return its token; a former one is worthless."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    close_feed(session, user_id=user_id)
    session.add(CalendarFeed(user_id=user_id, token_hash=hash_token(token), created_at=clock.now()))
    session.flush()
    return token


def close_feed(session: Session, *, user_id: int) -> None:
    """Take the address of a person's calendar back."""
    session.execute(delete(CalendarFeed).where(CalendarFeed.user_id == user_id))
