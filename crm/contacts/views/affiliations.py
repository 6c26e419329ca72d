"""What people do in structures: adding a role, changing or ending it."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.contacts import operations
from crm.contacts.forms import AffiliationForm
from crm.contacts.presentation import offer_affiliation_choices
from crm.contacts.queries.people import affiliation_for_page, contact_for_page
from crm.core import clock
from crm.core.errors import StaleRecordError
from crm.database import db
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done
from crm.web.submissions import save_form, save_once

blueprint = Blueprint("affiliations", __name__)


@blueprint.route("/contacts/<int:contact_id>/fonctions/nouvelle", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def new(contact_id: int) -> ResponseReturnValue:
    """Tie a person to a structure."""
    form = AffiliationForm(start_on=clock.today())
    contact = contact_for_page(db.session(), contact_id)
    if form.is_submitted():
        saved = save_once(form, lambda session: _create(session, contact_id, form))
        if saved:
            return done("Fonction ajoutée.", url_for("contacts.show", contact_id=contact_id))
    return _form_page(form, contact_id, contact.full_name, 422 if form.is_submitted() else 200)


@blueprint.route("/fonctions/<int:affiliation_id>/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def edit(affiliation_id: int) -> ResponseReturnValue:
    """Change a role, or end it; a second editor sees both versions."""
    stored = affiliation_for_page(db.session(), affiliation_id)
    contact_id, name = stored.contact_id, stored.contact.full_name
    form, theirs = AffiliationForm(), _as_stored(affiliation_id)
    if not form.is_submitted():
        return _form_page(theirs, contact_id, name, edited=True)
    apply_choices(form, theirs)
    form.structure.data = theirs.structure.data
    try:
        saved = save_form(form, lambda session: _update(session, affiliation_id, form))
    except StaleRecordError:
        found = both_versions(form, _as_stored(affiliation_id))
        return _form_page(form, contact_id, name, 409, found, edited=True)
    if saved:
        return done("Fonction enregistrée.", url_for("contacts.show", contact_id=contact_id))
    return _form_page(form, contact_id, name, 422, edited=True)


def _create(session: Session, contact_id: int, form: AffiliationForm) -> int:
    value = next(iter(form.structure.data or ()), request.form.get("structure_text", ""))
    structure = operations.resolve_structure(
        session, value=value, family_code=None, field="structure"
    )
    return operations.create_affiliation(
        session, contact_id=contact_id, structure_id=structure.id, data=form.read()
    ).id


def _update(session: Session, affiliation_id: int, form: AffiliationForm) -> int:
    return operations.update_affiliation(
        session,
        affiliation_id=affiliation_id,
        version=form.version_number,
        data=form.read(),
    ).id


def _as_stored(affiliation_id: int) -> AffiliationForm:
    session = db.session()
    session.expire_all()
    form = AffiliationForm(formdata=None)
    form.write(affiliation_for_page(session, affiliation_id))
    return form


def _form_page(
    form: AffiliationForm,
    contact_id: int,
    contact_name: str,
    status: int = 200,
    conflict: list[Difference] | None = None,
    *,
    edited: bool = False,
) -> ResponseReturnValue:
    offer_affiliation_choices(db.session(), form)
    page = render_template(
        "contacts/affiliation.html",
        form=form,
        contact_id=contact_id,
        contact_name=contact_name,
        differences=conflict,
        edited=edited,
    )
    return page, status
