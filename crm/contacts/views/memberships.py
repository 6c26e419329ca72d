"""Structures in a group and who represents them there: added, changed, ended, taken away."""

from collections.abc import Callable, Sequence

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.contacts.group_forms import MembersForm, PeriodForm, RepresentativesForm
from crm.contacts.group_presentation import (
    first_day_to_speak,
    membership_page,
    offer_member_choices,
    offer_representative_choices,
    period_form_of,
)
from crm.contacts.models import GroupRepresentative, Membership
from crm.contacts.operations.memberships import (
    add_members,
    add_representatives,
    delete_membership,
    delete_representative,
    update_membership,
    update_representative,
)
from crm.contacts.queries.groups import (
    group_for_page,
    membership_for_page,
    representative_for_page,
)
from crm.core import clock
from crm.core.errors import N_, StaleRecordError
from crm.database import db, transaction
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done, next_path
from crm.web.submissions import save_form, save_once

blueprint = Blueprint("memberships", __name__, url_prefix="/groupes")
OF_GROUP = "/<int:group_id>/membres"
ONE = "/adhesions/<int:membership_id>"
SPEAKER = "/representants/<int:representative_id>"


@blueprint.route(f"{OF_GROUP}/ajouter", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def add(group_id: int) -> ResponseReturnValue:
    """Add structures to a group, several at once."""
    session = db.session()
    group = group_for_page(session, group_id)
    form = MembersForm(start_on=clock.today())
    form.settle_typed_name(session)
    if form.is_submitted() and save_once(form, lambda opened: _add(opened, group_id, form)):
        return done("Membres ajoutés.", url_for("groups.show", group_id=group_id))
    offer_member_choices(session, form)
    page = render_template("groups/add_members.html", form=form, group=group)
    return page, 422 if form.is_submitted() else 200


@blueprint.get(ONE)
@allow(Permission.READ_NETWORK)
def show(membership_id: int) -> str:
    """Show a structure's time in a group, and who represents it there."""
    page = membership_page(db.session(), membership_id, clock.today())
    form = RepresentativesForm(
        formdata=None, start_on=first_day_to_speak(page["membership"], clock.today())
    )
    return render_template("groups/membership.html", **page, form=form)


@blueprint.route(f"{ONE}/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def edit(membership_id: int) -> ResponseReturnValue:
    """Change the days of a membership, or end it."""

    def save(session: Session, form: PeriodForm) -> int:
        return update_membership(
            session,
            membership_id=membership_id,
            version=form.version_number,
            period=form.read(),
        ).id

    return _edit_period(
        lambda: membership_for_page(db.session(), membership_id), save, N_("Adhésion enregistrée.")
    )


@blueprint.post(f"{ONE}/supprimer")
@allow(Permission.EDIT_NETWORK)
def delete(membership_id: int) -> ResponseReturnValue:
    """Take a wrong entry away; it can be taken back at once."""
    with transaction() as session:
        gone = delete_membership(session, membership_id=membership_id)
        undo = undo_link(change_set_of(session))
        name, target = gone.structure.name, url_for("groups.show", group_id=gone.group_id)
    return done("« %(name)s » n’est plus dans ce groupe.", target, undo_url=undo, name=name)


@blueprint.route(f"{ONE}/representants", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def represent(membership_id: int) -> ResponseReturnValue:
    """Let people speak for a structure in a group."""
    session = db.session()
    membership = membership_for_page(session, membership_id)
    form = RepresentativesForm(start_on=first_day_to_speak(membership, clock.today()))
    if form.is_submitted():
        saved = save_once(form, lambda opened: _represent(opened, membership_id, form))
        if saved:
            return done("Représentants ajoutés.", url_for(".show", membership_id=membership_id))
    offer_representative_choices(session, form)
    membership = membership_for_page(session, membership_id)
    page = render_template("groups/represent.html", form=form, membership=membership)
    return page, 422 if form.is_submitted() else 200


@blueprint.route(f"{SPEAKER}/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def edit_representative(representative_id: int) -> ResponseReturnValue:
    """Change the days on which a person speaks for a structure."""

    def save(session: Session, form: PeriodForm) -> int:
        return update_representative(
            session,
            representative_id=representative_id,
            version=form.version_number,
            period=form.read(),
        ).membership_id

    return _edit_period(
        lambda: representative_for_page(db.session(), representative_id),
        save,
        N_("Représentation enregistrée."),
    )


@blueprint.post(f"{SPEAKER}/supprimer")
@allow(Permission.EDIT_NETWORK)
def unrepresent(representative_id: int) -> ResponseReturnValue:
    """Take a wrong entry away; it can be taken back at once."""
    with transaction() as session:
        gone = delete_representative(session, representative_id=representative_id)
        undo = undo_link(change_set_of(session))
        target = url_for(".show", membership_id=gone.membership_id)
    return done("Représentation retirée.", target, undo_url=undo)


def _edit_period(
    read: Callable[[], Membership | GroupRepresentative],
    save: Callable[[Session, PeriodForm], int],
    message: str,
) -> ResponseReturnValue:
    """Show and save the days of one thing; a second editor sees both versions."""
    held, form = read(), PeriodForm()
    membership = held if isinstance(held, Membership) else held.membership
    target = next_path(url_for(".show", membership_id=membership.id))
    if not form.is_submitted():
        return _period_page(period_form_of(held), held)
    apply_choices(form, period_form_of(held))
    try:
        saved = save_form(form, lambda session: save(session, form))
    except StaleRecordError:
        db.session().expire_all()
        held = read()
        return _period_page(form, held, 409, both_versions(form, period_form_of(held)))
    if saved:
        return done(message, target)
    return _period_page(form, read(), 422)


def _period_page(
    form: PeriodForm,
    held: Membership | GroupRepresentative,
    status: int = 200,
    conflict: Sequence[Difference] | None = None,
) -> ResponseReturnValue:
    of_person = held if isinstance(held, GroupRepresentative) else None
    page = render_template(
        "groups/period.html",
        form=form,
        membership=of_person.membership if of_person else held,
        person=of_person.contact if of_person else None,
        differences=conflict,
    )
    return page, status


def _add(session: Session, group_id: int, form: MembersForm) -> int:
    add_members(
        session,
        group_id=group_id,
        structures=form.structures.data or (),
        period=form.read(),
        family_code=form.new_family.data or None,
    )
    return group_id


def _represent(session: Session, membership_id: int, form: RepresentativesForm) -> int:
    add_representatives(
        session,
        membership_id=membership_id,
        contacts=form.contacts.data or (),
        period=form.read(),
    )
    return membership_id
