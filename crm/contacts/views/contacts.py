"""People: the list, a page, the form, and what ties them to structures."""

from flask import (
    Blueprint,
    Response,
    jsonify,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.contacts import operations
from crm.contacts.forms import ContactForm, NewContactForm
from crm.contacts.listings import contact_list
from crm.contacts.models import Contact
from crm.contacts.operations.people import get_contact
from crm.contacts.presentation import contact_page, offer_affiliation_choices
from crm.contacts.queries import find_contacts
from crm.contacts.queries.identities import merged_into
from crm.contacts.rules import split_name
from crm.contacts.vcards import vcards_of
from crm.core import clock
from crm.core.errors import NotFoundError, StaleRecordError
from crm.database import db, transaction
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.search.lists import narrow_by_words
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.exports import send_bytes, send_rows
from crm.web.lists import Listing
from crm.web.lookalikes import check_is_new, lookalikes_of
from crm.web.requests import done
from crm.web.submissions import save_form, save_once

blueprint = Blueprint("contacts", __name__, url_prefix="/contacts")


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show the list of people, narrowed by the URL."""
    session = db.session()
    listing = Listing(contact_list(clock.today()), request.args)
    listing.fill(session, narrow_by_words(session, listing, "contact", Contact.id))
    return render_template("contacts/index.html", listing=listing)


@blueprint.get("/export.<any(csv, xlsx, vcf):extension>")
@allow(Permission.EXPORT)
def export(extension: str) -> Response:
    """Send the whole list, as narrowed by the URL."""
    session = db.session()
    listing = Listing(contact_list(clock.today()), request.args)
    narrowing = narrow_by_words(session, listing, "contact", Contact.id)
    rows = listing.all_rows(session, narrowing)
    if extension == "vcf":
        return _send_cards("contacts", [row.id for row in rows])
    return send_rows("contacts", rows, extension, listing.exported)


@blueprint.get("/suggestions")
@allow(Permission.READ_NETWORK)
def suggestions() -> Response:
    """Answer a picker: people whose words begin like this."""
    found = find_contacts(db.session(), request.args.get("q", "")[:100])
    return jsonify([{"value": s.value, "text": s.text, "detail": s.detail} for s in found])


@blueprint.get("/<int:contact_id>")
@allow(Permission.READ_NETWORK)
def show(contact_id: int) -> ResponseReturnValue:
    """Show a person: addresses, roles, what happened, changes; or the one they were merged into."""
    try:
        page = contact_page(db.session(), contact_id, clock.today())
    except NotFoundError:
        kept_id = merged_into(db.session(), "contact", contact_id)
        if kept_id is None:
            raise
        return redirect(url_for(".show", contact_id=kept_id))
    return render_template("contacts/show.html", **page)


@blueprint.get("/<int:contact_id>/fiche.vcf")
@allow(Permission.EXPORT)
def card(contact_id: int) -> Response:
    """Send a person as a vCard, for a phone or a mail program."""
    contact = get_contact(db.session(), contact_id)
    return _send_cards("contact", [contact.id])


@blueprint.route("/nouveau", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def new() -> ResponseReturnValue:
    """Create a person, with a first role where one is given."""
    first_name, last_name = split_name(request.args.get("nom", "")[:100])
    form = NewContactForm(
        structure=request.args.getlist("structure"),
        role=request.args.get("fonction", "")[:120],
        is_elected="electif" in request.args,
        seat_id=request.args.get("siege", "")[:9],
        start_on=clock.today(),
        first_name=first_name,
        last_name=last_name,
    )
    if form.is_submitted():
        saved = save_once(form, lambda session: _create(session, form))
        if saved:
            return done("Contact créé.", url_for(".show", contact_id=saved))
    offer_affiliation_choices(db.session(), form)
    page = render_template("contacts/form.html", form=form, contact_id=None, differences=None)
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/<int:contact_id>/verifier")
@allow(Permission.EDIT_NETWORK)
def verify(contact_id: int) -> ResponseReturnValue:
    """Say that a person's record was checked today."""
    with transaction() as session:
        get_contact(session, contact_id).verified_on = clock.today()
        session.flush()
        saved = change_set_of(session)
    undo_url = undo_link(saved)
    return done("Fiche vérifiée.", url_for(".show", contact_id=contact_id), undo_url=undo_url)


@blueprint.post("/ressemblances")
@allow(Permission.EDIT_NETWORK)
def lookalikes() -> str:
    """Show the people that the one being typed may already be."""
    records = lookalikes_of(db.session(), "contact", NewContactForm())
    return render_template("contacts/_lookalikes.html", records=records)


@blueprint.route("/<int:contact_id>/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def edit(contact_id: int) -> ResponseReturnValue:
    """Change a person; a second editor sees both versions."""
    form = ContactForm()
    theirs = _as_stored(contact_id)
    if not form.is_submitted():
        return _form_page(theirs, contact_id)
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _update(session, contact_id, form))
    except StaleRecordError:
        return _form_page(form, contact_id, 409, both_versions(form, _as_stored(contact_id)))
    if saved:
        return done("Contact enregistré.", url_for(".show", contact_id=saved))
    return _form_page(form, contact_id, 422)


def _send_cards(title: str, ids: list[int]) -> Response:
    cards = stream_with_context(vcards_of(db.session(), ids, clock.today()))
    return send_bytes(title, cards, "vcf", "text/vcard; charset=utf-8")


def _create(session: Session, form: NewContactForm) -> int:
    check_is_new(session, "contact", form)
    contact = operations.create_contact(session, data=form.read())
    value = next(iter(form.structure.data or ()), None)
    if value:
        structure = operations.resolve_structure(
            session, value=value, family_code=None, field="structure"
        )
        operations.create_affiliation(
            session, contact_id=contact.id, structure_id=structure.id, data=form.read_role()
        )
    return contact.id


def _update(session: Session, contact_id: int, form: ContactForm) -> int:
    return operations.update_contact(
        session, contact_id=contact_id, version=form.version_number, data=form.read()
    ).id


def _as_stored(contact_id: int) -> ContactForm:
    session = db.session()
    session.expire_all()
    form = ContactForm(formdata=None)
    form.write(get_contact(session, contact_id))
    return form


def _form_page(
    form: ContactForm,
    contact_id: int,
    status: int = 200,
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "contacts/form.html", form=form, contact_id=contact_id, differences=conflict
    )
    return page, status
