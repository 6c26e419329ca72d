"""Follow-ups: the list, a page for each, the form, what is done with several at once."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.accounts.gate import signed_in
from crm.core import clock
from crm.core.errors import N_, StaleRecordError
from crm.database import db
from crm.followups import operations
from crm.followups.follow_up_bulk import FOLLOW_UP_ACTIONS
from crm.followups.follow_up_forms import FollowUpForm
from crm.followups.listings import MINE, TO_DO, follow_up_list, narrow_by_text
from crm.followups.presentation import offer_follow_up_choices
from crm.followups.queries import follow_up_for_page
from crm.followups.types import PRIORITY_LABELS, RECURRENCE_LABELS, Priority, Recurrence
from crm.history.bulk import Bulk, answer_bulk
from crm.history.queries import history_of
from crm.history.wording import tell
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.exports import send_table
from crm.web.list_definition import ListDefinition
from crm.web.lists import Listing
from crm.web.locale import translate
from crm.web.markdown import notes_html
from crm.web.requests import done, next_path
from crm.web.submissions import save_form, save_once

blueprint = Blueprint("follow_ups", __name__, url_prefix="/relances")
ONE = "/<int:follow_up_id>"
_NARROWING = frozenset(
    {"quand", "pour", "structure", "q", "priorite", "projet", "personne", "dossier", "appel"}
)
_EXPORTED = (
    N_("Identifiant"), N_("À faire"), N_("Pour le"), N_("Priorité"), N_("Revient"),
    N_("Structure"), N_("Personne"), N_("Projet"), N_("Dossier de financement"),
    N_("Appel à projets"), N_("Confiée à"), N_("Faite le"),
    N_("Ce qui s’est passé"),
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
    rows: Iterator[list[Any]] = (_exported(row) for row in result)
    return send_table(translate(N_("Relances")), header, rows, extension)


@blueprint.post("/lot")
@allow(Permission.LOG_SESSIONS)
def bulk() -> ResponseReturnValue:
    """Change the selected follow-ups at once, or show all that can be changed."""
    return answer_bulk(_FOLLOW_UPS)


@blueprint.get(ONE)
@allow(Permission.READ_NETWORK)
def show(follow_up_id: int) -> str:
    """Show a follow-up: what, by when, about whom, what came of it, its changes."""
    session = db.session()
    record = follow_up_for_page(session, follow_up_id)
    found = history_of(session, entity="follow_up", record_id=follow_up_id, limit=20)
    return render_template(
        "followups/follow_up.html",
        record=record,
        outcome=notes_html(record.outcome),
        today=clock.today(),
        priorities=PRIORITY_LABELS,
        recurrences=RECURRENCE_LABELS,
        changes=tell(session, found),
    )


@blueprint.route("/nouvelle", methods=["GET", "POST"])
@allow(Permission.LOG_SESSIONS)
def new() -> ResponseReturnValue:
    """Make a follow-up, about the records of the URL when there are some."""
    asked = request.args
    form = FollowUpForm(
        structure=[asked.get("structure", "")],
        contact=[asked.get("contact", "")],
        project=[asked.get("projet", "")],
        application=[asked.get("dossier", "")],
        call=[asked.get("appel", "")],
        assignee=str(signed_in().id),
    )
    if form.is_submitted():
        form.settle_typed_names(db.session())
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
    form.settle_typed_names(db.session())
    try:
        saved = save_form(form, lambda session: _update(session, follow_up_id, form))
    except StaleRecordError:
        theirs = _as_stored(follow_up_id)
        _offer(form, follow_up_id)
        return _form_page(form, follow_up_id, 409, both_versions(form, theirs))
    if saved is None:
        return _form_page(form, follow_up_id, 422)
    return done("Relance enregistrée.", next_path(url_for(".index")))


def _listing() -> Listing:
    arguments = request.args
    if not set(arguments) & _NARROWING:
        arguments = MultiDict([*arguments.items(multi=True), ("quand", TO_DO), ("pour", MINE)])
    return Listing(_list_of(arguments), arguments)


def _list_of(arguments: MultiDict[str, str]) -> ListDefinition:
    return follow_up_list(arguments, today=clock.today(), user_id=signed_in().id)


_FOLLOW_UPS = Bulk(N_("Modifier plusieurs relances"), _list_of, narrow_by_text, FOLLOW_UP_ACTIONS)


def _exported(row: Row[Any]) -> list[Any]:
    person = " ".join(filter(None, (row.contact_first_name, row.contact_last_name)))
    rhythm = RECURRENCE_LABELS[Recurrence(row.recurrence)] if row.recurrence else None
    return [
        row.id,
        row.what,
        row.due_on,
        translate(PRIORITY_LABELS[Priority(row.priority)]),
        translate(rhythm) if rhythm else None,
        row.structure,
        person or None,
        row.project,
        row.application,
        row.call,
        row.assignee,
        row.done_at,
        row.outcome,
    ]


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
