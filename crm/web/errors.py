"""Pages for what goes wrong: in the reader's language, saying what to do next."""

from flask import Flask, Response, current_app, g, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from crm.core.errors import DatabaseBusyError, NotFoundError, RuleError, StaleRecordError
from crm.web.kept import typed_fields
from crm.web.locale import sentence

_HAS_PAGE = frozenset({403, 404, 405, 413, 422, 429, 500, 503})


def _page(status: int, **context: object) -> tuple[str, int]:
    name = status if status in _HAS_PAGE else 500 if status >= 500 else 404  # noqa: PLR2004
    return render_template(f"errors/{name}.html", status=status, **context), status


def on_http_error(error: HTTPException) -> Response | tuple[str, int]:
    """Answer an HTTP error with its page; a redirect is no error."""
    if error.code is None or error.code < 400:  # noqa: PLR2004 - the first error status
        return Response(error.get_response().get_data(), error.code or 500)
    if isinstance(error, SecurityError):
        # Without a trusted host there is no address to put in a page.
        return Response("Host name not allowed.\n", error.code, mimetype="text/plain")
    return _page(error.code)


def on_not_found(_error: NotFoundError) -> tuple[str, int]:
    """Answer for a record that does not exist, or not for this person."""
    return _page(404)


def on_rule_error(error: RuleError) -> tuple[str, int]:
    """Say what is wrong with an action that has no form of its own to say it beside."""
    return _page(422, sentence=sentence(error))


def on_expired_form(_error: CSRFError) -> tuple[str, int]:
    """Offer to send again a form whose protection token has expired: what was typed is in it."""
    return render_template("errors/resend.html", reason="expired", fields=typed_fields()), 400


def on_busy_database(_error: DatabaseBusyError) -> tuple[str, int]:
    """Say that nothing was written, and offer to send the same again: what was typed is in it."""
    current_app.logger.warning("database busy", extra={"request_id": g.get("request_id")})
    if request.method == "POST":
        return render_template("errors/resend.html", reason="busy", fields=typed_fields()), 503
    return _page(503)


def on_stale_record(_error: StaleRecordError) -> tuple[str, int]:
    """Say that someone saved the same record at the same moment, and offer to send again."""
    return render_template("errors/resend.html", reason="stale", fields=typed_fields()), 409


def on_crash(error: Exception) -> tuple[str, int]:
    """Show an incident number that the log has too; a test sees the error itself."""
    if current_app.testing and not current_app.config.get("SHOWS_INCIDENTS"):
        raise error
    current_app.logger.error(
        "incident", exc_info=error, extra={"request_id": g.get("request_id"), "event": "incident"}
    )
    return _page(500, incident_id=g.get("request_id", ""))


def register_errors(app: Flask) -> None:
    """Use these pages for every error of the application."""
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(RuleError, on_rule_error)
    app.register_error_handler(CSRFError, on_expired_form)
    app.register_error_handler(NotFoundError, on_not_found)
    app.register_error_handler(DatabaseBusyError, on_busy_database)
    app.register_error_handler(StaleRecordError, on_stale_record)
    app.register_error_handler(500, on_crash)
    app.register_error_handler(Exception, on_crash)
