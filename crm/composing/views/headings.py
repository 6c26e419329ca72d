"""What heads a message, and its text part: two forms of one shape."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.composing import operations
from crm.composing.automatic_text import automatic_text
from crm.composing.forms import HeadingForm, TextForm
from crm.composing.models import Message
from crm.composing.owners import fields_of
from crm.composing.presentation import field_hints
from crm.composing.queries import message_for_page
from crm.composing.rendering import is_text_stale
from crm.composing.views.blueprints import ONE_MESSAGE
from crm.composing.views.blueprints import messages as blueprint
from crm.composing.views.drafts import discard, draft_of
from crm.core.errors import N_, StaleRecordError
from crm.database import db
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done, form_key
from crm.web.submissions import save_form

Form = HeadingForm | TextForm


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a message with a form of its own: how it is kept, and what its page shows too."""

    form: type[Form]
    template: str
    told: str
    keep: Callable[[Session, int, Any], object]
    more: Callable[[Message], Mapping[str, Any]]


@blueprint.route(f"{ONE_MESSAGE}/objet", methods=["GET", "POST"])
@allow(Permission.WRITE_MAILINGS)
def edit_heading(message_id: int) -> ResponseReturnValue:
    """Change the subject and the preview line; a second editor sees both versions."""
    return _edit(_HEADING, message_id)


@blueprint.route(f"{ONE_MESSAGE}/texte", methods=["GET", "POST"])
@allow(Permission.WRITE_MAILINGS)
def edit_text(message_id: int) -> ResponseReturnValue:
    """Write the text part by hand, or let it be made again; a second editor sees both versions."""
    return _edit(_TEXT, message_id)


def _keep_heading(session: Session, message_id: int, form: HeadingForm) -> None:
    seen = form.version.data or ""
    operations.update_heading(session, message_id=message_id, seen=seen, data=form.read())


def _keep_text(session: Session, message_id: int, form: TextForm) -> None:
    text = None if request.form.get("automatique") else form.text.data
    seen = form.version.data or ""
    operations.write_text(session, message_id=message_id, seen=seen, text=text)


def _of_text(message: Message) -> Mapping[str, Any]:
    return {"automatic": automatic_text(message), "is_stale": is_text_stale(message)}


_HEADING = Part(
    HeadingForm, "composing/heading.html", N_("Objet enregistré."), _keep_heading, lambda _: {}
)
_TEXT = Part(TextForm, "composing/text.html", N_("Texte seul enregistré."), _keep_text, _of_text)


def _edit(part: Part, message_id: int) -> ResponseReturnValue:
    theirs, form = _as_stored(part, message_id), part.form()
    if not form.is_submitted():
        draft = draft_of(part.form)
        return _page(part, draft or theirs, message_id, is_draft=draft is not None)
    apply_choices(form, theirs)
    form.merge_fields = theirs.merge_fields
    try:
        saved = save_form(form, lambda session: _keep(part, session, message_id, form))
    except StaleRecordError:
        both = both_versions(form, _as_stored(part, message_id))
        return _page(part, form, message_id, 409, both)
    if saved:
        return done(part.told, url_for(".show", message_id=message_id))
    return _page(part, form, message_id, 422)


def _keep(part: Part, session: Session, message_id: int, form: Form) -> int:
    part.keep(session, message_id, form)
    discard(session)
    return message_id


def _as_stored(part: Part, message_id: int) -> Form:
    message = message_for_page(db.session(), message_id)
    form = part.form(formdata=None)
    form.merge_fields = fields_of(message.owner_kind)
    form.write(message)
    return form


def _page(
    part: Part,
    form: Form,
    message_id: int,
    status: int = 200,
    conflict: list[Difference] | None = None,
    *,
    is_draft: bool = False,
) -> ResponseReturnValue:
    message = message_for_page(db.session(), message_id)
    page = render_template(
        part.template,
        form=form,
        message=message,
        differences=conflict,
        hints=field_hints(fields_of(message.owner_kind)),
        is_draft=is_draft,
        form_key=form_key(),
        **part.more(message),
    )
    return page, status
