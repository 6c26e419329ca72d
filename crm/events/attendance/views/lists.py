"""The list of the day: who is there, in one tap; who came without registering."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.contacts.queries import contacts_by_values, structures_by_values
from crm.contacts.typed_names import value_of_typed_structure
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.core.numbers import parse_id
from crm.database import db, transaction
from crm.events.attendance.forms import SeatForm, WalkInForm
from crm.events.attendance.operations.marking import add_walk_in, mark, set_structure
from crm.events.attendance.presentation import list_page, when_of
from crm.events.attendance.queries.lists import attendance_for_page, event_for_attendance
from crm.events.attendance.typed_names import value_of_typed_person
from crm.events.attendance.types import Presence
from crm.events.attendance.views.blueprint import blueprint
from crm.events.models import Attendance
from crm.web.access import Permission, allow
from crm.web.locale import translate
from crm.web.requests import done, next_path, refused
from crm.web.submissions import save_form

_SAID = {"oui": True, "non": False, "": None}
_LONGEST_SEARCH = 100
_CHANGED = N_("Quelqu’un l’a changée entre-temps : %(name)s. Enregistrez de nouveau pour la vôtre.")


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def index(event_id: int) -> str:
    """Show who is expected and who came, with the three counts of it."""
    search = request.args.get("q", "")[:_LONGEST_SEARCH]
    return render_template(
        "events/attendance/index.html", **list_page(db.session(), event_id, search)
    )


@blueprint.post("/pointer")
@allow(Permission.LOG_SESSIONS)
def check(event_id: int) -> ResponseReturnValue:
    """Say that someone is there, or not, or take back what was said."""
    presence = Presence(
        _SAID.get(request.values.get("presence", "")),
        parse_id(request.values.get("inscription")),
        parse_id(request.values.get("ligne")),
    )
    target = next_path(url_for(".index", event_id=event_id))
    try:
        with transaction() as session:
            mark(session, event_id=event_id, presence=presence)
    except RuleError as error:
        return refused(error, target)
    # What was tapped shows it by itself: a message a tap would hide the list.
    return redirect(target, 303)


@blueprint.route("/ajouter", methods=["GET", "POST"])
@allow(Permission.LOG_SESSIONS)
def add(event_id: int) -> ResponseReturnValue:
    """Add someone who came without registering: a person we know, or only a name."""
    session = db.session()
    event = event_for_attendance(session, event_id)
    form = WalkInForm()
    target = url_for(".index", event_id=event_id)
    if request.method == "POST" and _settle_typed(form):
        saved = save_form(
            form, lambda session: add_walk_in(session, event_id=event_id, data=form.read()).id
        )
        if saved:
            undo = url_for(".check", event_id=event_id, ligne=saved, presence="", next=target)
            return done("Présence ajoutée.", target, undo_url=undo)
    form.contact.offer(contacts_by_values(session, form.contact.data or ()))
    form.structure.offer(structures_by_values(session, form.structure.data or ()))
    page = render_template(
        "events/attendance/add.html", event=event, form=form, when=when_of(event)
    )
    return page, 422 if form.errors else 200


@blueprint.route("/<int:attendance_id>/structure", methods=["GET", "POST"])
@allow(Permission.LOG_SESSIONS)
def seat(event_id: int, attendance_id: int) -> ResponseReturnValue:
    """Say for which structure someone came."""
    record = _attendance(event_id, attendance_id)
    if request.method != "POST":
        chosen = [str(record.structure_id)] if record.structure_id else []
        form = SeatForm(formdata=None, structure=chosen, version=str(record.version))
        return _seat_page(form, record)
    form = SeatForm()
    try:
        saved = save_form(form, lambda session: _seat(session, attendance_id, form))
    except StaleRecordError:
        record = _attendance(event_id, attendance_id)
        form.version.data = str(record.version)
        form.structure.errors = [translate(_CHANGED, name=record.structure_name or "—")]
        return _seat_page(form, record, 409)
    if saved is None:
        return _seat_page(form, record, 422)
    return done("Structure enregistrée.", url_for(".index", event_id=event_id))


def _attendance(event_id: int, attendance_id: int) -> Attendance:
    record = attendance_for_page(db.session(), attendance_id)
    if record.event_id != event_id:
        raise NotFoundError
    return record


def _seat_page(form: SeatForm, record: Attendance, status: int = 200) -> ResponseReturnValue:
    session = db.session()
    form.structure.offer(structures_by_values(session, form.structure.data or ()))
    event = event_for_attendance(session, record.event_id)
    page = render_template("events/attendance/seat.html", event=event, record=record, form=form)
    return page, status


def _seat(session: Session, attendance_id: int, form: SeatForm) -> int:
    return set_structure(
        session,
        attendance_id=attendance_id,
        version=form.version_number,
        structure=form.chosen,
    ).id


def _settle_typed(form: WalkInForm) -> bool:
    """Turn names typed without scripts into choices; False, with a sentence, for an unsure one."""
    session = db.session()
    person, structure = (
        request.form.get(name, "").strip()[:_LONGEST_SEARCH]
        for name in ("contact_text", "structure_text")
    )
    try:
        if person and not form.contact.data:
            form.contact.data = [value_of_typed_person(session, person)]
        if structure and not form.structure.data:
            form.structure.data = [value_of_typed_structure(session, structure, "structure")]
    except RuleError as error:
        form.show(error)
        return False
    return True
