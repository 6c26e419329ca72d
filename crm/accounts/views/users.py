"""The team's accounts: list, create, change, close; one person in charge of it."""

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.accounts import messages
from crm.accounts.forms import ConfirmedForm, NewUserForm, UserForm
from crm.accounts.gate import signed_in
from crm.accounts.listing import narrow_users, user_list
from crm.accounts.models import User
from crm.accounts.operations import users as operations
from crm.accounts.operations.passwords import INVITATION_LIFETIME, issue_password_token
from crm.accounts.operations.second_factor import turn_off
from crm.accounts.permissions import ROLE_LABELS
from crm.accounts.queries import read_user
from crm.accounts.signing_in import check_confirmed, tell_log
from crm.accounts.views.pages import edit_page, stored_form
from crm.core.errors import RuleError, StaleRecordError
from crm.database import db, transaction
from crm.web.access import Permission, allow
from crm.web.conflicts import apply_choices, both_versions
from crm.web.exports import send_rows
from crm.web.lists import Listing
from crm.web.requests import done
from crm.web.submissions import save_form, save_once

blueprint = Blueprint("users", __name__, url_prefix="/administration/utilisateurs")
ONE = "/<int:user_id>"


@blueprint.get("")
@allow(Permission.MANAGE_USERS)
def index() -> str:
    """Show the accounts, narrowed by the URL."""
    session = db.session()
    listing = Listing(user_list(), request.args)
    listing.fill(session, narrow_users(session, listing))
    return render_template("accounts/users.html", listing=listing, role_labels=ROLE_LABELS)


@blueprint.get("/export.<any(csv, xlsx):extension>")
@allow(Permission.MANAGE_USERS)
def export(extension: str) -> Response:
    """Send the whole list, as narrowed by the URL."""
    session = db.session()
    listing = Listing(user_list(), request.args)
    statement = listing.ordered(narrow_users(session, listing))
    return send_rows("utilisateurs", session.execute(statement), extension)


@blueprint.route("/nouveau", methods=["GET", "POST"])
@allow(Permission.MANAGE_USERS)
def new() -> ResponseReturnValue:
    """Open an account and send its invitation."""
    form = NewUserForm()
    form.offer_roles()
    if form.is_submitted() and (saved := _save_new(form)):
        tell_log("user_created", saved)
        return done("Compte ouvert, invitation envoyée.", url_for(".edit", user_id=saved))
    must_confirm = not signed_in().has_confirmed
    page = render_template("accounts/user_new.html", form=form, must_confirm=must_confirm)
    return page, 422 if form.is_submitted() else 200


@blueprint.route(ONE, methods=["GET", "POST"])
@allow(Permission.MANAGE_USERS)
def edit(user_id: int) -> ResponseReturnValue:
    """Change an account; a second editor sees both versions."""
    theirs = stored_form(user_id)
    if request.method != "POST":
        return edit_page(theirs, user_id)
    form = UserForm()
    form.offer_roles()
    apply_choices(form, theirs)
    try:
        if form.email.data != theirs.email.data or form.role.data != theirs.role.data:
            check_confirmed(form)
        saved = save_form(form, lambda session: _update(session, user_id, form))
    except RuleError as error:
        form.show(error)
        return edit_page(form, user_id, 422)
    except StaleRecordError:
        return edit_page(form, user_id, 409, both_versions(form, stored_form(user_id)))
    if saved:
        return done("Compte enregistré.", url_for(".edit", user_id=saved))
    return edit_page(form, user_id, 422)


@blueprint.post(f"{ONE}/desactiver")
@allow(Permission.MANAGE_USERS)
def deactivate(user_id: int) -> ResponseReturnValue:
    """Close an account and its log-ins."""
    try:
        with transaction() as session:
            operations.deactivate_user(session, user_id=user_id, by_user_id=signed_in().id)
    except RuleError as error:
        return _refused(user_id, error)
    tell_log("user_deactivated", user_id)
    undo = url_for(".reactivate", user_id=user_id)
    return done("Compte désactivé.", url_for(".edit", user_id=user_id), undo_url=undo)


@blueprint.post(f"{ONE}/reactiver")
@allow(Permission.MANAGE_USERS)
def reactivate(user_id: int) -> ResponseReturnValue:
    """Open an account again."""
    with transaction() as session:
        operations.reactivate_user(session, user_id=user_id)
    tell_log("user_reactivated", user_id)
    return done("Compte réactivé.", url_for(".edit", user_id=user_id))


@blueprint.post(f"{ONE}/inviter")
@allow(Permission.MANAGE_USERS)
def invite(user_id: int) -> ResponseReturnValue:
    """Send another invitation; the former link is worthless."""
    with transaction() as session:
        user = operations.get_user(session, user_id)
        if user.is_active and user.password_hash is None:
            _invite(session, user)
    return done("Invitation envoyée.", url_for(".edit", user_id=user_id))


@blueprint.post(f"{ONE}/second-facteur/retirer")
@allow(Permission.MANAGE_USERS)
def remove_second_factor(user_id: int) -> ResponseReturnValue:
    """Turn off the second factor of someone who has lost it."""
    form = ConfirmedForm()
    try:
        check_confirmed(form)
    except RuleError as error:
        return _refused(user_id, error)
    with transaction() as session:
        turn_off(session, user_id=user_id)
        user = operations.get_user(session, user_id)
        messages.send_notice(session, user=user, what=messages.SECOND_FACTOR_OFF)
    tell_log("second_factor_off", user_id)
    return done("Vérification en deux étapes retirée.", url_for(".edit", user_id=user_id))


def _save_new(form: NewUserForm) -> int | None:
    if not form.validate():
        return None
    try:
        check_confirmed(form)
    except RuleError as error:
        form.show(error)
        return None
    return save_once(form, lambda session: _create(session, form))


def _create(session: Session, form: NewUserForm) -> int:
    user = operations.create_user(
        session,
        email=form.email.data or "",
        name=form.name.data or "",
        role=form.role.data or "",
    )
    _invite(session, user)
    return user.id


def _invite(session: Session, user: User) -> None:
    token, expires_at = issue_password_token(session, user_id=user.id, lifetime=INVITATION_LIFETIME)
    messages.send_invitation(session, user=user, token=token, expires_at=expires_at)


def _update(session: Session, user_id: int, form: UserForm) -> int:
    former = read_user(session, user_id).email
    user = operations.update_user(
        session,
        user_id=user_id,
        version=form.version_number,
        email=form.email.data or "",
        name=form.name.data or "",
        role=form.role.data or "",
    )
    if user.email != former:
        messages.send_notice(session, user=user, what=messages.EMAIL_CHANGED, recipient=former)
    return user.id


def _refused(user_id: int, error: RuleError) -> ResponseReturnValue:
    form = stored_form(user_id)
    form.show(error)
    return edit_page(form, user_id, 422)
