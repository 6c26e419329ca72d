"""Planning back from the closing of a call."""

from dataclasses import replace

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.accounts.queries import team
from crm.core import clock
from crm.core.errors import N_, NotFoundError
from crm.database import db
from crm.followups import operations
from crm.followups.call_plan_forms import CallPlanForm, usual_values
from crm.followups.call_plans import LONGEST_LEAD_DAYS, USUAL_STEPS, due_on
from crm.followups.views.follow_ups import blueprint
from crm.funding.models import FundingCall
from crm.funding.queries.picking import call_named
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.web.access import Permission, allow
from crm.web.formats import short_date
from crm.web.locale import translate
from crm.web.requests import done
from crm.web.submissions import save_once


@blueprint.route("/retroplanning/<int:call_id>", methods=["GET", "POST"])
@allow(Permission.LOG_SESSIONS)
def plan_call(call_id: int) -> ResponseReturnValue:
    """Make the follow-ups that lead to the closing of a call."""
    call = call_named(db.session(), call_id)
    if request.method != "POST":
        return _page(_usual_form(call), call)
    form = CallPlanForm()
    saved = save_once(form, lambda session: _plan(session, call_id, form))
    if saved is None:
        return _page(form, call, 422)
    undo_url = undo_link(saved)
    return done("Rétroplanning ajouté.", url_for("calls.show", call_id=call_id), undo_url=undo_url)


def _plan(session: Session, call_id: int, form: CallPlanForm) -> int:
    operations.plan_call(session, call_id=call_id, assignee_id=form.assignee_id, steps=form.read())
    saved = change_set_of(session)
    if saved is None:
        raise NotFoundError
    return saved


def _usual_form(call: FundingCall) -> CallPlanForm:
    today, closes_on = clock.today(), call.closes_on
    steps = [
        (
            closes_on is not None and due_on(closes_on, step.days_before) >= today,
            replace(step, what=translate(step.what)),
        )
        for step in USUAL_STEPS
    ]
    return CallPlanForm(formdata=None, assignee=str(signed_in().id), **usual_values(steps))


def _page(form: CallPlanForm, call: FundingCall, status: int = 200) -> ResponseReturnValue:
    form.assignee.choices = team(db.session(), [])
    page = render_template(
        "followups/call_plan.html", form=form, call=call, days=_days_said(form, call)
    )
    return page, status


def _days_said(form: CallPlanForm, call: FundingCall) -> dict[str, str]:
    """Return, for each number of days that can be counted, the day it comes to."""
    counted = {step.days_before.name: step.days_before.data for step in form.steps}
    if call.closes_on is None:
        return {}
    return {
        name: translate(N_("le %(day)s"), day=short_date(due_on(call.closes_on, days)))
        for name, days in counted.items()
        if days is not None and 0 <= days <= LONGEST_LEAD_DAYS
    }
