"""The lists of events and of registrations: shown, exported, changed at once."""

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from crm.core.errors import N_
from crm.database import db
from crm.events.bulk import EVENT_ACTIONS
from crm.events.listings.events import EVENTS, event_list, narrow_events
from crm.events.listings.registrations import narrow_registrations, registration_list
from crm.events.presentation import when_of
from crm.events.queries.events import event_for_page
from crm.events.types import REGISTRATION_LABELS, REGISTRATION_TONES, SOURCE_LABELS
from crm.events.views.blueprints import ONE, blueprint
from crm.history.bulk import Bulk, answer_bulk
from crm.web.access import Permission, allow
from crm.web.exports import send_rows
from crm.web.list_columns import exported_columns
from crm.web.lists import Listing

_EVENTS = Bulk(
    N_("Modifier plusieurs événements"), event_list, narrow_events, EVENT_ACTIONS, EVENTS
)


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show the list of events, narrowed by the URL."""
    session = db.session()
    listing = Listing(event_list(request.args), request.args)
    listing.fill(session, narrow_events(session, listing))
    return render_template("events/index.html", listing=listing)


@blueprint.get("/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export(extension: str) -> Response:
    """Send the whole list of events, as narrowed by the URL."""
    session = db.session()
    listing = Listing(event_list(request.args), request.args)
    rows = listing.all_rows(session, narrow_events(session, listing))
    columns = exported_columns(listing.definition, listing.shown)
    return send_rows("evenements", rows, extension, columns)


@blueprint.post("/lot")
@allow(Permission.EDIT_NETWORK)
def bulk() -> ResponseReturnValue:
    """Change the selected events at once, or show all that can be changed."""
    return answer_bulk(_EVENTS)


@blueprint.get(f"{ONE}/inscriptions")
@allow(Permission.READ_NETWORK)
def registrations(event_id: int) -> str:
    """Show who registered for an event, narrowed by the URL."""
    session = db.session()
    event = event_for_page(session, event_id)
    listing = Listing(registration_list(session, event_id), request.args)
    listing.fill(session, narrow_registrations(session, listing))
    return render_template(
        "events/registrations.html",
        listing=listing,
        event=event,
        when=when_of(event),
        statuses=REGISTRATION_LABELS,
        tones=REGISTRATION_TONES,
        sources=SOURCE_LABELS,
    )


@blueprint.get(f"{ONE}/inscriptions.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export_registrations(event_id: int, extension: str) -> Response:
    """Send who registered for an event, with the answers, as narrowed by the URL."""
    session = db.session()
    event_for_page(session, event_id)
    listing = Listing(registration_list(session, event_id), request.args)
    rows = listing.all_rows(session, narrow_registrations(session, listing))
    columns = exported_columns(listing.definition, listing.shown)
    return send_rows("inscriptions", rows, extension, columns)
