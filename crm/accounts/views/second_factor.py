"""The second factor: enrolled with a first code, recovery codes shown once, turned off."""

from flask import current_app, render_template, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from crm.accounts import keys, messages, totp
from crm.accounts.forms import ConfirmedForm, EnrolForm
from crm.accounts.gate import signed_in
from crm.accounts.models import User
from crm.accounts.operations.second_factor import (
    new_seed,
    renew_recovery_codes,
    turn_off,
    turn_on,
)
from crm.accounts.operations.users import get_user
from crm.accounts.queries import read_user, recovery_codes_left
from crm.accounts.signing_in import check_confirmed, tell_log
from crm.accounts.views.blueprint import blueprint
from crm.core.errors import N_, RuleError
from crm.database import db, transaction
from crm.web.access import Reach, allow
from crm.web.requests import done

_SEED = "totp_seed"
_WRONG_CODE = N_("Ce code n’est pas le bon : vérifiez l’heure du téléphone, puis le code suivant.")
_ALREADY_ON = N_("La vérification en deux étapes est déjà active.")


@blueprint.get("/profil/second-facteur")
@allow(Reach.SIGNED_IN)
def second_factor() -> ResponseReturnValue:
    """Show the second factor as it is, or the square code to enrol with."""
    user = _myself()
    if user.totp_secret is None:
        return _enrolment_page(user, EnrolForm())
    return _state_page(user, ConfirmedForm())


@blueprint.post("/profil/second-facteur")
@allow(Reach.SIGNED_IN)
def enrol() -> ResponseReturnValue:
    """Turn the second factor on; the recovery codes are in this answer and never again."""
    user, form = _myself(), EnrolForm()
    if not form.validate():
        return _enrolment_page(user, form, 422)
    try:
        check_confirmed(form)
        codes = _turn_on(user, form.code.data or "")
    except RuleError as error:
        form.show(error)
        return _enrolment_page(user, form, 422)
    cookie.pop(_SEED, None)
    tell_log("second_factor_on", user.id)
    return render_template("accounts/recovery_codes.html", codes=codes)


@blueprint.post("/profil/second-facteur/codes")
@allow(Reach.SIGNED_IN)
def renew_codes() -> ResponseReturnValue:
    """Make new recovery codes; the former ones are worthless."""
    user, form = _myself(), ConfirmedForm()
    try:
        check_confirmed(form)
        with transaction() as session:
            _require_second_factor(get_user(session, user.id))
            codes = renew_recovery_codes(session, user_id=user.id)
    except RuleError as error:
        form.show(error)
        return _state_page(user, form, 422)
    return render_template("accounts/recovery_codes.html", codes=codes)


@blueprint.post("/profil/second-facteur/retirer")
@allow(Reach.SIGNED_IN)
def remove_second_factor() -> ResponseReturnValue:
    """Turn one's own second factor off."""
    user, form = _myself(), ConfirmedForm()
    try:
        check_confirmed(form)
    except RuleError as error:
        form.show(error)
        return _state_page(user, form, 422)
    with transaction() as session:
        turn_off(session, user_id=user.id)
        messages.send_notice(
            session, user=get_user(session, user.id), what=messages.SECOND_FACTOR_OFF
        )
    tell_log("second_factor_off", user.id)
    return done("Vérification en deux étapes retirée.", url_for(".profile"))


def _myself() -> User:
    return read_user(db.session(), signed_in().id)


def _turn_on(user: User, typed: str) -> list[str]:
    seed = str(cookie.get(_SEED, ""))
    counter = totp.matching_counter(keys.totp_secret(seed), typed) if seed else None
    if counter is None:
        raise RuleError("code", _WRONG_CODE)
    with transaction() as session:
        current = get_user(session, user.id)
        if current.totp_secret is not None:
            raise RuleError("code", _ALREADY_ON)
        codes = turn_on(session, user_id=user.id, seed=seed, counter=counter)
        messages.send_notice(session, user=current, what=messages.SECOND_FACTOR_ON)
    return codes


def _require_second_factor(user: User) -> None:
    if user.totp_secret is None:
        raise RuleError("current_password", N_("La vérification en deux étapes n’est pas active."))


def _enrolment_page(user: User, form: EnrolForm, status: int = 200) -> ResponseReturnValue:
    seed = cookie.setdefault(_SEED, new_seed())
    secret = keys.totp_secret(seed)
    network = current_app.config["SETTINGS"].network_name
    page = render_template(
        "accounts/second_factor_enrol.html",
        form=form,
        image=totp.qr_image(totp.provisioning_uri(secret, user.email, network)),
        secret=totp.spaced(secret),
        must_confirm=not signed_in().has_confirmed,
    )
    return page, status


def _state_page(user: User, form: ConfirmedForm, status: int = 200) -> ResponseReturnValue:
    if user.totp_secret is None:
        return _enrolment_page(user, EnrolForm(formdata=None), status)
    page = render_template(
        "accounts/second_factor.html",
        form=form,
        codes_left=recovery_codes_left(db.session(), user.id),
        must_confirm=not signed_in().has_confirmed,
    )
    return page, status
