"""Log-in as a whole: attempts, slow hashes outside any transaction, the cookie, what was typed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app, g
from flask import session as cookie
from sqlalchemy.orm import Session

from crm.accounts import keys, totp
from crm.accounts.drafts import LONGEST_FORM_KEY, save_draft
from crm.accounts.forms import ChangePasswordForm, ConfirmedForm
from crm.accounts.gate import signed_in
from crm.accounts.models import User
from crm.accounts.operations import second_factor
from crm.accounts.operations.attempts import forget_attempts, take_attempt
from crm.accounts.operations.passwords import refresh_hash
from crm.accounts.passwords import refreshed_hash, verify_password
from crm.accounts.queries import find_user_by_email
from crm.accounts.rules import LONGEST_PASSWORD, describe_device
from crm.accounts.sessions import SignedIn, confirm_session, open_session
from crm.accounts.types import CODE_LIMITS, CONFIRM_LIMITS, LOGIN_LIMITS
from crm.core import clock
from crm.core.addresses import email_key
from crm.core.errors import N_, RuleError
from crm.database import db, transaction
from crm.web.kept import Pairs

PENDING = "pending"
_PENDING_FOR = timedelta(minutes=5)
_USER_TOKEN = "_user_id"  # noqa: S105 - where Flask-Login looks for the token

_NEEDED = N_("Donnez votre mot de passe actuel pour confirmer.")
_WRONG = N_("Ce n’est pas votre mot de passe actuel.")
_WAIT = N_("Trop d’essais rapprochés : réessayez dans %(seconds)s secondes.")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an attempt: right, wrong, or not judged for some seconds yet."""

    is_right: bool
    wait_seconds: int = 0
    user: User | None = None


def judge_password(email: str, password: str) -> Verdict:
    """Judge a log-in; the same work is done whether or not the address is known."""
    attempt = keys.attempt_keys("log-in", email_key(email))
    user = find_user_by_email(db.session(), email)
    known = keys.is_known_device(user.id if user else None)
    with transaction() as session:
        wait = take_attempt(session, keys=attempt, limits=LOGIN_LIMITS, is_known_device=known)
    if wait:
        tell_log("login_throttled", None)
        return Verdict(is_right=False, wait_seconds=wait)
    password_hash = user.password_hash if user and user.is_active else None
    if not verify_password(password_hash, password[: LONGEST_PASSWORD * 2]):
        tell_log("login_failed", None)
        return Verdict(is_right=False)
    if user is None or password_hash is None:
        return Verdict(is_right=False)
    fresh_hash = refreshed_hash(password_hash, password)
    with transaction() as session:
        forget_attempts(session, keys=attempt)
        if fresh_hash:
            refresh_hash(session, user_id=user.id, before=password_hash, after=fresh_hash)
    return Verdict(is_right=True, user=user)


def confirm_password(person: SignedIn, password: str) -> Verdict:
    """Judge the password of someone signed in, and note that they gave it."""
    user = db.session.get(User, person.id)
    attempt = keys.attempt_keys("confirmation", str(person.id))
    with transaction() as session:
        wait = take_attempt(session, keys=attempt, limits=CONFIRM_LIMITS)
    if wait or user is None:
        return Verdict(is_right=False, wait_seconds=wait)
    if not verify_password(user.password_hash, password[: LONGEST_PASSWORD * 2]):
        tell_log("confirmation_failed", person.id)
        return Verdict(is_right=False)
    with transaction() as session:
        forget_attempts(session, keys=attempt)
        confirm_session(session, person.session_id)
    return Verdict(is_right=True, user=user)


def await_code(user: User) -> None:
    """Remember in the signed cookie that a password was right; it opens nothing by itself."""
    cookie.clear()
    cookie[PENDING] = {
        "user_id": user.id,
        "since": clock.now().isoformat(),
        "mark": keys.password_mark(user.password_hash or ""),
    }


def awaited_user() -> User | None:
    """Return who has given a right password and owes a code; None after five minutes."""
    pending: dict[str, Any] | None = cookie.get(PENDING)
    if not pending or clock.now() - datetime.fromisoformat(pending["since"]) > _PENDING_FOR:
        return None
    user = db.session.get(User, pending["user_id"])
    if user is None or not user.is_active or user.totp_secret is None:
        return None
    is_same = pending["mark"] == keys.password_mark(user.password_hash or "")
    return user if is_same else None


def judge_code(user: User, typed: str) -> Verdict:
    """Judge the second step: a code of the application, or a recovery code; each serves once."""
    attempt = keys.attempt_keys("code", str(user.id))
    known = keys.is_known_device(user.id)
    with transaction() as session:
        wait = take_attempt(session, keys=attempt, limits=CODE_LIMITS, is_known_device=known)
        is_right = not wait and _use_code(session, user, typed)
        if is_right:
            forget_attempts(session, keys=attempt)
    if not is_right:
        tell_log("code_throttled" if wait else "code_failed", user.id)
    return Verdict(is_right=is_right, wait_seconds=wait, user=user)


def _use_code(session: Session, user: User, typed: str) -> bool:
    counter = totp.matching_counter(keys.totp_secret(user.totp_secret or ""), typed)
    if counter is not None:
        return second_factor.use_counter(session, user_id=user.id, counter=counter)
    return second_factor.use_recovery_code(session, user_id=user.id, typed=typed)


def start_session(user: User, *, user_agent: str, form_key: str, typed: Pairs) -> None:
    """Open a log-in under a new cookie, and keep as a draft what an expired one was sending."""
    with transaction() as session:
        token = open_session(session, user_id=user.id, device=describe_device(user_agent))
        if typed and len(form_key) <= LONGEST_FORM_KEY:
            _keep_typed(session, user.id, form_key, typed)
    cookie.clear()
    cookie[_USER_TOKEN] = token
    cookie["_fresh"] = True
    g.pop("csrf_token", None)
    tell_log("login", user.id)


def _keep_typed(session: Session, user_id: int, form_key: str, typed: Pairs) -> None:
    try:
        save_draft(session, user_id=user_id, form_key=form_key, pairs=typed)
    except RuleError:
        tell_log("draft_too_long", user_id)


def tell_log(event: str, user_id: int | None) -> None:
    """Log what happened to an account: its number where it is known, never its address."""
    current_app.logger.info(
        event, extra={"event": event, "user_id": user_id, "request_id": g.get("request_id")}
    )


def check_confirmed(form: ConfirmedForm | ChangePasswordForm, *, always: bool = False) -> None:
    """Raise RuleError beside the password field unless the person has proved who they are.

    Without `always`, a password given within ten minutes (log-in counts) is proof enough.
    """
    person = signed_in()
    if person.has_confirmed and not always:
        return
    if not form.current_password.data:
        raise RuleError("current_password", _NEEDED)
    verdict = confirm_password(person, form.current_password.data)
    if verdict.wait_seconds:
        raise RuleError("current_password", _WAIT, seconds=verdict.wait_seconds)
    if not verdict.is_right:
        raise RuleError("current_password", _WRONG)
