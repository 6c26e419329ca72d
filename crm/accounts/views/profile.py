"""One's own profile: name, address, password, look, log-ins."""

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.accounts import messages
from crm.accounts.forms import ChangePasswordForm, EmailForm, ProfileForm
from crm.accounts.gate import signed_in
from crm.accounts.operations.passwords import set_password
from crm.accounts.operations.users import (
    change_own_email,
    change_own_name,
    get_user,
    set_preferences,
)
from crm.accounts.passwords import check_new_password, hash_password
from crm.accounts.queries import read_user, recovery_codes_left, sessions_of
from crm.accounts.sessions import end_session, end_sessions
from crm.accounts.signing_in import check_confirmed, tell_log
from crm.accounts.views.blueprint import blueprint
from crm.core.errors import RuleError
from crm.database import db, transaction
from crm.web.access import Reach, allow
from crm.web.forms import BaseForm
from crm.web.locale import LOCALES
from crm.web.requests import done, next_path
from crm.web.submissions import save_form

THEMES = ("auto", "light", "dark")


@blueprint.route("/profil", methods=["GET", "POST"])
@allow(Reach.SIGNED_IN)
def profile() -> ResponseReturnValue:
    """Show one's own account and log-ins; change one's name, language and look."""
    person = signed_in()
    user = read_user(db.session(), person.id)
    form = ProfileForm(name=user.name, locale=user.locale, theme=user.theme)
    if form.validate_on_submit() and save_form(form, lambda session: _save(session, form)):
        return done("Profil enregistré.", url_for(".profile"))
    session = db.session()
    page = render_template(
        "accounts/profile.html",
        form=form,
        user=user,
        person=person,
        sessions=sessions_of(session, person.id),
        codes_left=recovery_codes_left(session, person.id),
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/profil/adresse", methods=["GET", "POST"])
@allow(Reach.SIGNED_IN)
def change_email() -> ResponseReturnValue:
    """Change one's own address; the former one is told."""
    person = signed_in()
    user = read_user(db.session(), person.id)
    form, former = EmailForm(email=user.email), user.email
    if form.validate_on_submit():
        try:
            check_confirmed(form)
            with transaction() as session:
                user = change_own_email(session, user_id=person.id, email=form.email.data or "")
                if user.email != former:
                    messages.send_notice(
                        session, user=user, what=messages.EMAIL_CHANGED, recipient=former
                    )
        except RuleError as error:
            form.show(error)
        else:
            tell_log("email_changed", person.id)
            return done("Adresse enregistrée.", url_for(".profile"))
    return _page("accounts/email.html", form)


@blueprint.route("/profil/mot-de-passe", methods=["GET", "POST"])
@allow(Reach.SIGNED_IN)
def change_password() -> ResponseReturnValue:
    """Change one's own password; every other log-in ends."""
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            check_confirmed(form, always=True)
            form.check_repeated()
            _change_password(form.new_password.data or "")
        except RuleError as error:
            form.show(error)
        else:
            return done(
                "Mot de passe changé. Vos autres connexions sont fermées.", url_for(".profile")
            )
    return _page("accounts/password.html", form)


@blueprint.post("/profil/connexions/<int:session_id>/fermer")
@allow(Reach.SIGNED_IN)
def close_session(session_id: int) -> ResponseReturnValue:
    """End one of one's own log-ins; this one by logging out."""
    person = signed_in()
    if session_id == person.session_id:
        return redirect(url_for(".profile"), 303)
    with transaction() as session:
        end_session(session, session_id=session_id, user_id=person.id)
    return done("Connexion fermée.", url_for(".profile"))


@blueprint.post("/profil/connexions/fermer")
@allow(Reach.SIGNED_IN)
def close_other_sessions() -> ResponseReturnValue:
    """End all of one's log-ins but this one."""
    person = signed_in()
    with transaction() as session:
        end_sessions(session, user_id=person.id, except_id=person.session_id)
    return done("Vos autres connexions sont fermées.", url_for(".profile"))


@blueprint.post("/preferences")
@allow(Reach.SIGNED_IN)
def preferences() -> ResponseReturnValue:
    """Choose the look and the language of one's pages."""
    theme, locale = request.form.get("theme"), request.form.get("locale")
    if theme not in (None, *THEMES) or locale not in (None, *LOCALES):
        abort(422)
    with transaction() as session:
        set_preferences(session, user_id=signed_in().id, theme=theme, locale=locale)
    return redirect(next_path(url_for(".profile")), 303)


def _save(session: Session, form: ProfileForm) -> int:
    user_id = signed_in().id
    change_own_name(session, user_id=user_id, name=form.name.data or "")
    set_preferences(session, user_id=user_id, theme=form.theme.data, locale=form.locale.data)
    return user_id


def _change_password(password: str) -> None:
    person = signed_in()
    user = read_user(db.session(), person.id)
    network = current_app.config["SETTINGS"].network_name
    check_new_password(password, network, user.name, user.email)
    password_hash = hash_password(password)
    with transaction() as session:
        set_password(
            session,
            user_id=person.id,
            password_hash=password_hash,
            keep_session_id=person.session_id,
        )
        messages.send_notice(
            session, user=get_user(session, person.id), what=messages.PASSWORD_CHANGED
        )
    tell_log("password_changed", person.id)


def _page(template: str, form: BaseForm) -> ResponseReturnValue:
    page = render_template(template, form=form, must_confirm=not signed_in().has_confirmed)
    return page, 422 if form.is_submitted() else 200
