"""The list of mailings, the list of whom one of them thought of, and their exports."""

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from crm.core.errors import N_
from crm.database import db
from crm.history.bulk import Bulk, answer_bulk
from crm.mail.types import STATE_LABELS, STATE_TONES
from crm.mail.wording import return_sentence
from crm.mailings.bulk import MAILING_ACTIONS
from crm.mailings.listings import (
    mailing_list,
    narrow_mailings,
    narrow_recipients,
    recipient_list,
)
from crm.mailings.operations.mailings import get_mailing
from crm.mailings.types import STATUS_LABELS, STATUS_TONES
from crm.mailings.views.blueprints import ONE, blueprint
from crm.mailings.views.recipients import TO_DECIDE, may_send_again
from crm.mailings.wording import WHY_OF_EACH
from crm.web.access import Permission, allow
from crm.web.exports import send_rows
from crm.web.list_columns import exported_columns
from crm.web.lists import Listing

_BULK = Bulk(N_("Modifier plusieurs envois"), mailing_list, narrow_mailings, MAILING_ACTIONS)


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show the mailings, narrowed by the URL."""
    session = db.session()
    listing = Listing(mailing_list(), request.args)
    listing.fill(session, narrow_mailings(session, listing))
    return render_template(
        "mailings/index.html", listing=listing, statuses=STATUS_LABELS, tones=STATUS_TONES
    )


@blueprint.get("/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export(extension: str) -> Response:
    """Send the whole list, as narrowed by the URL."""
    session = db.session()
    listing = Listing(mailing_list(), request.args)
    rows = listing.all_rows(session, narrow_mailings(session, listing))
    columns = exported_columns(listing.definition, listing.shown)
    return send_rows("envois", rows, extension, columns)


@blueprint.post("/lot")
@allow(Permission.WRITE_MAILINGS)
def bulk() -> ResponseReturnValue:
    """Change the selected mailings at once, or show all that can be changed."""
    return answer_bulk(_BULK)


@blueprint.get(f"{ONE}/destinataires")
@allow(Permission.READ_NETWORK)
def recipients(mailing_id: int) -> str:
    """Show who is in the frozen audience and who was left out, each with the reason."""
    session = db.session()
    mailing = get_mailing(session, mailing_id)
    listing = Listing(recipient_list(mailing_id), request.args)
    listing.fill(session, narrow_recipients(session, listing))
    return render_template(
        "mailings/recipients.html",
        listing=listing,
        mailing=mailing,
        why=WHY_OF_EACH,
        returned=return_sentence,
        states=STATE_LABELS,
        tones=STATE_TONES,
        may_send_again=may_send_again(mailing),
        to_decide=TO_DECIDE,
    )


@blueprint.get(f"{ONE}/destinataires/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export_recipients(mailing_id: int, extension: str) -> Response:
    """Send whom a mailing thought of, as narrowed by the URL."""
    session = db.session()
    get_mailing(session, mailing_id)
    listing = Listing(recipient_list(mailing_id), request.args)
    rows = listing.all_rows(session, narrow_recipients(session, listing))
    columns = exported_columns(listing.definition, listing.shown)
    return send_rows("destinataires", rows, extension, columns)
