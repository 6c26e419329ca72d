"""The gate that every request passes: it says who is there and whether they may."""

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from flask_login import AnonymousUserMixin, LoginManager, current_user, logout_user
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as BaseResponse

from crm.accounts.sessions import (
    SIGN_OF_LIFE_EVERY,
    SignedIn,
    find_signed_in,
    show_sign_of_life,
)
from crm.core import clock
from crm.core.errors import DatabaseBusyError
from crm.database import db, transaction
from crm.web.access import Permission, Reach, access_of

csrf = CSRFProtect()
login_manager = LoginManager()
_UNGUARDED = frozenset({"static"})


class Anonymous(AnonymousUserMixin):
    """Someone who has not signed in: may do nothing."""

    id = None
    theme = "auto"

    def may(self, _permission: Permission) -> bool:
        """Refuse."""
        return False


def signed_in() -> SignedIn:
    """Return the person behind this request; views behind the gate always have one."""
    return current_user._get_current_object()  # type: ignore[no-any-return]  # noqa: SLF001


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_user(token: str) -> SignedIn | None:
    """Return who holds the cookie's token."""
    return find_signed_in(db.session(), token)


def check_access() -> BaseResponse | tuple[str, int] | None:
    """Refuse a route that names nobody, sign people in, and check the form's protection token."""
    if request.endpoint in _UNGUARDED or request.endpoint is None:
        return None
    access = access_of(current_app.view_functions[request.endpoint])
    user = current_user._get_current_object()  # noqa: SLF001
    g.user_id = user.id
    if user.is_authenticated:
        g.locale = user.locale
        _keep_alive(user)
    if access is None:
        abort(403)
    if access is not Reach.PUBLIC:
        if not user.is_authenticated:
            return ask_to_sign_in()
        if isinstance(access, Permission) and not user.may(access):
            current_app.logger.warning(
                "refused",
                extra={
                    "event": "refused",
                    "endpoint": request.endpoint,
                    "user_id": user.id,
                    "request_id": g.get("request_id"),
                },
            )
            abort(403)
    if not getattr(current_app.view_functions[request.endpoint], "__csrf_exempt__", False):
        csrf.protect()
    return None


def form_token() -> str:
    """Return the token that forms send along; a page with many forms signs it once."""
    return str(g.get("csrf_token") or generate_csrf())


def ask_to_sign_in() -> BaseResponse | tuple[str, int]:
    """Send to the log-in page; a form that was being sent goes along and is not lost."""
    logout_user()
    if request.headers.get("HX-Request"):
        return Response("", 204, {"HX-Refresh": "true"})
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("accounts.login", next=request.full_path.rstrip("?")), 303)
    return current_app.extensions["login_page"]()  # type: ignore[no-any-return]


def _keep_alive(user: SignedIn) -> None:
    if clock.now() - user.last_seen_at < SIGN_OF_LIFE_EVERY:
        return
    try:
        with transaction(housekeeping=True) as session:
            show_sign_of_life(session, user.session_id)
    except DatabaseBusyError:
        current_app.logger.info("sign of life postponed", extra={"event": "busy"})


def register_gate(app: Flask) -> None:
    """Put the gate before every view."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    login_manager.session_protection = None
    login_manager.anonymous_user = Anonymous
    login_manager.init_app(app)
    csrf.init_app(app)
    app.add_template_global(form_token, "csrf_token")
    app.before_request(check_access)
