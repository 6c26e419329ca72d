"""Structures: the list, a page, the form."""

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.contacts import operations
from crm.contacts.forms import StructureForm
from crm.contacts.listings import structure_list
from crm.contacts.models import Structure
from crm.contacts.operations.structures import get_structure
from crm.contacts.presentation import offer_structure_choices, structure_page
from crm.contacts.queries import suggest_structures
from crm.contacts.queries.identities import merged_into
from crm.core import clock
from crm.core.errors import NotFoundError, StaleRecordError
from crm.database import db, transaction
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.search.lists import narrow_by_words
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.exports import send_rows
from crm.web.lists import Listing
from crm.web.lookalikes import check_is_new, lookalikes_of
from crm.web.requests import asked_day, done
from crm.web.submissions import save_form, save_once

blueprint = Blueprint("structures", __name__, url_prefix="/structures")


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show the list of structures, narrowed by the URL."""
    session = db.session()
    listing = Listing(structure_list(clock.today()), request.args)
    listing.fill(session, narrow_by_words(session, listing, "structure", Structure.id))
    return render_template("structures/index.html", listing=listing)


@blueprint.get("/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export(extension: str) -> Response:
    """Send the whole list, as narrowed by the URL."""
    session = db.session()
    listing = Listing(structure_list(clock.today()), request.args)
    narrowing = narrow_by_words(session, listing, "structure", Structure.id)
    rows = listing.all_rows(session, narrowing)
    return send_rows("structures", rows, extension, listing.exported)


@blueprint.get("/suggestions")
@allow(Permission.READ_NETWORK)
def suggestions() -> Response:
    """Answer a picker: structures, communes and EPCI whose words begin like this."""
    found = suggest_structures(db.session(), request.args.get("q", "")[:100])
    return jsonify([{"value": s.value, "text": s.text, "detail": s.detail} for s in found])


@blueprint.get("/<int:structure_id>")
@allow(Permission.READ_NETWORK)
def show(structure_id: int) -> ResponseReturnValue:
    """Show a structure: identity, people, what happened, changes; or the one it was merged into."""
    try:
        page = structure_page(db.session(), structure_id, asked_day("le"))
    except NotFoundError:
        kept_id = merged_into(db.session(), "structure", structure_id)
        if kept_id is None:
            raise
        return redirect(url_for(".show", structure_id=kept_id))
    return render_template("structures/show.html", **page)


@blueprint.route("/nouvelle", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def new() -> ResponseReturnValue:
    """Create a structure."""
    form = StructureForm(
        name=request.args.get("nom", "")[:200],
        listed_on=clock.today(),
        parent=request.args.getlist("parent")[:1],
    )
    offer_structure_choices(db.session(), form)
    if form.is_submitted():
        saved = save_once(form, lambda session: _create(session, form))
        if saved:
            return done("Structure créée.", url_for(".show", structure_id=saved))
    return _form_page(form, None, 422 if form.is_submitted() else 200)


@blueprint.post("/ressemblances")
@allow(Permission.EDIT_NETWORK)
def lookalikes() -> str:
    """Show the structures that the one being typed may already be."""
    records = lookalikes_of(db.session(), "structure", StructureForm())
    return render_template("contacts/_lookalikes.html", records=records)


@blueprint.route("/<int:structure_id>/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def edit(structure_id: int) -> ResponseReturnValue:
    """Change a structure; a second editor sees both versions."""
    form = StructureForm()
    theirs = _as_stored(structure_id)
    if not form.is_submitted():
        return _form_page(theirs, structure_id)
    apply_choices(form, theirs)
    offer_structure_choices(db.session(), form)
    try:
        saved = save_form(form, lambda session: _update(session, structure_id, form))
    except StaleRecordError:
        return _form_page(form, structure_id, 409, both_versions(form, _as_stored(structure_id)))
    if saved:
        return done("Structure enregistrée.", url_for(".show", structure_id=saved))
    return _form_page(form, structure_id, 422)


@blueprint.post("/<int:structure_id>/verifier")
@allow(Permission.EDIT_NETWORK)
def verify(structure_id: int) -> ResponseReturnValue:
    """Say that a structure's record was checked today."""
    with transaction() as session:
        get_structure(session, structure_id).verified_on = clock.today()
        session.flush()
        saved = change_set_of(session)
    undo_url = undo_link(saved)
    return done("Fiche vérifiée.", url_for(".show", structure_id=structure_id), undo_url=undo_url)


@blueprint.post("/adopter")
@allow(Permission.EDIT_NETWORK)
def adopt() -> ResponseReturnValue:
    """Make a commune or an EPCI of the reference an actor of the network, and go to its page."""
    value = request.form.get("value", "")
    with transaction() as session:
        structure = operations.resolve_structure(session, value=value, family_code=None)
        target = url_for(".show", structure_id=structure.id)
    return done("La structure fait partie du réseau.", target)


def _create(session: Session, form: StructureForm) -> int:
    check_is_new(session, "structure", form)
    return operations.create_structure(session, data=form.read()).id


def _update(session: Session, structure_id: int, form: StructureForm) -> int:
    return operations.update_structure(
        session,
        structure_id=structure_id,
        version=form.version_number,
        data=form.read(),
    ).id


def _as_stored(structure_id: int) -> StructureForm:
    session = db.session()
    session.expire_all()
    form = StructureForm(formdata=None)
    form.write(get_structure(session, structure_id))
    offer_structure_choices(session, form)
    return form


def _form_page(
    form: StructureForm,
    structure_id: int | None,
    status: int = 200,
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "structures/form.html", form=form, structure_id=structure_id, differences=conflict
    )
    return page, status
