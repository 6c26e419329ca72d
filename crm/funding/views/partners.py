"""Structures that take a role in an application, or leave it, from the application's page."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.database import db, transaction
from crm.funding.forms.belongings import PartnerForm
from crm.funding.operations.partners import add_partners, remove_partner
from crm.funding.queries.applications import application_for_page
from crm.funding.views.blueprints import ONE_APPLICATION
from crm.funding.views.blueprints import applications as blueprint
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.web.access import Permission, allow
from crm.web.requests import done
from crm.web.submissions import save_once


@blueprint.route(f"{ONE_APPLICATION}/participants", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def take_part(application_id: int) -> ResponseReturnValue:
    """Give a role to structures, several at once."""
    session = db.session()
    record, form = application_for_page(session, application_id), PartnerForm()
    form.settle(session)
    if form.is_submitted() and save_once(form, lambda opened: _add(opened, application_id, form)):
        return done("Participants ajoutés.", _back(application_id))
    form.offer(session)
    page = render_template("funding/applications/take_part.html", form=form, record=record)
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/participants/<int:partner_id>/retirer")
@allow(Permission.EDIT_NETWORK)
def leave(partner_id: int) -> ResponseReturnValue:
    """Take a role away from a structure; it can be given back at once."""
    with transaction() as session:
        gone = remove_partner(session, partner_id=partner_id)
        back = _back(gone.application_id)
        undo = undo_link(change_set_of(session), back)
    return done("Rôle retiré.", back, undo_url=undo)


def _back(application_id: int) -> str:
    return url_for(".show", application_id=application_id) + "#participants"


def _add(session: Session, application_id: int, form: PartnerForm) -> int:
    add_partners(
        session,
        application_id=application_id,
        structures=form.structures.data or (),
        role=form.role.data or "",
        new_family=form.new_family.data or "",
    )
    return application_id
