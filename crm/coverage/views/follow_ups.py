"""The same follow-up planned for several structures or communes: asked, then made at once."""

from dataclasses import dataclass, field
from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.accounts.queries import team
from crm.contacts.queries import structures_by_values
from crm.core import clock
from crm.core.errors import RuleError
from crm.coverage.forms import FollowUpsForm
from crm.coverage.rules import proposed_due
from crm.database import db
from crm.followups.operations.several import check_chosen, schedule_for_each
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.web.formats import number
from crm.web.requests import done, refused
from crm.web.submissions import save_once

_NAMED = 12


@dataclass(slots=True)
class Planning:
    """For whom follow-ups are planned, and what is proposed; `back` is the list it came from."""

    back: str
    values: list[str]
    what: str
    call_id: int | None = None
    closes_on: date | None = None
    saved: list[int] = field(default_factory=list)


def answer_planning(planning: Planning) -> ResponseReturnValue:
    """Ask what to do and by when, or make a follow-up for each of those chosen."""
    try:
        check_chosen(planning.values)
    except RuleError as error:
        return refused(error, planning.back)
    if "submission_key" not in request.form:
        return _form_page(planning, _blank_form(planning))
    form = FollowUpsForm()
    made: list[int] = []
    first = save_once(form, lambda session: _make(session, planning, form, made))
    if first is None:
        return _form_page(planning, form, 422)
    undo_url = None
    if planning.saved:
        undo_url = undo_link(planning.saved[0])
    count = number(len(made) or len(planning.values))
    return done("Relances créées : %(count)s.", planning.back, undo_url=undo_url, count=count)


def _make(session: Session, planning: Planning, form: FollowUpsForm, made: list[int]) -> int:
    if form.due_on.data is None:
        raise TypeError("a form that was validated was expected")
    found = schedule_for_each(
        session,
        structures=planning.values,
        what=form.what.data or "",
        due_on=form.due_on.data,
        assignee_id=form.assignee_id,
        call_id=planning.call_id,
    )
    made.extend(record.id for record in found)
    if saved := change_set_of(session):
        planning.saved.append(saved)
    return found[0].id


def _blank_form(planning: Planning) -> FollowUpsForm:
    return FollowUpsForm(
        formdata=None,
        what=planning.what[:300],
        due_on=proposed_due(planning.closes_on, clock.today()),
        assignee=str(signed_in().id),
    )


def _form_page(planning: Planning, form: FollowUpsForm, status: int = 200) -> ResponseReturnValue:
    session = db.session()
    form.assignee.choices = team(session)
    page = render_template(
        "coverage/follow_ups.html",
        form=form,
        planning=planning,
        named=[label for _value, label in structures_by_values(session, planning.values[:_NAMED])],
        action_url=request.path,
        asked=request.form.get("filtre", ""),
    )
    return page, status
