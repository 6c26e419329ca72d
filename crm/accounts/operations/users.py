"""Users: created, changed, deactivated; the last administrator stays."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.accounts.operations.passwords import void_password_tokens
from crm.accounts.permissions import Role
from crm.accounts.sessions import end_sessions
from crm.core import clock
from crm.core.addresses import email_key, parse_email
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError

_TAKEN = N_("Cette adresse est déjà celle d’un compte.")
_LONGEST_NAME = 120


def create_user(session: Session, *, email: str, name: str, role: str) -> User:
    """Add a member of the team, without a password; raise RuleError for a wrong value."""
    address = parse_email(email)
    user = User(
        email=address,
        email_key=email_key(address),
        name=_checked_name(name),
        role=_checked_role(role),
        created_at=clock.now(),
    )
    session.add(user)
    _flush(session)
    return user


def get_user(session: Session, user_id: int) -> User:
    """Return the user as the database has it now, held until the end; raise NotFoundError."""
    user = session.get(User, user_id, populate_existing=True, with_for_update=True)
    if user is None:
        raise NotFoundError
    return user


def update_user(
    session: Session, *, user_id: int, version: int, email: str, name: str, role: str
) -> User:
    """Change a member of the team; raise StaleRecordError when someone did in the meantime."""
    user = get_user(session, user_id)
    if user.version != version:
        raise StaleRecordError(user)
    if user.role == Role.ADMINISTRATOR and role != Role.ADMINISTRATOR:
        _refuse_without_administrator(session, user, "role")
    user.name, user.role = _checked_name(name), _checked_role(role)
    _change_email(session, user, email)
    return user


def change_own_email(session: Session, *, user_id: int, email: str) -> User:
    """Change one's own address."""
    user = get_user(session, user_id)
    _change_email(session, user, email)
    return user


def change_own_name(session: Session, *, user_id: int, name: str) -> User:
    """Change one's own name."""
    user = get_user(session, user_id)
    user.name = _checked_name(name)
    session.flush()
    return user


def set_preferences(
    session: Session, *, user_id: int, theme: str | None = None, locale: str | None = None
) -> None:
    """Change the look or the language of one's own pages; None leaves it as it is."""
    user = get_user(session, user_id)
    user.theme, user.locale = theme or user.theme, locale or user.locale
    session.flush()


def deactivate_user(session: Session, *, user_id: int, by_user_id: int | None) -> User:
    """Close an account and end its log-ins; RuleError for one's own or the last administrator.

    What the person did stays under their name.
    """
    user = get_user(session, user_id)
    if user.id == by_user_id:
        raise RuleError("is_active", N_("On ne désactive pas son propre compte."))
    if user.is_active:
        _refuse_without_administrator(session, user, "is_active")
    user.is_active = False
    end_sessions(session, user_id=user.id)
    void_password_tokens(session, user_id=user.id)
    session.flush()
    return user


def reactivate_user(session: Session, *, user_id: int) -> User:
    """Open an account again; its password is what it was."""
    user = get_user(session, user_id)
    user.is_active = True
    session.flush()
    return user


def _change_email(session: Session, user: User, email: str) -> None:
    address = parse_email(email)
    if address != user.email:
        user.email, user.email_key = address, email_key(address)
        void_password_tokens(session, user_id=user.id)
    _flush(session)


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        if "email_key" in str(error.orig):
            raise RuleError("email", _TAKEN) from None
        raise


def _checked_name(name: str) -> str:
    checked = " ".join(name.split())
    if not 0 < len(checked) <= _LONGEST_NAME:
        raise RuleError("name", N_("Écrivez un nom, en 120 caractères au plus."))
    return checked


def _checked_role(role: str) -> str:
    if role not in set(Role):
        raise RuleError("role", N_("Choisissez un rôle de la liste."))
    return role


def _refuse_without_administrator(session: Session, user: User, field: str) -> None:
    administrators = session.scalars(
        select(User.id)
        .where(User.role == Role.ADMINISTRATOR, User.is_active)
        .order_by(User.id)
        .with_for_update()
    ).all()
    if list(administrators) == [user.id]:
        raise RuleError(
            field,
            N_("C’est le dernier compte d’administration actif : nommez-en d’abord un autre."),
        )
