"""The territory as a list: its places, its communes, what is done with several of them."""

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.contacts.operations.structures import adopt_commune
from crm.core.errors import N_, NotFoundError, RuleError
from crm.coverage.forms import chosen_values
from crm.coverage.listings.coverage import coverage_list, narrow_by_name, read_level, read_scope
from crm.coverage.presentation import scheme_choices, scope_words
from crm.coverage.screens import coverage_page
from crm.coverage.types import Level
from crm.coverage.views.blueprint import blueprint
from crm.coverage.views.follow_ups import Planning, answer_planning
from crm.database import db, transaction
from crm.followups.operations.several import MOST_AT_ONCE
from crm.history.addresses import undo_link
from crm.history.bulk import sent_filters
from crm.history.recording import change_set_of
from crm.web.access import Permission, allow
from crm.web.exports import send_rows
from crm.web.list_columns import exported_columns
from crm.web.lists import Listing
from crm.web.locale import translate
from crm.web.requests import done, refused


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show the places or the communes that the URL asks for, and the figures of their communes."""
    session = db.session()
    listing = Listing(coverage_list(request.args), request.args)
    listing.fill(session, narrow_by_name(session, listing))
    return render_template("coverage/index.html", **coverage_page(session, listing))


@blueprint.get("/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export(extension: str) -> Response:
    """Send the whole list, as narrowed by the URL."""
    session = db.session()
    listing = Listing(coverage_list(request.args), request.args)
    rows = listing.all_rows(session, narrow_by_name(session, listing))
    columns = exported_columns(listing.definition, listing.shown)
    return send_rows("zones-blanches", rows, extension, columns)


@blueprint.post("/communes/<string(length=5):insee_code>/ouvrir")
@allow(Permission.EDIT_NETWORK)
def open_commune(insee_code: str) -> ResponseReturnValue:
    """Make a commune of the reference an actor of the network, and go to its page."""
    try:
        with transaction() as session:
            structure_id = adopt_commune(session, insee_code=insee_code).id
            saved = change_set_of(session)
    except RuleError:
        raise NotFoundError from None
    target = url_for("structures.show", structure_id=structure_id)
    if not saved:
        return redirect(target, 303)
    undo_url = undo_link(saved)
    return done("La commune a maintenant sa fiche.", target, undo_url=undo_url)


@blueprint.post("/relances")
@allow(Permission.LOG_SESSIONS)
def plan() -> ResponseReturnValue:
    """Plan the same follow-up for the communes ticked, or for all that the filters keep."""
    try:
        arguments = sent_filters()
    except RuleError as error:
        return refused(error, url_for(".index"))
    session = db.session()
    listing = Listing(coverage_list(arguments), arguments)
    values = chosen_values(request.form.getlist("selection"))
    if request.form.get("tout") == "1" and read_level(arguments) is Level.COMMUNE:
        found = listing.ids(session, narrow_by_name(session, listing), MOST_AT_ONCE + 1)
        values = [f"commune:{code}" for code in found]
    named = scope_words(read_scope(arguments), scheme_choices(session))
    return answer_planning(
        Planning(
            back=listing.url(),
            values=values,
            what=translate(
                N_("Prendre contact au sujet des financements (%(about)s)"), about=named
            ),
        )
    )
