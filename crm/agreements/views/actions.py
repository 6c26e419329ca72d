"""What an agreement plans: a page, the form."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.agreements import operations
from crm.agreements.forms import ActionForm
from crm.agreements.models import Agreement, PlannedAction
from crm.agreements.presentation import action_page, narrowings
from crm.agreements.queries import action_for_page, agreement_for_page
from crm.agreements.views.agreements import SAID
from crm.agreements.views.blueprint import ONE, ONE_ACTION, blueprint
from crm.core import clock
from crm.core.errors import StaleRecordError
from crm.database import db
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done
from crm.web.submissions import save_form, save_once


@blueprint.get(ONE_ACTION)
@allow(Permission.READ_REPORTS)
def show_action(action_id: int) -> str:
    """Show a planned action: its target, what was done, the list behind it."""
    page = action_page(db.session(), action_id, clock.today())
    return render_template("agreements/action.html", **page, **SAID)


@blueprint.route(f"{ONE}/actions/nouvelle", methods=["GET", "POST"])
@allow(Permission.EDIT_REFERENCE)
def new_action(agreement_id: int) -> ResponseReturnValue:
    """Plan something in an agreement."""
    agreement = agreement_for_page(db.session(), agreement_id)
    form = ActionForm()
    if not form.is_submitted():
        return _form_page(form, agreement, None)
    saved = save_once(form, lambda session: _create(session, agreement_id, form))
    if saved:
        return done("Action ajoutée.", url_for(".show", agreement_id=agreement_id))
    return _form_page(form, agreement_for_page(db.session(), agreement_id), None, 422)


@blueprint.route(f"{ONE_ACTION}/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_REFERENCE)
def edit_action(action_id: int) -> ResponseReturnValue:
    """Change a planned action; a second editor sees both versions."""
    theirs, action, agreement = _as_stored(action_id)
    form = ActionForm()
    if not form.is_submitted():
        return _form_page(theirs, agreement, action)
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _update(session, action_id, form))
    except StaleRecordError:
        theirs, action, agreement = _as_stored(action_id)
        form.offer(db.session(), agreement, narrowings(db.session()))
        return _form_page(form, agreement, action, 409, both_versions(form, theirs))
    if saved:
        return done("Action enregistrée.", url_for(".show_action", action_id=saved))
    theirs, action, agreement = _as_stored(action_id)
    return _form_page(form, agreement, action, 422)


def _create(session: Session, agreement_id: int, form: ActionForm) -> int:
    return operations.create_action(session, agreement_id=agreement_id, data=form.read()).id


def _update(session: Session, action_id: int, form: ActionForm) -> int:
    return operations.update_action(
        session, action_id=action_id, version=form.version_number, data=form.read()
    ).id


def _as_stored(action_id: int) -> tuple[ActionForm, PlannedAction, Agreement]:
    session = db.session()
    session.expire_all()
    action = action_for_page(session, action_id)
    agreement = agreement_for_page(session, action.agreement_id)
    form = ActionForm(formdata=None)
    form.write(action)
    form.offer(session, agreement, narrowings(session))
    return form, action, agreement


def _form_page(
    form: ActionForm,
    agreement: Agreement,
    action: PlannedAction | None,
    status: int = 200,
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    session = db.session()
    form.offer(session, agreement, narrowings(session))
    page = render_template(
        "agreements/action_form.html",
        form=form,
        agreement=agreement,
        action=action,
        differences=conflict,
    )
    return page, status
