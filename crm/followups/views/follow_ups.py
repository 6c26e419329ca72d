"""Follow-ups: the list, done, opened again and put off in one click, the form."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.accounts.gate import signed_in
from crm.core import clock
from crm.core.days import parse_day
from crm.core.errors import N_, RuleError, StaleRecordError
from crm.database import db, transaction
from crm.followups import operations, rules
from crm.followups.forms import FollowUpForm
from crm.followups.listings import MINE, TO_DO, follow_up_list, narrow_by_text
from crm.followups.presentation import offer_follow_up_choices
from crm.followups.queries import follow_up_for_page
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.exports import send_table
from crm.web.formats import day_date
from crm.web.lists import Listing
from crm.web.locale import translate
from crm.web.requests import done, next_path, refused
from crm.web.submissions import save_form, save_once

blueprint = Blueprint("follow_ups", __name__, url_prefix="/relances")
ONE = "/<int:follow_up_id>"
_EXPORTED = (
    N_("Identifiant"), N_("À faire"), N_("Pour le"), N_("Structure"), N_("Confiée à"),
    N_("Faite le"),
)  # fmt: skip


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show the follow-ups: one's own still to do, unless the URL says otherwise."""
    session = db.session()
    listing = _listing()
    listing.fill(session, narrow_by_text(session, listing))
    return render_template("followups/follow_ups.html", listing=listing, today=clock.today())


@blueprint.get("/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export(extension: str) -> Response:
    """Send the whole list, as narrowed by the URL."""
    session = db.session()
    listing = _listing()
    result = session.execute(listing.ordered(narrow_by_text(session, listing)))
    header = [translate(label) for label in _EXPORTED]
    rows: Iterator[list[Any]] = (
        [row.id, row.what, row.due_on, row.structure, row.assignee, row.done_at] for row in result
    )
    return send_table(translate(N_("Relances")), header, rows, extension)


@blueprint.route("/nouvelle", methods=["GET", "POST"])
@allow(Permission.LOG_SESSIONS)
def new() -> ResponseReturnValue:
    """Make a follow-up, about the structure of the URL when there is one."""
    form = FollowUpForm(structure=[request.args.get("structure", "")], assignee=str(signed_in().id))
    if form.is_submitted():
        saved = save_once(
            form, lambda session: operations.create_follow_up(session, data=form.read()).id
        )
        if saved is not None:
            return done("Relance ajoutée.", next_path(url_for(".index")))
    return _form_page(form, None, 422 if form.is_submitted() else 200)


@blueprint.route(f"{ONE}/modifier", methods=["GET", "POST"])
@allow(Permission.LOG_SESSIONS)
def edit(follow_up_id: int) -> ResponseReturnValue:
    """Change a follow-up; a second editor sees both versions."""
    theirs = _as_stored(follow_up_id)
    if request.method != "POST":
        return _form_page(theirs, follow_up_id)
    form = FollowUpForm()
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _update(session, follow_up_id, form))
    except StaleRecordError:
        theirs = _as_stored(follow_up_id)
        _offer(form, follow_up_id)
        return _form_page(form, follow_up_id, 409, both_versions(form, theirs))
    if saved is None:
        return _form_page(form, follow_up_id, 422)
    return done("Relance enregistrée.", next_path(url_for(".index")))


@blueprint.post(f"{ONE}/faite")
@allow(Permission.LOG_SESSIONS)
def complete(follow_up_id: int) -> ResponseReturnValue:
    """Mark a follow-up as done."""
    with transaction() as session:
        operations.complete_follow_up(session, follow_up_id=follow_up_id)
    undo = url_for(".reopen", follow_up_id=follow_up_id, next=_back())
    return done("Relance faite.", _back(), undo_url=undo)


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


def _new_day(due_on: date) -> date:
    delay, day = request.values.get("de", ""), request.values.get("au", "")
    if delay in set(rules.Delay):
        return rules.postponed(due_on, clock.today(), rules.Delay(delay))
    return parse_day(day, clock.today(), prefer_past=False, field="au")


def _listing() -> Listing:
    user_id = signed_in().id
    arguments = request.args
    if not set(arguments) & {"quand", "pour", "structure", "q"}:
        arguments = MultiDict([*arguments.items(multi=True), ("quand", TO_DO), ("pour", MINE)])
    definition = follow_up_list(arguments, today=clock.today(), user_id=user_id)
    return Listing(definition, arguments)


def _update(session: Session, follow_up_id: int, form: FollowUpForm) -> int:
    return operations.update_follow_up(
        session, follow_up_id=follow_up_id, version=form.version_number, data=form.read()
    ).id


def _as_stored(follow_up_id: int) -> FollowUpForm:
    session = db.session()
    session.expire_all()
    form = FollowUpForm(formdata=None)
    form.write(follow_up_for_page(session, follow_up_id))
    _offer(form, follow_up_id)
    return form


def _offer(form: FollowUpForm, follow_up_id: int | None) -> None:
    session = db.session()
    record = follow_up_for_page(session, follow_up_id) if follow_up_id else None
    offer_follow_up_choices(session, form, record)


def _form_page(
    form: FollowUpForm,
    follow_up_id: int | None,
    status: int = 200,
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    _offer(form, follow_up_id)
    page = render_template(
        "followups/follow_up_form.html",
        form=form,
        follow_up_id=follow_up_id,
        differences=conflict,
        form_key=request.full_path.rstrip("?"),
    )
    return page, status


def _back() -> str:
    return next_path(url_for(".index"))
