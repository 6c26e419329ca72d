"""The exports of meeting tools: read, their columns named, their people recognised, counted."""

from collections.abc import Callable

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.contacts.queries import contacts_by_values, structures_by_values
from crm.core.errors import NotFoundError, RuleError
from crm.core.numbers import parse_id
from crm.database import db, transaction
from crm.events.attendance.forms import FileForm
from crm.events.attendance.operations.applying import count_file, take_back_file
from crm.events.attendance.operations.files import (
    decide,
    decide_rest,
    forget_file,
    keep_file,
    name_columns,
    remembered_headings,
)
from crm.events.attendance.presence import threshold_words
from crm.events.attendance.presentation import file_page, when_of
from crm.events.attendance.queries.lists import event_for_attendance
from crm.events.attendance.reading import MOST_BYTES, MOST_LINES, read_attendance
from crm.events.attendance.typed_names import value_of_typed_person
from crm.events.attendance.types import Decision
from crm.events.attendance.views.blueprint import blueprint
from crm.events.models import AttendanceFile, AttendanceRow
from crm.web.access import Permission, allow
from crm.web.locale import sentence
from crm.web.requests import done, refused
from crm.web.submissions import save_form
from crm.web.uploads import takes_files

_ONE = "/fichiers/<int:file_id>"
_COLUMN = "colonne-"
_LONGEST_NAME = 100


@blueprint.route("/fichier", methods=["GET", "POST"])
@allow(Permission.LOG_SESSIONS)
@takes_files(MOST_BYTES)
def send(event_id: int) -> ResponseReturnValue:
    """Read the export of a meeting tool; the same one twice leads to the first."""
    event = event_for_attendance(db.session(), event_id)
    form = FileForm()
    if request.method == "POST" and (file_id := _received(event_id, form)) is not None:
        return redirect(url_for(".file", event_id=event_id, file_id=file_id), 303)
    page = render_template(
        "events/attendance/send.html",
        event=event,
        form=form,
        when=when_of(event),
        threshold=threshold_words(event),
        most_megabytes=MOST_BYTES // 1024**2,
        most_lines=MOST_LINES,
    )
    return page, 422 if form.errors else 200


@blueprint.get(_ONE)
@allow(Permission.LOG_SESSIONS)
def file(event_id: int, file_id: int) -> ResponseReturnValue:
    """Show a file: its columns, who is to be recognised, who is, and what counting it does."""
    return _page(event_id, file_id)


@blueprint.post(f"{_ONE}/colonnes")
@allow(Permission.LOG_SESSIONS)
def columns(event_id: int, file_id: int) -> ResponseReturnValue:
    """Say what each column holds: it is remembered for the next file."""
    found = _file(event_id, file_id)
    meanings = [
        request.form.get(f"{_COLUMN}{place}", "") for place in range(len(found.headings["names"]))
    ]
    return _done(
        event_id,
        file_id,
        lambda session: name_columns(session, file_id=file_id, meanings=meanings),
        "Colonnes enregistrées : elles serviront au prochain fichier.",
    )


@blueprint.post(f"{_ONE}/lignes/<int:row_id>")
@allow(Permission.LOG_SESSIONS)
def choose(event_id: int, file_id: int, row_id: int) -> ResponseReturnValue:
    """Say who someone of the file is."""
    _file(event_id, file_id)
    row = db.session().get(AttendanceRow, row_id)
    if row is None or row.file_id != file_id:
        raise NotFoundError
    decision, _, chosen = request.form.get("decision", "").partition(":")
    structure = request.form.get("structure", "")

    def write(session: Session) -> object:
        value = chosen
        if decision == Decision.PERSON and not value:
            value = request.form.get("contact", "") or _typed_person(session)
        return decide(session, row_id=row_id, decision=decision, chosen=value, structure=structure)

    return _done(event_id, file_id, write, None)


def _typed_person(session: Session) -> str:
    text = request.form.get("contact_text", "").strip()[:_LONGEST_NAME]
    return value_of_typed_person(session, text) if text else ""


@blueprint.post(f"{_ONE}/reste")
@allow(Permission.LOG_SESSIONS)
def rest(event_id: int, file_id: int) -> ResponseReturnValue:
    """Say the same of all who are still to be recognised."""
    _file(event_id, file_id)
    decision = request.form.get("decision", "")
    return _done(
        event_id,
        file_id,
        lambda session: decide_rest(session, file_id=file_id, decision=decision),
        None,
    )


@blueprint.post(f"{_ONE}/compter")
@allow(Permission.LOG_SESSIONS)
def count(event_id: int, file_id: int) -> ResponseReturnValue:
    """Count the people of a file among those who came."""
    _file(event_id, file_id)
    try:
        with transaction() as session:
            count_file(session, file_id=file_id)
    except RuleError as error:
        return _page(event_id, file_id, sentence(error), 422)
    undo = url_for(".take_back", event_id=event_id, file_id=file_id)
    return done("Présences comptées.", url_for(".index", event_id=event_id), undo_url=undo)


@blueprint.post(f"{_ONE}/annuler")
@allow(Permission.LOG_SESSIONS)
def take_back(event_id: int, file_id: int) -> ResponseReturnValue:
    """Undo all that a file counted."""
    _file(event_id, file_id)
    target = url_for(".file", event_id=event_id, file_id=file_id)
    try:
        with transaction() as session:
            undone = take_back_file(session, file_id=file_id)
    except RuleError as error:
        return refused(error, target)
    message = "C’est annulé, sauf ce qui avait changé depuis : %(count)s."
    return done(message if undone.left else "C’est annulé.", target, count=undone.left)


@blueprint.post(f"{_ONE}/oublier")
@allow(Permission.LOG_SESSIONS)
def forget(event_id: int, file_id: int) -> ResponseReturnValue:
    """Forget a file that is not counted."""
    _file(event_id, file_id)
    try:
        with transaction() as session:
            forget_file(session, file_id=file_id)
    except RuleError as error:
        return refused(error, url_for(".file", event_id=event_id, file_id=file_id))
    return done("Fichier oublié : rien n’a été compté.", url_for(".index", event_id=event_id))


def _received(event_id: int, form: FileForm) -> int | None:
    """Read the file outside any transaction, then keep it; None with errors beside the field."""
    if not form.validate():
        return None
    try:
        read = read_attendance(
            form.file.data.stream, form.file.data.filename, remembered_headings(db.session())
        )
    except RuleError as error:
        form.show(error)
        return None
    user_id = signed_in().id
    return save_form(
        form,
        lambda session: keep_file(session, event_id=event_id, read=read, user_id=user_id).id,
    )


def _done(
    event_id: int, file_id: int, write: Callable[[Session], object], message: str | None
) -> ResponseReturnValue:
    """Write, and go back to the file; a refusal is said on its page, where the person was."""
    try:
        with transaction() as session:
            write(session)
    except RuleError as error:
        return _page(event_id, file_id, sentence(error), 422)
    target = url_for(".file", event_id=event_id, file_id=file_id)
    return done(message, target) if message else redirect(target, 303)


def _file(event_id: int, file_id: int) -> AttendanceFile:
    found = db.session().get(AttendanceFile, file_id)
    if found is None or found.event_id != event_id:
        raise NotFoundError
    return found


def _page(
    event_id: int, file_id: int, problem: str | None = None, status: int = 200
) -> ResponseReturnValue:
    session = db.session()
    context = file_page(session, _file(event_id, file_id), parse_id(request.args.get("ligne")))
    page = render_template(
        "events/attendance/file.html",
        **context,
        problem=problem,
        typed={name: request.form.get(name, "") for name in request.form},
        contacts=contacts_by_values(session, request.form.getlist("contact")),
        structures=structures_by_values(session, request.form.getlist("structure")),
    )
    return page, status
