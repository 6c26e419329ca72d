"""The list of sessions, the structures they accompanied, and what is done to many at once."""

from collections.abc import Iterator
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.batches import in_batches
from crm.core.errors import N_, RuleError
from crm.database import db, transaction
from crm.followups import operations
from crm.followups.indicators import ACCOMPANIED_STRUCTURES
from crm.followups.listings import narrow_by_name, session_list
from crm.followups.listings.accompanied import accompanied_list
from crm.followups.listings.session_filters import ids
from crm.followups.queries import details_of
from crm.followups.types import STATUS_LABELS, SessionStatus
from crm.followups.views.sessions import blueprint
from crm.reference.queries import items_of
from crm.web.access import Permission, allow
from crm.web.exports import send_table
from crm.web.lists import Listing
from crm.web.locale import translate
from crm.web.requests import done, next_path, refused, typed_ids

_EXPORTED = (
    N_("Identifiant"), N_("Date"), N_("Structures"), N_("Nature"), N_("Formel"), N_("Statut"),
    N_("Durée (minutes)"), N_("Thèmes"), N_("Suivie par"),
)  # fmt: skip


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show the list of sessions, narrowed by the URL."""
    session = db.session()
    definition = session_list(request.args, items_of(session, "theme"))
    listing = Listing(definition, request.args)
    listing.fill(session, narrow_by_name(session, listing))
    return render_template(
        "followups/index.html",
        listing=listing,
        details=details_of(session, [row.id for row in listing.rows]),
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
    statement = listing.ordered(narrow_by_name(session, listing))
    header = [translate(label) for label in _EXPORTED]
    return send_table(translate(N_("Séances")), header, _exported(session, statement), extension)


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


@blueprint.post("/themes")
@allow(Permission.LOG_SESSIONS)
def add_theme() -> ResponseReturnValue:
    """Put a theme on the selected sessions."""
    theme_id = next(iter(ids(request.form.getlist("action"))), 0)
    try:
        with transaction() as session:
            changed = operations.add_theme_to_sessions(
                session, session_ids=typed_ids("selection"), theme_id=theme_id
            )
    except RuleError as error:
        return refused(error, url_for(".index"))
    undo = url_for(".remove_theme", theme=theme_id, ids=",".join(map(str, changed)))
    return done(
        "Thème ajouté : %(count)s séance(s).",
        next_path(url_for(".index")),
        undo_url=undo if changed else None,
        count=len(changed),
    )


@blueprint.post("/themes/retirer")
@allow(Permission.LOG_SESSIONS)
def remove_theme() -> ResponseReturnValue:
    """Undo a theme just put on a selection."""
    session_ids = ids(request.args.get("ids", "").split(","))
    theme_id = next(iter(ids(request.args.getlist("theme"))), 0)
    with transaction() as session:
        operations.remove_theme_from_sessions(session, session_ids=session_ids, theme_id=theme_id)
    return done("Thème retiré.", url_for(".index"))


def _exported(session: Session, statement: Select[Any]) -> Iterator[list[Any]]:
    rows = session.execute(statement).all()
    for batch in in_batches(rows):
        details = details_of(session, [row.id for row in batch])
        for row in batch:
            yield [
                row.id,
                row.held_on,
                details.title(row.id),
                row.kind,
                translate(N_("oui") if row.is_formal else N_("non")),
                translate(STATUS_LABELS[SessionStatus(row.status)]),
                row.duration_minutes,
                ", ".join(details.themes.get(row.id, ())),
                ", ".join(details.officers.get(row.id, ())),
            ]
