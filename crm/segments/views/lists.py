"""The list of segments, and those of their members: shown, exported, changed at once."""

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from crm.accounts.gate import signed_in
from crm.core import clock
from crm.core.errors import N_
from crm.database import db
from crm.history.bulk import Bulk, answer_bulk
from crm.segments.bulk import SEGMENT_ACTIONS
from crm.segments.errors import SegmentError
from crm.segments.listings.members import member_list, narrow_members
from crm.segments.listings.segments import narrow_segments, segment_list
from crm.segments.queries import segment_for_page
from crm.segments.views.blueprint import ONE, blueprint
from crm.web.access import Permission, allow
from crm.web.exports import send_rows
from crm.web.list_columns import exported_columns
from crm.web.lists import Listing

_BULK = Bulk(N_("Modifier plusieurs segments"), segment_list, narrow_segments, SEGMENT_ACTIONS)


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show the list of segments, narrowed by the URL."""
    session = db.session()
    listing = Listing(segment_list(request.args), request.args)
    listing.fill(session, narrow_segments(session, listing))
    return render_template("segments/index.html", listing=listing)


@blueprint.get("/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export(extension: str) -> Response:
    """Send the whole list of segments, as narrowed by the URL."""
    session = db.session()
    listing = Listing(segment_list(request.args), request.args)
    rows = listing.all_rows(session, narrow_segments(session, listing))
    chosen = exported_columns(listing.definition, listing.shown)
    return send_rows("segments", rows, extension, chosen)


@blueprint.post("/lot")
@allow(Permission.EDIT_NETWORK)
def bulk() -> ResponseReturnValue:
    """Change the selected segments at once, or show all that can be changed."""
    return answer_bulk(_BULK)


@blueprint.get(f"{ONE}/fiches")
@allow(Permission.READ_NETWORK)
def members(segment_id: int) -> ResponseReturnValue:
    """Show the members of a segment, narrowed by the URL; or why there can be none."""
    session = db.session()
    segment = segment_for_page(session, segment_id, signed_in().id)
    try:
        listing = Listing(member_list(session, segment, clock.today()), request.args)
    except SegmentError as error:
        page = render_template("segments/broken.html", segment=segment, sentences=error.sentences)
        return page, 422
    listing.fill(session, narrow_members(session, segment, listing))
    return render_template("segments/members.html", segment=segment, listing=listing)


@blueprint.get(f"{ONE}/fiches/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export_members(segment_id: int, extension: str) -> ResponseReturnValue:
    """Send the members of a segment, as narrowed by the URL."""
    session = db.session()
    segment = segment_for_page(session, segment_id, signed_in().id)
    try:
        listing = Listing(member_list(session, segment, clock.today()), request.args)
    except SegmentError as error:
        page = render_template("segments/broken.html", segment=segment, sentences=error.sentences)
        return page, 422
    rows = listing.all_rows(session, narrow_members(session, segment, listing))
    return send_rows(f"segment-{segment.id}", rows, extension, listing.exported)
