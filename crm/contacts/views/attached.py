"""Addresses, numbers, fees, partners and seats: one set of pages for all that hangs on a record."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.contacts.attached_forms import (
    AddressForm,
    AttachedForm,
    ContactPointForm,
    NetworkMembershipForm,
    PartnershipForm,
    SeatForm,
)
from crm.contacts.operations import attached as operations
from crm.contacts.operations.attached import Attached
from crm.contacts.queries.attached import name_of_contact, name_of_structure
from crm.core.errors import N_, NotFoundError, StaleRecordError
from crm.database import db, transaction
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done
from crm.web.submissions import save_form, save_once

blueprint = Blueprint("attached", __name__)


@dataclass(frozen=True, slots=True)
class Page:
    """What the pages of a kind are made of; `owner` and `kind` are parts of their address."""

    owner: str
    kind: str
    attached: Attached
    form: type[AttachedForm]
    title: str

    def back(self, owner_id: int) -> str:
        """Return the page of the record that all this hangs on."""
        values: dict[str, Any] = {self.attached.owner: owner_id}
        return url_for(f"{self.owner}.show", **values) + "#" + self.kind


_PAGES = {
    (page.owner, page.kind): page
    for page in (
        Page(
            "structures",
            "coordonnees",
            operations.POINT_OF_STRUCTURE,
            ContactPointForm,
            N_("Coordonnée"),
        ),
        Page(
            "contacts",
            "coordonnees",
            operations.POINT_OF_CONTACT,
            ContactPointForm,
            N_("Coordonnée"),
        ),
        Page("structures", "adresses", operations.ADDRESS, AddressForm, N_("Adresse")),
        Page(
            "structures",
            "adhesions",
            operations.NETWORK_MEMBERSHIP,
            NetworkMembershipForm,
            N_("Adhésion au réseau"),
        ),
        Page(
            "structures",
            "partenaires",
            operations.PARTNERSHIP,
            PartnershipForm,
            N_("Partenaire à l’étranger"),
        ),
        Page("structures", "sieges", operations.SEAT, SeatForm, N_("Siège à pourvoir")),
    )
}
_OF_STRUCTURE = "/structures/<int:owner_id>/<kind>"
_OF_CONTACT = "/contacts/<int:owner_id>/<kind>"
_STRUCTURE, _CONTACT = {"owner": "structures"}, {"owner": "contacts"}


@blueprint.route(f"{_OF_STRUCTURE}/nouvelle", defaults=_STRUCTURE, methods=["GET", "POST"])
@blueprint.route(f"{_OF_CONTACT}/nouvelle", defaults=_CONTACT, methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def new(owner: str, owner_id: int, kind: str) -> ResponseReturnValue:
    """Add one to a structure or a person."""
    page = _page(owner, kind)
    form = page.form()
    if form.is_submitted() and save_once(form, lambda session: _add(session, page, owner_id, form)):
        return done("C’est ajouté.", page.back(owner_id))
    return _form_page(page, form, owner_id, 422 if form.is_submitted() else 200)


@blueprint.route(
    f"{_OF_STRUCTURE}/<int:record_id>/modifier", defaults=_STRUCTURE, methods=["GET", "POST"]
)
@blueprint.route(
    f"{_OF_CONTACT}/<int:record_id>/modifier", defaults=_CONTACT, methods=["GET", "POST"]
)
@allow(Permission.EDIT_NETWORK)
def edit(owner: str, owner_id: int, kind: str, record_id: int) -> ResponseReturnValue:
    """Change one; a second editor sees both versions."""
    page = _page(owner, kind)
    form, theirs = page.form(), _as_stored(page, owner_id, record_id)
    if not form.is_submitted():
        return _form_page(page, theirs, owner_id, record_id=record_id)
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _update(session, page, record_id, form))
    except StaleRecordError:
        found = both_versions(form, _as_stored(page, owner_id, record_id))
        return _form_page(page, form, owner_id, 409, found, record_id=record_id)
    if saved:
        return done("C’est enregistré.", page.back(owner_id))
    return _form_page(page, form, owner_id, 422, record_id=record_id)


@blueprint.route(f"{_OF_STRUCTURE}/<int:record_id>/retirer", defaults=_STRUCTURE, methods=["POST"])
@blueprint.route(f"{_OF_CONTACT}/<int:record_id>/retirer", defaults=_CONTACT, methods=["POST"])
@allow(Permission.EDIT_NETWORK)
def remove(owner: str, owner_id: int, kind: str, record_id: int) -> ResponseReturnValue:
    """Take one away; it comes back by the undo of the message."""
    page = _page(owner, kind)
    _as_stored(page, owner_id, record_id)
    with transaction() as session:
        operations.remove_attached(session, kind=page.attached, record_id=record_id)
        saved = change_set_of(session)
    undo_url = undo_link(saved)
    return done("C’est retiré.", page.back(owner_id), undo_url=undo_url)


def _page(owner: str, kind: str) -> Page:
    page = _PAGES.get((owner, kind))
    if page is None:
        raise NotFoundError
    return page


def _add(session: Session, page: Page, owner_id: int, form: AttachedForm) -> int:
    record = operations.add_attached(
        session, kind=page.attached, owner_id=owner_id, data=form.read()
    )
    return int(record.id)


def _update(session: Session, page: Page, record_id: int, form: AttachedForm) -> int:
    record = operations.update_attached(
        session,
        kind=page.attached,
        record_id=record_id,
        version=form.version_number,
        data=form.read(),
    )
    return int(record.id)


def _as_stored(page: Page, owner_id: int, record_id: int) -> AttachedForm:
    session = db.session()
    session.expire_all()
    record = operations.get_attached(session, kind=page.attached, record_id=record_id)
    if getattr(record, page.attached.owner) != owner_id:
        raise NotFoundError
    form = page.form(formdata=None)
    form.write(record)
    form.offer(session)
    return form


def _form_page(
    page: Page,
    form: AttachedForm,
    owner_id: int,
    status: int = 200,
    conflict: list[Difference] | None = None,
    *,
    record_id: int | None = None,
) -> ResponseReturnValue:
    session = db.session()
    name_of = name_of_structure if page.owner == "structures" else name_of_contact
    name = name_of(session, owner_id)
    form.offer(session)
    shown = render_template(
        "contacts/attached.html",
        form=form,
        page=page,
        owner_id=owner_id,
        owner_name=name,
        record_id=record_id,
        differences=conflict,
    )
    return shown, status
