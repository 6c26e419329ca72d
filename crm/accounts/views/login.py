"""Log-in in one or two steps, and log-out."""

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as BaseResponse

from crm.accounts.forms import CodeForm, LoginForm
from crm.accounts.gate import signed_in
from crm.accounts.keys import is_own_form, remember_device
from crm.accounts.models import User
from crm.accounts.sessions import end_session
from crm.accounts.signing_in import (
    await_code,
    awaited_user,
    judge_code,
    judge_password,
    start_session,
    tell_log,
)
from crm.accounts.views.blueprint import blueprint
from crm.core.errors import N_, RuleError
from crm.database import transaction
from crm.web.access import Reach, allow
from crm.web.kept import Pairs, kept_fields, typed_fields
from crm.web.locale import translate
from crm.web.requests import next_path, safe_path

_WRONG = N_("Adresse ou mot de passe incorrect. Vérifiez les deux.")
_WRONG_CODE = N_("Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant.")
_WAIT = N_(
    "Trop d’essais rapprochés. Réessayez dans %(count)s secondes : votre compte n’est pas bloqué."
)


@blueprint.route("/connexion", methods=["GET", "POST"])
@allow(Reach.PUBLIC)
def login() -> ResponseReturnValue:  # noqa: PLR0911 - one answer for each outcome
    """Sign in with an address and a password."""
    form = LoginForm()
    if not form.is_submitted():
        if current_user.is_authenticated:
            return redirect(_target(), 303)
        return _login_form(LoginForm(formdata=None, next=_target()), [])
    typed = kept_fields(request.form)
    if not form.validate():
        return _login_form(form, typed, 422)
    verdict = judge_password(form.email.data or "", form.password.data or "")
    if verdict.wait_seconds:
        form.show(RuleError("password", _WAIT, count=verdict.wait_seconds))
        return _login_form(form, typed, 429, verdict.wait_seconds)
    if verdict.user is None:
        form.show(RuleError("password", _WRONG))
        return _login_form(form, typed, 422)
    if verdict.user.totp_secret is None:
        return _sign_in(verdict.user, typed)
    await_code(verdict.user)
    return _ask_code(typed)


@blueprint.route("/connexion/code", methods=["GET", "POST"])
@allow(Reach.PUBLIC)
def login_code() -> ResponseReturnValue:  # noqa: PLR0911 - the same
    """Sign in, second step: the code of the application, or a recovery code."""
    user = awaited_user()
    form, typed = CodeForm(), kept_fields(request.form)
    if user is None:
        if not form.is_submitted():
            return redirect(url_for(".login", next=_target()), 303)
        return _login_form(LoginForm(formdata=None, next=_target()), typed, 401)
    if not form.is_submitted():
        return _code_form(CodeForm(formdata=None, next=_target()), [])
    if not form.validate():
        return _code_form(form, typed, 422)
    verdict = judge_code(user, form.code.data or "")
    if verdict.is_right:
        return _sign_in(user, typed)
    if verdict.wait_seconds:
        form.show(RuleError("code", _WAIT, count=verdict.wait_seconds))
        return _code_form(form, typed, 429, verdict.wait_seconds)
    form.show(RuleError("code", _WRONG_CODE))
    return _code_form(form, typed, 422)


@blueprint.post("/deconnexion")
@allow(Reach.SIGNED_IN)
def logout() -> ResponseReturnValue:
    """Sign out: the cookie's token dies with it."""
    person = signed_in()
    with transaction() as session:
        end_session(session, session_id=person.session_id, user_id=person.id)
    cookie.clear()
    tell_log("logout", person.id)
    flash(translate("Vous êtes déconnecté·e."), "success")
    return redirect(url_for(".login"), 303)


def login_page() -> ResponseReturnValue:
    """Answer a form sent after its log-in expired: its fields go along and are not lost."""
    typed = typed_fields() if is_own_form() else []
    target = request.full_path.rstrip("?")
    if not _opens(request.path) and not typed:
        target = "/" + (request.referrer or "").removeprefix(request.host_url)
    if not is_own_form() or request.endpoint == "accounts.save_draft":
        target, typed = url_for("home.index"), []
    return _login_form(LoginForm(formdata=None, next=safe_path(target, "/")), typed, 401)


def _sign_in(user: User, typed: Pairs) -> ResponseReturnValue:
    target = _target()
    shows_draft = _opens(target.partition("?")[0])
    start_session(
        user,
        user_agent=request.user_agent.string,
        form_key=target,
        typed=typed if shows_draft else [],
    )
    response: BaseResponse = redirect(target, 303)
    if typed and not shows_draft:
        response = Response(render_template("accounts/resume.html", target=target, fields=typed))
    remember_device(response, user.id)
    return response


def _ask_code(typed: Pairs) -> ResponseReturnValue:
    if not typed:
        return redirect(url_for(".login_code", next=_target()), 303)
    return _code_form(CodeForm(formdata=None, next=_target()), typed)


def _target() -> str:
    return next_path(url_for("home.index"))


def _opens(path: str) -> bool:
    """Tell whether a path is a page that opens: a form posted elsewhere cannot show its draft."""
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except RequestRedirect:
        return True
    except (NotFound, MethodNotAllowed):
        return False
    return True


def _login_form(
    form: LoginForm, typed: Pairs, status: int = 200, wait_seconds: int = 0
) -> ResponseReturnValue:
    page = render_template("accounts/login.html", form=form, typed=typed)
    return page, status, _retry_after(wait_seconds)


def _code_form(
    form: CodeForm, typed: Pairs, status: int = 200, wait_seconds: int = 0
) -> ResponseReturnValue:
    page = render_template("accounts/login_code.html", form=form, typed=typed)
    return page, status, _retry_after(wait_seconds)


def _retry_after(seconds: int) -> dict[str, str]:
    return {"Retry-After": str(seconds)} if seconds else {}
