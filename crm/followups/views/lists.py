"""The list of sessions, the structures they accompanied, and what is done to many at once."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Row
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.accounts.gate import signed_in
from crm.core import clock
from crm.core.batches import in_batches
from crm.core.errors import N_
from crm.database import db
from crm.followups.bulk import SESSION_ACTIONS
from crm.followups.indicators import ACCOMPANIED_STRUCTURES
from crm.followups.listings import narrow_by_name, session_list
from crm.followups.listings.accompanied import accompanied_list
from crm.followups.queries.private_notes import private_texts
from crm.followups.queries.sessions import notes_of
from crm.followups.types import STATUS_LABELS, SessionStatus
from crm.followups.views.sessions import blueprint
from crm.history.bulk import Bulk, answer_bulk
from crm.web.access import Permission, allow
from crm.web.exports import send_rows, send_table
from crm.web.list_columns import COLUMNS, EVERY
from crm.web.lists import Listing
from crm.web.locale import translate

_EXPORTED = (
    N_("Identifiant"), N_("Date"), N_("Structures"), N_("Nature"), N_("Formel"), N_("Statut"),
    N_("Durée (minutes)"), N_("Thèmes"), N_("Suivie par"), N_("Pays"),
    N_("Axes de la convention"), N_("Projets"), N_("Dossiers de financement"),
    N_("Pièces jointes"), N_("Notes"),
    N_("Partie confidentielle"),
)  # fmt: skip
_SESSIONS = Bulk(N_("Modifier plusieurs séances"), session_list, narrow_by_name, SESSION_ACTIONS)


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show the list of sessions, narrowed by the URL."""
    session = db.session()
    listing = Listing(session_list(request.args), request.args)
    listing.fill(session, narrow_by_name(session, listing))
    return render_template(
        "followups/index.html",
        listing=listing,
        statuses=STATUS_LABELS,
        today=clock.today(),
        here=request.full_path.rstrip("?"),
    )


@blueprint.get("/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export(extension: str) -> Response:
    """Send the whole list, as narrowed by the URL."""
    session = db.session()
    listing = Listing(session_list(request.args), request.args)
    if listing.exported is not None:
        result = session.execute(listing.ordered(narrow_by_name(session, listing)))
        return send_rows("seances", result, extension, listing.exported)
    whole = MultiDict([*request.args.items(multi=True), (COLUMNS, EVERY)])
    listing = Listing(session_list(whole), whole)
    result = session.execute(listing.ordered(narrow_by_name(session, listing)))
    header = [translate(label) for label in _EXPORTED]
    return send_table(
        translate(N_("Séances")), header, _exported(session, result.all(), signed_in()), extension
    )


@blueprint.get("/structures")
@allow(Permission.READ_NETWORK)
def accompanied() -> str:
    """Show the structures accompanied in a period: the rows behind the figures."""
    session = db.session()
    definition, period = accompanied_list(request.args)
    listing = Listing(definition, request.args)
    listing.fill(session, listing.narrow(session))
    return render_template(
        "followups/accompanied.html",
        listing=listing,
        period=period,
        rule=ACCOMPANIED_STRUCTURES.rule,
    )


@blueprint.post("/lot")
@allow(Permission.LOG_SESSIONS)
def bulk() -> ResponseReturnValue:
    """Change the selected sessions at once, or show all that can be changed."""
    return answer_bulk(_SESSIONS)


def _exported(session: Session, rows: Sequence[Row[Any]], person: Any) -> Iterator[list[Any]]:
    for batch in in_batches(rows):
        ids = [row.id for row in batch]
        notes = notes_of(session, ids)
        private = private_texts(session, ids, person)
        for row in batch:
            yield [*_cells(row), notes.get(row.id), private.get(row.id)]


def _cells(row: Row[Any]) -> list[Any]:
    return [
        row.id,
        row.held_on,
        row.structures,
        row.kind,
        translate(N_("oui") if row.is_formal else N_("non")),
        translate(STATUS_LABELS[SessionStatus(row.status)]),
        row.duration_minutes,
        row.themes,
        row.officers,
        row.countries,
        row.axes,
        row.projects,
        row.applications,
        row.attachments,
    ]
