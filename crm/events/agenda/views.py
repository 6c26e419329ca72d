"""The public agenda: a page, a page to embed elsewhere, and feeds, under the same filters."""

from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.core.errors import N_
from crm.database import db
from crm.events.agenda.feeds import calendar_file, json_file, rss_file, when_of
from crm.events.agenda.filters import kept, read_filters
from crm.events.agenda.queries import agenda_entries, filter_options
from crm.events.types import STATUS_LABELS, STATUS_TONES, EventStatus
from crm.mail.composing import absolute
from crm.web.access import Reach, allow
from crm.web.locale import translate
from crm.web.markdown import notes_html

blueprint = Blueprint("agenda", __name__, url_prefix="/agenda-public")
feeds = Blueprint("agenda_feeds", __name__)
FEED_LABELS = {"ics": N_("Calendrier (ICS)"), "rss": N_("Fil RSS"), "json": N_("JSON")}
_TYPES = {
    "ics": "text/calendar; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "json": "application/json; charset=utf-8",
}
_KEPT_FOR = "public, max-age=300"
# Any site may show it in a frame: it runs nothing, and knows nobody.
_EMBEDDED = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none';"
        " form-action 'none'; frame-ancestors *"
    ),
    "Cache-Control": _KEPT_FOR,
}


@blueprint.get("")
@allow(Reach.PUBLIC)
def index() -> str:
    """Show the events to come that the URL asks for, and the addresses of their feeds."""
    filters: dict[str, Any] = dict(kept(request.args))
    return render_template(
        "events/agenda/index.html",
        **_context(),
        options=filter_options(db.session()),
        filters=filters,
        feed_links=[
            (
                translate(label),
                absolute(url_for("agenda_feeds.feed", extension=extension, **filters)),
            )
            for extension, label in FEED_LABELS.items()
        ],
        embedded_url=absolute(url_for("agenda.embedded", **filters)),
    )


@blueprint.get("/integre")
@allow(Reach.PUBLIC)
def embedded() -> ResponseReturnValue:
    """Show the same events alone, for a frame in the page of another site."""
    return render_template("events/agenda/embedded.html", **_context()), _EMBEDDED


@feeds.get("/agenda-public.<any(ics, rss, json):extension>")
@allow(Reach.PUBLIC)
def feed(extension: str) -> ResponseReturnValue:
    """Send the events that the URL asks for to a program."""
    name, entries = _name(), agenda_entries(db.session(), read_filters(request.args))
    if extension == "ics":
        content = calendar_file(name, entries)
    else:
        filters: dict[str, Any] = dict(kept(request.args))
        page = absolute(url_for("agenda.index", **filters))
        content = (rss_file if extension == "rss" else json_file)(name, page, entries)
    response = Response(content, content_type=_TYPES[extension])
    response.headers["Cache-Control"] = _KEPT_FOR
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    return response.make_conditional(request)


def _name() -> str:
    return translate(N_("Agenda · %(name)s"), name=current_app.config["SETTINGS"].network_name)


def _context() -> dict[str, Any]:
    entries = agenda_entries(db.session(), read_filters(request.args))
    return {
        "name": _name(),
        "entries": [
            (entry, when_of(entry), notes_html(entry.description) if entry.description else None)
            for entry in entries
        ],
        "status_labels": {status.value: label for status, label in STATUS_LABELS.items()},
        "status_tones": {status.value: tone for status, tone in STATUS_TONES.items()},
        "usual_status": EventStatus.CONFIRMED.value,
    }
