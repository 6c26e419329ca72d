"""A planned session moved to another day."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.accounts.gate import signed_in
from crm.core.errors import RuleError
from crm.database import db, transaction
from crm.followups import operations
from crm.followups.forms import PostponeForm
from crm.followups.presentation import session_page
from crm.followups.views.sessions import ONE, blueprint
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.web.access import Permission, allow
from crm.web.formats import day_date
from crm.web.requests import done, next_path


@blueprint.route(f"{ONE}/reporter", methods=["GET", "POST"])
@allow(Permission.LOG_SESSIONS)
def postpone(session_id: int) -> ResponseReturnValue:
    """Ask for the new day of a planned session, and keep it; its history keeps the other one."""
    form = PostponeForm()
    back = next_path(url_for(".show", session_id=session_id))
    if request.method == "POST" and form.validate() and form.held_on.data is not None:
        try:
            with transaction() as session:
                record = operations.postpone_session(
                    session, session_id=session_id, held_on=form.held_on.data
                )
                day, saved = day_date(record.held_on), change_set_of(session)
        except RuleError as error:
            form.show(error)
        else:
            undo_url = undo_link(saved)
            return done("Séance reportée au %(day)s.", back, undo_url=undo_url, day=day)
    page = session_page(db.session(), session_id, signed_in())
    status = 422 if form.errors else 200
    return render_template("followups/postpone.html", form=form, back=back, **page), status
