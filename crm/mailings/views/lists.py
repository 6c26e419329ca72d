"""The list of mailings, the list of whom one of them thought of, and their exports."""

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.core.errors import N_, RuleError
from crm.database import db
from crm.history.bulk import Bulk, answer_bulk
from crm.mail.types import STATE_LABELS, STATE_TONES
from crm.mail.wording import return_sentence
from crm.mailings.bulk import MAILING_ACTIONS
from crm.mailings.listings import (
    foreseen_list,
    mailing_list,
    narrow_foreseen,
    narrow_mailings,
    narrow_recipients,
    recipient_list,
)
from crm.mailings.models import Mailing
from crm.mailings.operations.mailings import get_mailing
from crm.mailings.types import STATUS_LABELS, STATUS_TONES, Status
from crm.mailings.views.blueprints import ONE, blueprint
from crm.mailings.views.recipients import TO_DECIDE, may_send_again
from crm.mailings.wording import WHY, WHY_OF_EACH
from crm.segments.errors import SegmentError
from crm.web.access import Permission, allow
from crm.web.exports import send_rows
from crm.web.list_columns import exported_columns
from crm.web.lists import Listing
from crm.web.requests import refused

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
def recipients(mailing_id: int) -> ResponseReturnValue:
    """Show who is in the frozen audience and who was left out, each with the reason.

    Of a draft: whom it would be frozen for today.
    """
    session = db.session()
    mailing = get_mailing(session, mailing_id)
    if mailing.status == Status.DRAFT:
        return _foreseen(session, mailing)
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


def _foreseen(session: Session, mailing: Mailing) -> ResponseReturnValue:
    try:
        listing = Listing(foreseen_list(session, mailing), request.args)
    except SegmentError as error:
        here = url_for(".show", mailing_id=mailing.id)
        return refused(RuleError("included", str(error)), here)
    listing.fill(session, narrow_foreseen(session, listing))
    return render_template("mailings/foreseen.html", listing=listing, mailing=mailing, why=WHY)


@blueprint.get(f"{ONE}/destinataires/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export_recipients(mailing_id: int, extension: str) -> ResponseReturnValue:
    """Send whom a mailing thought of, or a draft thinks of, as narrowed by the URL."""
    session = db.session()
    mailing = get_mailing(session, mailing_id)
    of, narrow = recipient_list(mailing_id), narrow_recipients
    if mailing.status == Status.DRAFT:
        try:
            of, narrow = foreseen_list(session, mailing), narrow_foreseen
        except SegmentError as error:
            here = url_for(".show", mailing_id=mailing_id)
            return refused(RuleError("included", str(error)), here)
    listing = Listing(of, request.args)
    rows = listing.all_rows(session, narrow(session, listing))
    columns = exported_columns(listing.definition, listing.shown)
    return send_rows("destinataires", rows, extension, columns)
