"""Forgotten passwords, and the links of invitations and resets."""

import time

from flask import current_app, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.accounts import messages
from crm.accounts.forms import ForgottenPasswordForm, NewPasswordForm
from crm.accounts.keys import attempt_keys
from crm.accounts.models import User
from crm.accounts.operations.attempts import take_attempt
from crm.accounts.operations.passwords import (
    RESET_LIFETIME,
    issue_password_token,
    set_password,
    use_password_token,
)
from crm.accounts.operations.users import get_user
from crm.accounts.passwords import check_new_password, hash_password
from crm.accounts.queries import find_user_by_email, find_user_of_token
from crm.accounts.signing_in import tell_log
from crm.accounts.types import RESET_LIMITS
from crm.accounts.views.blueprint import blueprint
from crm.core.addresses import email_key
from crm.core.errors import RuleError
from crm.database import db, transaction
from crm.web.access import Reach, allow
from crm.web.locale import translate

_TOKEN = "password_token"  # noqa: S105 - a key of the cookie
# Longer than any of the work, so that the answer's time does not tell whether an account exists.
ANSWER_SECONDS = 0.25


@blueprint.route("/mot-de-passe-oublie", methods=["GET", "POST"])
@allow(Reach.PUBLIC)
def forgotten_password() -> ResponseReturnValue:
    """Offer to write to an address; the answer is the same whatever the address."""
    form = ForgottenPasswordForm()
    if form.is_submitted():
        started = time.perf_counter()
        if form.validate():
            wait = _request_reset(form.email.data or "")
            time.sleep(max(0.0, ANSWER_SECONDS - (time.perf_counter() - started)))
            if wait:
                page = render_template("errors/429.html", status=429)
                return page, 429, {"Retry-After": str(wait)}
            return redirect(url_for(".forgotten_password", envoye="1"), 303)
    page = render_template(
        "accounts/forgotten.html", form=form, is_sent=request.args.get("envoye") == "1"
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/mot-de-passe/<token>")
@blueprint.route("/mot-de-passe/choisir", methods=["GET", "POST"])
@allow(Reach.PUBLIC)
def choose_password(token: str | None = None) -> ResponseReturnValue:
    """Choose a password by a link; the token leaves the address before the page is shown."""
    if token is not None:
        cookie[_TOKEN] = token[:100]
        return redirect(url_for(".choose_password"), 303)
    held = str(cookie.get(_TOKEN, ""))
    user = find_user_of_token(db.session(), held)
    if user is None:
        return render_template("accounts/link_expired.html"), 410
    form = NewPasswordForm()
    if form.validate_on_submit() and _choose(user, held, form):
        cookie.clear()
        flash(translate("Mot de passe enregistré. Vous pouvez vous connecter."), "success")
        return redirect(url_for(".login"), 303)
    page = render_template("accounts/choose_password.html", form=form, email=user.email)
    return page, 422 if form.is_submitted() else 200


def _request_reset(email: str) -> int:
    """Write the message when there is someone to write to; return the seconds to wait, if any."""
    keys = attempt_keys("reset", email_key(email))
    with transaction() as session:
        wait = take_attempt(session, keys=keys, limits=RESET_LIMITS)
        user = find_user_by_email(session, email)
        if user is not None and user.is_active and not wait:
            _send_reset(session, user)
    tell_log("reset_throttled" if wait else "reset_asked", None)
    return wait


def _send_reset(session: Session, user: User) -> None:
    token, expires_at = issue_password_token(session, user_id=user.id, lifetime=RESET_LIFETIME)
    messages.send_password_reset(session, user=user, token=token, expires_at=expires_at)


def _choose(user: User, token: str, form: NewPasswordForm) -> bool:
    password = form.new_password.data or ""
    network = current_app.config["SETTINGS"].network_name
    try:
        check_new_password(password, network, user.name, user.email)
        form.check_repeated()
    except RuleError as error:
        form.show(error)
        return False
    password_hash = hash_password(password)
    with transaction() as session:
        user_id = use_password_token(session, token=token)
        if user_id is None:
            return False
        set_password(session, user_id=user_id, password_hash=password_hash)
        messages.send_notice(
            session, user=get_user(session, user_id), what=messages.PASSWORD_CHANGED
        )
    tell_log("password_chosen", user_id)
    return True
