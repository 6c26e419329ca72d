"""Users, their sessions and their secrets; every secret is kept as a hash or not at all."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.core.text import words
from crm.database import Base, UtcDateTime, key_text


class User(Base):
    """A member of the team; deactivated when they leave, never deleted."""

    __tablename__ = "user"
    __history__ = "user"
    __history_exclude__ = frozenset(
        {"password_hash", "totp_secret", "totp_last_counter", "email_key", "theme", "locale"}
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(key_text(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(key_text(20))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_secret: Mapped[str | None] = mapped_column(String(200))
    totp_last_counter: Mapped[int | None]
    locale: Mapped[str] = mapped_column(key_text(5), default="fr")
    theme: Mapped[str] = mapped_column(key_text(10), default="auto")
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def initials(self) -> str:
        """Return one or two capitals for the avatar."""
        return "".join(word[0] for word in words(self.name)[:2]).upper() or "?"


class UserSession(Base):
    """A log-in that is still valid; its cookie holds a token of which only a hash is here."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(key_text(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    device: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LoginAttempt(Base):
    """A failed log-in, by a keyed hash of the account and of the address it came from."""

    __tablename__ = "login_attempt"
    __table_args__ = (
        Index("ix_login_attempt_account_key_at", "account_key", "at"),
        Index("ix_login_attempt_address_key_at", "address_key", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_key: Mapped[str] = mapped_column(key_text(64))
    address_key: Mapped[str] = mapped_column(key_text(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PasswordToken(Base):
    """A single-use link to choose a password: an invitation or a reset."""

    __tablename__ = "password_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(key_text(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """A single-use code that stands in for the second factor."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    code_hash: Mapped[str] = mapped_column(key_text(64))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Draft(Base):
    """What a person has typed in a form and not yet saved; one per form."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("user_id", "form_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    form_key: Mapped[str] = mapped_column(key_text(200))
    payload: Mapped[list[list[str]]] = mapped_column(JSON)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
