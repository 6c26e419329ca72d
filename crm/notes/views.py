"""Writing and changing notes about a record."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.accounts.permissions import Role
from crm.accounts.queries import team
from crm.core.errors import NotFoundError, StaleRecordError
from crm.database import db
from crm.history.kinds import Kind, find_kind
from crm.notes.forms import NoteForm
from crm.notes.models import Note
from crm.notes.operations import change_note, write_note
from crm.notes.queries import note_for
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done
from crm.web.submissions import save_form, save_once

blueprint = Blueprint("notes", __name__, url_prefix="/notes")


@blueprint.route("/<entity>/<int:record_id>/nouvelle", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def new(entity: str, record_id: int) -> ResponseReturnValue:
    """Write a note about a record."""
    kind = _noted_kind(entity, record_id)
    form = NoteForm()
    form.readers.offer(team(db.session()))
    if form.is_submitted() and save_once(
        form, lambda session: _write(session, entity, record_id, form)
    ):
        return done("Note enregistrée.", _back(kind, record_id))
    status = 422 if form.is_submitted() else 200
    return _form_page(form, kind, record_id, status)


@blueprint.route("/<int:note_id>/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def edit(note_id: int) -> ResponseReturnValue:
    """Change a note; a second editor sees both versions."""
    theirs, note = _as_stored(note_id)
    kind, record_id = _noted_kind(note.entity, note.record_id), note.record_id
    if not (form := NoteForm()).is_submitted():
        return _form_page(theirs, kind, record_id, note=note)
    form.readers.offer(team(db.session(), also=[reader.id for reader in note.readers]))
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _change(session, note_id, form))
    except StaleRecordError:
        theirs, note = _as_stored(note_id)
        return _form_page(form, kind, record_id, 409, both_versions(form, theirs), note=note)
    if saved:
        return done("Note enregistrée.", _back(kind, record_id))
    return _form_page(form, kind, record_id, 422, note=note)


def _noted_kind(entity: str, record_id: int) -> Kind:
    """Return the kind of a record that can be noted; raise NotFoundError when it is not there."""
    kind = find_kind(entity)
    if kind is None or kind.page is None or kind.model is Note:
        raise NotFoundError
    record = db.session().get(kind.model, record_id)
    if record is None or getattr(record, "deleted_at", None) is not None:
        raise NotFoundError
    return kind


def _write(session: Session, entity: str, record_id: int, form: NoteForm) -> int:
    return write_note(
        session,
        entity=entity,
        record_id=record_id,
        author_id=signed_in().id,
        body=form.body.data,
        is_confidential=bool(form.is_confidential.data),
        reader_ids=form.reader_ids,
    ).id


def _change(session: Session, note_id: int, form: NoteForm) -> int:
    note = note_for(session, note_id, signed_in())
    return change_note(
        session,
        note=note,
        may_choose_readers=_may_choose_readers(note),
        version=form.version_number,
        body=form.body.data,
        is_confidential=bool(form.is_confidential.data),
        reader_ids=form.reader_ids,
    ).id


def _as_stored(note_id: int) -> tuple[NoteForm, Note]:
    session = db.session()
    session.expire_all()
    note = note_for(session, note_id, signed_in())
    form = NoteForm(formdata=None)
    form.write(note)
    form.readers.offer(team(session, also=[reader.id for reader in note.readers]))
    return form, note


def _may_choose_readers(note: Note) -> bool:
    person = signed_in()
    return person.id == note.author_id or person.role == Role.DIRECTOR


def _back(kind: Kind, record_id: int) -> str:
    return kind.url_of(record_id) or url_for("home.index")


def _form_page(
    form: NoteForm,
    kind: Kind,
    record_id: int,
    status: int = 200,
    conflict: list[Difference] | None = None,
    *,
    note: Note | None = None,
) -> ResponseReturnValue:
    record = db.session().get(kind.model, record_id)
    page = render_template(
        "notes/form.html",
        form=form,
        name=kind.name_of(record),
        back=_back(kind, record_id),
        note=note,
        may_choose_readers=note is None or _may_choose_readers(note),
        differences=conflict,
    )
    return page, status
