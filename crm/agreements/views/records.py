"""What was done for a planned action, noted by hand: added, taken away."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.agreements import operations
from crm.agreements.forms import RecordForm
from crm.agreements.queries import action_for_page, record_for_page
from crm.agreements.views.blueprint import ONE_ACTION, ONE_RECORD, blueprint
from crm.database import db, transaction
from crm.history.trash import move_to_trash
from crm.web.access import Permission, allow
from crm.web.requests import done
from crm.web.submissions import save_once


@blueprint.route(f"{ONE_ACTION}/realisations", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def add_record(action_id: int) -> ResponseReturnValue:
    """Note something that was done for an action."""
    action_for_page(db.session(), action_id)
    form = RecordForm()
    if form.is_submitted() and save_once(form, lambda session: _add(session, action_id, form)):
        return done("Réalisation notée.", url_for(".show_action", action_id=action_id))
    action = action_for_page(db.session(), action_id)
    page = render_template("agreements/record.html", form=form, action=action)
    return page, 422 if form.is_submitted() else 200


@blueprint.get(ONE_RECORD)
@allow(Permission.READ_REPORTS)
def show_record(record_id: int) -> ResponseReturnValue:
    """Go to the action that something was done for."""
    record = record_for_page(db.session(), record_id)
    return redirect(url_for(".show_action", action_id=record.action_id))


@blueprint.post(f"{ONE_RECORD}/supprimer")
@allow(Permission.EDIT_NETWORK)
def delete_record(record_id: int) -> ResponseReturnValue:
    """Put what was noted as done in the trash; it can be taken back at once."""
    with transaction() as session:
        record = record_for_page(session, record_id)
        move_to_trash(session, entity="action_record", record_id=record_id)
        target = url_for(".show_action", action_id=record.action_id)
    undo = url_for("history.restore", entity="action_record", record_id=record_id)
    return done("Réalisation supprimée.", target, undo_url=undo)


def _add(session: Session, action_id: int, form: RecordForm) -> int:
    return operations.add_record(session, action_id=action_id, data=form.read()).id
