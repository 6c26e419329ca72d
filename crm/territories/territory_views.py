"""The named lists of communes: the list, a page, the form."""

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.core.errors import StaleRecordError
from crm.database import db
from crm.history.queries import history_of
from crm.history.wording import tell
from crm.territories import territory_operations as operations
from crm.territories.models import Territory
from crm.territories.territory_forms import TerritoryForm
from crm.territories.territory_listing import narrow_territories, territory_list
from crm.territories.territory_queries import population_of, territory_for_page
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.exports import send_rows
from crm.web.list_columns import exported_columns
from crm.web.lists import Listing
from crm.web.requests import done
from crm.web.submissions import save_form, save_once

blueprint = Blueprint("territory_lists", __name__, url_prefix="/territoires")
ONE = "/<int:territory_id>"


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show the list of territories."""
    session = db.session()
    listing = Listing(territory_list(request.args), request.args)
    listing.fill(session, narrow_territories(session, listing))
    return render_template("territories/index.html", listing=listing)


@blueprint.get("/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export(extension: str) -> Response:
    """Send the whole list of territories, as narrowed by the URL."""
    session = db.session()
    listing = Listing(territory_list(request.args), request.args)
    rows = listing.all_rows(session, narrow_territories(session, listing))
    chosen = exported_columns(listing.definition, listing.shown)
    return send_rows("territoires", rows, extension, chosen)


@blueprint.get(ONE)
@allow(Permission.READ_NETWORK)
def show(territory_id: int) -> str:
    """Show a territory: its communes, what changed."""
    session = db.session()
    territory = territory_for_page(session, territory_id)
    changes = history_of(session, entity="territory", record_id=territory_id)
    return render_template(
        "territories/show.html",
        territory=territory,
        population=population_of(session, territory_id),
        changes=tell(session, changes),
    )


@blueprint.route("/nouveau", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def new() -> ResponseReturnValue:
    """Make a territory out of pasted names or codes."""
    form = TerritoryForm()
    if not form.is_submitted():
        return _form_page(form, None)
    form.settle(db.session())
    saved = save_once(
        form, lambda session: operations.create_territory(session, data=form.read()).id
    )
    if saved:
        return done("Territoire créé.", url_for(".show", territory_id=saved))
    return _form_page(form, None, 422)


@blueprint.route(f"{ONE}/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def edit(territory_id: int) -> ResponseReturnValue:
    """Change a territory; a second editor sees both versions."""
    theirs, territory = _as_stored(territory_id)
    form = TerritoryForm()
    if not form.is_submitted():
        return _form_page(theirs, territory)
    apply_choices(form, theirs)
    form.settle(db.session())
    try:
        saved = save_form(form, lambda session: _update(session, territory_id, form))
    except StaleRecordError:
        theirs, territory = _as_stored(territory_id)
        return _form_page(form, territory, 409, both_versions(form, theirs))
    if saved:
        return done("Territoire enregistré.", url_for(".show", territory_id=saved))
    return _form_page(form, territory, 422)


def _update(session: Session, territory_id: int, form: TerritoryForm) -> int:
    return operations.update_territory(
        session, territory_id=territory_id, version=form.version_number, data=form.read()
    ).id


def _as_stored(territory_id: int) -> tuple[TerritoryForm, Territory]:
    session = db.session()
    session.expire_all()
    territory = territory_for_page(session, territory_id)
    form = TerritoryForm(formdata=None)
    form.write(territory)
    return form, territory


def _form_page(
    form: TerritoryForm,
    territory: Territory | None,
    status: int = 200,
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "territories/form.html", form=form, territory=territory, differences=conflict
    )
    return page, status
