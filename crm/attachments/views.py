"""Joining files to a record, sending them, taking them away and back."""

from flask import Blueprint, abort, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.attachments.forms import MOST_FILES, FilesForm
from crm.attachments.kinds import takes
from crm.attachments.models import Attachment
from crm.attachments.operations import attach_files
from crm.attachments.queries import attachment_for, record_of
from crm.attachments.storage import erase_file, keep_file, largest_file_bytes, path_of
from crm.attachments.types import ACCEPTED, KeptFile
from crm.core.errors import NotFoundError, RuleError
from crm.database import db, transaction
from crm.history.kinds import Kind
from crm.history.trash import move_to_trash, restore_from_trash
from crm.web.access import Permission, allow
from crm.web.requests import done, refused
from crm.web.submissions import save_once
from crm.web.uploads import takes_files

blueprint = Blueprint("attachments", __name__, url_prefix="/pieces-jointes")
_SEALED = "default-src 'none'; sandbox; frame-ancestors 'none'"


@blueprint.route("/<entity>/<int:record_id>/ajouter", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
@takes_files(lambda: MOST_FILES * largest_file_bytes())
def new(entity: str, record_id: int) -> ResponseReturnValue:
    """Join files to a record: all of them, or none when one is refused."""
    kind = _kind_taking(entity, record_id)
    form = FilesForm()
    if request.method == "POST" and _joined(form, entity, record_id):
        return done("Fichier joint.", _back(kind, record_id))
    _kind, record = record_of(db.session(), entity, record_id)
    page = render_template(
        "attachments/new.html",
        form=form,
        name=kind.name_of(record),
        back=_back(kind, record_id),
        accepted=ACCEPTED,
        most_megabytes=largest_file_bytes() // 1024**2,
    )
    return page, 422 if form.errors else 200


@blueprint.get("/<int:attachment_id>")
@allow(Permission.READ_NETWORK)
def show(attachment_id: int) -> ResponseReturnValue:
    """Send a file as a download, sealed off from the site."""
    found = _present(attachment_id)
    path = path_of(found.key)
    if not path.is_file():
        raise NotFoundError
    response = send_file(
        path, mimetype=found.content_type, as_attachment=True, download_name=found.name, etag=False
    )
    response.headers["Content-Security-Policy"] = _SEALED
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/<int:attachment_id>/retirer")
@allow(Permission.EDIT_NETWORK)
def remove(attachment_id: int) -> ResponseReturnValue:
    """Put a file in the trash."""
    found = _present(attachment_id)
    kind = _kind_taking(found.entity, found.record_id)
    with transaction() as session:
        move_to_trash(session, entity="attachment", record_id=attachment_id)
    undo = url_for(".put_back", attachment_id=attachment_id)
    return done("Pièce jointe à la corbeille.", _back(kind, found.record_id), undo_url=undo)


@blueprint.post("/<int:attachment_id>/remettre")
@allow(Permission.EDIT_NETWORK)
def put_back(attachment_id: int) -> ResponseReturnValue:
    """Take a file out of the trash, and go to its record."""
    found = attachment_for(db.session(), attachment_id, signed_in())
    kind = _kind_taking(found.entity, found.record_id)
    back = _back(kind, found.record_id)
    try:
        with transaction() as session:
            restore_from_trash(session, entity="attachment", record_id=attachment_id)
    except RuleError as error:
        return refused(error, back)
    return done("Pièce jointe de retour.", back)


def _joined(form: FilesForm, entity: str, record_id: int) -> bool:
    """Keep the files and join them, once however often the form is sent; False with errors."""
    if not form.validate():
        return False
    kept: list[KeptFile] = []
    made: list[Attachment] = []
    is_kept = False

    def save(session: Session) -> int:
        made.extend(
            attach_files(
                session, entity=entity, record_id=record_id, files=kept, author_id=signed_in().id
            )
        )
        return made[0].id

    try:
        for file in form.sent:
            kept.append(keep_file(file.stream, file.filename))  # noqa: PERF401 - one may be refused
        saved_id = save_once(form, save)
        # The same form sent twice leads to the first one: what came the second time is not needed.
        is_kept = saved_id in {each.id for each in made}
    except RuleError as error:
        form.show(error)
        return False
    finally:
        for each in () if is_kept else kept:
            erase_file(each.key)
    return saved_id is not None


def _kind_taking(entity: str, record_id: int) -> Kind:
    """Return the kind of a record that takes files; raise NotFoundError, or answer 403."""
    kind, _record = record_of(db.session(), entity, record_id)
    person = signed_in()
    if not takes(entity) or not kind.may_read(db.session(), record_id, person):
        raise NotFoundError
    if not person.may(kind.permission):
        abort(403)
    return kind


def _present(attachment_id: int) -> Attachment:
    found = attachment_for(db.session(), attachment_id, signed_in())
    if found.deleted_at is not None:
        raise NotFoundError
    return found


def _back(kind: Kind, record_id: int) -> str:
    return (kind.url_of(record_id) or url_for("home.index")) + "#pieces"
