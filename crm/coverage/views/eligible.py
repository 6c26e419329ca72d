"""Those a call is open to and who were not contacted yet: a list to work on."""

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.core.errors import N_, RuleError
from crm.coverage.forms import chosen_values
from crm.coverage.listings.eligible import eligible_list, narrow_eligible, shows_communes
from crm.coverage.queries.eligible import open_call
from crm.coverage.screens_of_calls import eligible_page
from crm.coverage.views.blueprint import eligible_blueprint as blueprint
from crm.coverage.views.follow_ups import Planning, answer_planning
from crm.database import db
from crm.followups.operations.several import MOST_AT_ONCE
from crm.history.bulk import sent_filters
from crm.web.access import Permission, allow
from crm.web.exports import send_rows
from crm.web.list_columns import exported_columns
from crm.web.lists import Listing
from crm.web.locale import translate
from crm.web.requests import refused

_OF_CALL = "/<int:call_id>/eligibles"


@blueprint.get(_OF_CALL)
@allow(Permission.READ_NETWORK)
def index(call_id: int) -> str:
    """Show the structures that could apply, or the communes, narrowed by the URL."""
    session = db.session()
    call = open_call(session, call_id)
    listing = Listing(eligible_list(call, request.args), request.args)
    listing.fill(session, narrow_eligible(session, call, listing))
    return render_template("coverage/eligible.html", **eligible_page(session, call, listing))


@blueprint.get(f"{_OF_CALL}/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export(call_id: int, extension: str) -> Response:
    """Send the whole list, as narrowed by the URL."""
    session = db.session()
    call = open_call(session, call_id)
    listing = Listing(eligible_list(call, request.args), request.args)
    rows = listing.all_rows(session, narrow_eligible(session, call, listing))
    columns = exported_columns(listing.definition, listing.shown)
    return send_rows("eligibles", rows, extension, columns)


@blueprint.post(f"{_OF_CALL}/relances")
@allow(Permission.LOG_SESSIONS)
def plan(call_id: int) -> ResponseReturnValue:
    """Plan the same follow-up about the call for those ticked, or all that the filters keep."""
    session = db.session()
    call = open_call(session, call_id)
    try:
        arguments = sent_filters()
    except RuleError as error:
        return refused(error, url_for(".index", call_id=call_id))
    listing = Listing(eligible_list(call, arguments), arguments)
    values = chosen_values(request.form.getlist("selection"))
    if request.form.get("tout") == "1":
        found = listing.ids(session, narrow_eligible(session, call, listing), MOST_AT_ONCE + 1)
        kind = "commune:" if shows_communes(call, arguments) else ""
        values = [f"{kind}{each}" for each in found]
    what = translate(N_("Proposer l’appel « %(call)s »"), call=call.name)
    return answer_planning(
        Planning(listing.url(), values, what, call_id=call.id, closes_on=call.closes_on)
    )
