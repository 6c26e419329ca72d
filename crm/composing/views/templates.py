"""Templates of messages: made, named, started from."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.composing import operations
from crm.composing.forms import TemplateForm
from crm.composing.models import MessageTemplate
from crm.composing.owners import starters
from crm.composing.presentation import summary_of
from crm.composing.queries import message_for_page, message_of_template, template_for_page
from crm.composing.types import TEMPLATE
from crm.composing.views.blueprints import ONE_MESSAGE, ONE_TEMPLATE, messages
from crm.composing.views.blueprints import message_templates as blueprint
from crm.core.errors import StaleRecordError
from crm.database import db
from crm.history.queries import history_of
from crm.history.wording import tell
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done
from crm.web.submissions import save_form, save_once


@blueprint.get(ONE_TEMPLATE)
@allow(Permission.WRITE_MAILINGS)
def show(template_id: int) -> str:
    """Show a template: what it looks like, and what can start from it."""
    session = db.session()
    template = template_for_page(session, template_id)
    message = message_of_template(session, template_id)
    return render_template(
        "composing/templates/show.html",
        template=template,
        message=message,
        summary=summary_of(session, message),
        starters=starters(),
        changes=tell(session, history_of(session, entity=TEMPLATE, record_id=template_id)),
    )


@blueprint.route("/nouveau", methods=["GET", "POST"])
@allow(Permission.WRITE_MAILINGS)
def new() -> ResponseReturnValue:
    """Make a blank template, and go and write it."""
    form = TemplateForm()
    if not form.is_submitted():
        return _page(form, None)
    saved = save_once(form, lambda session: _create(session, form, None))
    if saved:
        message = message_of_template(db.session(), saved)
        return done("Modèle créé.", url_for("messages.show", message_id=message.id))
    return _page(form, None, 422)


@messages.route(f"{ONE_MESSAGE}/en-modele", methods=["GET", "POST"])
@allow(Permission.WRITE_MAILINGS)
def keep_as_template(message_id: int) -> ResponseReturnValue:
    """Make a template of what a message holds."""
    message = message_for_page(db.session(), message_id)
    form = TemplateForm()
    back = url_for("messages.show", message_id=message_id)
    if not form.is_submitted():
        form.name.data = message.subject
        return _page(form, None, back=back)
    saved = save_once(form, lambda session: _create(session, form, message_id))
    if saved:
        return done("Modèle créé.", url_for("message_templates.show", template_id=saved))
    return _page(form, None, 422, back=back)


@blueprint.route(f"{ONE_TEMPLATE}/modifier", methods=["GET", "POST"])
@allow(Permission.WRITE_MAILINGS)
def edit(template_id: int) -> ResponseReturnValue:
    """Name and describe a template; a second editor sees both versions."""
    theirs, template = _as_stored(template_id)
    form = TemplateForm()
    if not form.is_submitted():
        return _page(theirs, template)
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _update(session, template_id, form))
    except StaleRecordError:
        theirs, template = _as_stored(template_id)
        return _page(form, template, 409, both_versions(form, theirs))
    if saved:
        return done("Modèle enregistré.", url_for(".show", template_id=saved))
    return _page(form, template_for_page(db.session(), template_id), 422)


def _create(session: Session, form: TemplateForm, message_id: int | None) -> int:
    return operations.create_template(
        session,
        name=form.name.data or "",
        description=form.description.data,
        message_id=message_id,
    ).id


def _update(session: Session, template_id: int, form: TemplateForm) -> int:
    return operations.update_template(
        session,
        template_id=template_id,
        version=form.version_number,
        name=form.name.data or "",
        description=form.description.data,
    ).id


def _as_stored(template_id: int) -> tuple[TemplateForm, MessageTemplate]:
    template = template_for_page(db.session(), template_id)
    form = TemplateForm(formdata=None)
    form.write(template)
    return form, template


def _page(
    form: TemplateForm,
    template: MessageTemplate | None,
    status: int = 200,
    conflict: list[Difference] | None = None,
    *,
    back: str | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "composing/templates/form.html",
        form=form,
        template=template,
        differences=conflict,
        back=back,
    )
    return page, status
