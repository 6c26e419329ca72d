"""What becomes of a follow-up: done, concluded, opened again, put off, thrown away."""

from datetime import date

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.days import parse_day
from crm.core.errors import RuleError
from crm.database import db, transaction
from crm.followups import operations, rules
from crm.followups.follow_up_forms import OutcomeForm
from crm.followups.models import FollowUp
from crm.followups.queries import follow_up_for_page
from crm.followups.views.follow_ups import ONE, blueprint
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.history.trash import move_to_trash, restore_from_trash
from crm.web.access import Permission, allow
from crm.web.formats import day_date
from crm.web.requests import done, next_path, refused
from crm.web.submissions import save_form

_AS_SESSION = "seance"


@blueprint.post(f"{ONE}/faite")
@allow(Permission.LOG_SESSIONS)
def complete(follow_up_id: int) -> ResponseReturnValue:
    """Mark a follow-up as done; the next of its series, if it comes back, is told."""
    with transaction() as session:
        following = operations.complete_follow_up(session, follow_up_id=follow_up_id)
        saved = change_set_of(session)
    return _said_done(saved, following, _back())


@blueprint.route(f"{ONE}/conclure", methods=["GET", "POST"])
@allow(Permission.LOG_SESSIONS)
def conclude(follow_up_id: int) -> ResponseReturnValue:
    """Mark a follow-up as done with what came of it, and log the session that it was."""
    record = follow_up_for_page(db.session(), follow_up_id)
    form = OutcomeForm(outcome=record.outcome)
    made: list[tuple[int | None, FollowUp | None]] = []

    def save(session: Session) -> int:
        text = form.outcome.data
        following = operations.complete_follow_up(session, follow_up_id=follow_up_id, outcome=text)
        made.append((change_set_of(session), following))
        return follow_up_id

    if form.is_submitted() and save_form(form, save) is not None:
        is_session = request.form.get("suite") == _AS_SESSION
        page = url_for("sessions.new", relance=follow_up_id) if is_session else _back()
        return _said_done(*made[-1], page)
    page = render_template("followups/conclude.html", form=form, record=record, back=_back())
    return page, 422 if form.is_submitted() else 200


@blueprint.post(f"{ONE}/rouvrir")
@allow(Permission.LOG_SESSIONS)
def reopen(follow_up_id: int) -> ResponseReturnValue:
    """Mark a follow-up as still to be done."""
    with transaction() as session:
        operations.reopen_follow_up(session, follow_up_id=follow_up_id)
    return done("Relance rouverte.", _back())


@blueprint.post(f"{ONE}/reporter")
@allow(Permission.LOG_SESSIONS)
def postpone(follow_up_id: int) -> ResponseReturnValue:
    """Put a follow-up off by a day, by a week, or to a day."""
    try:
        with transaction() as session:
            due_on = _new_day(operations.get_follow_up(session, follow_up_id).due_on)
            before = operations.postpone_follow_up(
                session, follow_up_id=follow_up_id, due_on=due_on
            )
    except RuleError as error:
        return refused(error, _back())
    undo = url_for(".postpone", follow_up_id=follow_up_id, au=before.isoformat(), next=_back())
    return done("Relance reportée au %(day)s.", _back(), undo_url=undo, day=day_date(due_on))


@blueprint.post(f"{ONE}/supprimer")
@allow(Permission.LOG_SESSIONS)
def delete(follow_up_id: int) -> ResponseReturnValue:
    """Put a follow-up in the trash."""
    with transaction() as session:
        move_to_trash(session, entity="follow_up", record_id=follow_up_id)
    undo = url_for(".restore", follow_up_id=follow_up_id)
    return done("Relance mise à la corbeille.", url_for(".index"), undo_url=undo)


@blueprint.post(f"{ONE}/restaurer")
@allow(Permission.LOG_SESSIONS)
def restore(follow_up_id: int) -> ResponseReturnValue:
    """Take a follow-up out of the trash."""
    try:
        with transaction() as session:
            restore_from_trash(session, entity="follow_up", record_id=follow_up_id)
    except RuleError as error:
        return refused(error, url_for(".index"))
    return done("Relance rétablie.", url_for(".show", follow_up_id=follow_up_id))


def _said_done(saved: int | None, following: FollowUp | None, page: str) -> ResponseReturnValue:
    """Say it, with the undo of the whole save: what came of it is put back as it was too."""
    undo = undo_link(saved, _back())
    if following is None:
        return done("Relance faite.", page, undo_url=undo)
    day = day_date(following.due_on)
    return done("Relance faite ; la prochaine est le %(day)s.", page, undo_url=undo, day=day)


def _new_day(due_on: date) -> date:
    delay, day = request.values.get("de", ""), request.values.get("au", "")
    if delay in set(rules.Delay):
        return rules.postponed(due_on, clock.today(), rules.Delay(delay))
    return parse_day(day, clock.today(), prefer_past=False, field="au")


def _back() -> str:
    return next_path(url_for(".index"))
