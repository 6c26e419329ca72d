"""Structures that take a role in a project, or leave it, from the project's page."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.database import db, transaction
from crm.projects.forms import PartnersForm
from crm.projects.operations import add_partners, remove_partner
from crm.projects.presentation import offer_partner_choices
from crm.projects.queries import project_for_page
from crm.projects.views.blueprint import ONE, blueprint
from crm.web.access import Permission, allow
from crm.web.requests import done
from crm.web.submissions import save_once


@blueprint.route(f"{ONE}/participants", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def take_part(project_id: int) -> ResponseReturnValue:
    """Give a role to structures, several at once."""
    session = db.session()
    project, form = project_for_page(session, project_id), PartnersForm()
    form.settle_typed_name(session, form.structures_text, form.structures)
    if form.is_submitted() and save_once(form, lambda opened: _add(opened, project_id, form)):
        return done("Participants ajoutés.", url_for(".show", project_id=project_id))
    offer_partner_choices(session, form)
    page = render_template("projects/take_part.html", form=form, project=project)
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/participants/<int:partner_id>/retirer")
@allow(Permission.EDIT_NETWORK)
def leave(partner_id: int) -> ResponseReturnValue:
    """Take a role away from a structure; it can be given back at once."""
    with transaction() as session:
        gone = remove_partner(session, partner_id=partner_id)
        target = url_for(".show", project_id=gone.project_id)
        undo = url_for(
            ".take_part_again",
            project_id=gone.project_id,
            structure=gone.structure_id,
            role=gone.role,
        )
    return done("Rôle retiré.", target, undo_url=undo)


@blueprint.post(f"{ONE}/participants/retablir")
@allow(Permission.EDIT_NETWORK)
def take_part_again(project_id: int) -> ResponseReturnValue:
    """Give back a role that was just taken away."""
    with transaction() as session:
        add_partners(
            session,
            project_id=project_id,
            structures=[request.args.get("structure", "")],
            role=request.args.get("role", ""),
        )
    return done("Rôle rétabli.", url_for(".show", project_id=project_id))


def _add(session: Session, project_id: int, form: PartnersForm) -> int:
    add_partners(
        session,
        project_id=project_id,
        structures=form.structures.data or (),
        role=form.role.data or "",
        family_code=form.new_family.data or None,
    )
    return project_id
