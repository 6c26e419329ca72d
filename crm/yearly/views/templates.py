"""The Word file that a report is written in: taken, edited elsewhere, sent back."""

import io

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.attachments import types
from crm.attachments.rules import clean_name, recognise
from crm.attachments.storage import clean_shown
from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.database import db, transaction
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.web.access import Permission, allow
from crm.web.exports import send_bytes
from crm.web.requests import done
from crm.web.submissions import save_once
from crm.web.uploads import takes_files
from crm.yearly import operations
from crm.yearly.files.fields import field_list
from crm.yearly.forms import TemplateForm
from crm.yearly.making import KINDS, check_file, word_file
from crm.yearly.models import ReportDefinition
from crm.yearly.presentation import live_report
from crm.yearly.queries import definition_for_page
from crm.yearly.views.blueprint import ONE, blueprint

_LARGEST_BYTES = 10 * 1024**2
# Larger than what is kept: a file that is too heavy is refused in words, beside its field.
_LARGEST_REQUEST = 48 * 1024**2


@blueprint.get(f"{ONE}/modele.docx")
@allow(Permission.EXPORT)
def take_template(definition_id: int) -> ResponseReturnValue:
    """Send the Word file of a report, to edit it."""
    session = db.session()
    definition = definition_for_page(session, definition_id)
    body = word_file(session, definition)
    return send_bytes(f"modèle {definition.name}", [body], "docx", KINDS["docx"])


@blueprint.route(f"{ONE}/modele", methods=["GET", "POST"])
@allow(Permission.EDIT_REPORTS)
@takes_files(_LARGEST_REQUEST)
def send_template(definition_id: int) -> ResponseReturnValue:
    """Take a Word file, once every field in it is known."""
    definition = definition_for_page(db.session(), definition_id)
    form = TemplateForm()
    if not form.is_submitted():
        return _page(form, definition)
    content = _checked(form, definition)
    if content is None:
        return _page(form, definition, 422)
    name = clean_name(form.file.data.filename or "", types.DOCX)
    saved = save_once(form, lambda session: _save(session, definition_id, name, content))
    if saved:
        return done("Modèle enregistré.", url_for(".definition", definition_id=definition_id))
    return _page(form, definition_for_page(db.session(), definition_id), 422)


@blueprint.post(f"{ONE}/modele/retirer")
@allow(Permission.EDIT_REPORTS)
def leave_template(definition_id: int) -> ResponseReturnValue:
    """Go back to the Word file that every network starts from."""
    with transaction() as session:
        operations.unset_template(session, definition_id=definition_id)
        saved = change_set_of(session)
    back = url_for(".definition", definition_id=definition_id)
    undo = undo_link(saved, back)
    return done("Modèle retiré.", back, undo_url=undo)


def _save(session: Session, definition_id: int, name: str, content: bytes) -> int:
    return operations.set_template(
        session,
        definition_id=definition_id,
        name=name,
        content=content,
        author_id=signed_in().id,
    ).id


def _checked(form: TemplateForm, definition: ReportDefinition) -> bytes | None:
    """Return the file that was sent, every field of it known; None with the reason beside it."""
    if not form.validate():
        return None
    content: bytes = form.file.data.stream.read(_LARGEST_BYTES + 1)
    try:
        _check(content, form.file.data.filename or "", definition)
    except RuleError as error:
        form.show(RuleError("file", error.message, **error.params))
        return None
    return content


def _check(content: bytes, name: str, definition: ReportDefinition) -> None:
    """Raise RuleError unless this is a Word file that can be filled for the report."""
    if len(content) > _LARGEST_BYTES:
        raise RuleError("file", N_("Ce fichier est trop lourd : 10 Mo au plus."))
    if recognise(io.BytesIO(content), clean_shown(name)) is not types.DOCX:
        raise RuleError("file", N_("Enregistrez ce fichier au format DOCX, puis recommencez."))
    check_file(content, live_report(db.session(), definition, clock.today().year - 1))


def _page(
    form: TemplateForm, definition: ReportDefinition, status: int = 200
) -> ResponseReturnValue:
    report = live_report(db.session(), definition, clock.today().year - 1)
    page = render_template(
        "yearly/template.html", form=form, definition=definition, fields=field_list(report)
    )
    return page, status
