"""An introduction: its page, the form, the message that makes it."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.core import clock
from crm.core.errors import StaleRecordError
from crm.database import db
from crm.introductions import operations
from crm.introductions.forms import IntroductionForm
from crm.introductions.models import Introduction
from crm.introductions.presentation import (
    draft_of,
    introduction_page,
    mailto,
    offer_choices,
    title_of,
)
from crm.introductions.queries import introduction_for_page
from crm.introductions.views.blueprint import ONE, blueprint
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done
from crm.web.submissions import save_form, save_once


@blueprint.get(ONE)
@allow(Permission.READ_NETWORK)
def show(introduction_id: int) -> str:
    """Show an introduction: each side, what each person agreed to, what comes next."""
    return render_template(
        "introductions/show.html", **introduction_page(db.session(), introduction_id)
    )


@blueprint.get(f"{ONE}/message")
@allow(Permission.READ_NETWORK)
def message(introduction_id: int) -> str:
    """Show the message to copy or to open in a mail program; nothing is sent from here."""
    record = introduction_for_page(db.session(), introduction_id)
    draft = draft_of(record)
    return render_template(
        "introductions/message.html",
        record=record,
        title=title_of(record),
        draft=draft,
        mailto=mailto(draft),
    )


@blueprint.route("/nouvelle", methods=["GET", "POST"])
@allow(Permission.LOG_SESSIONS)
def new() -> ResponseReturnValue:
    """Propose an introduction, asked for by the structure of the URL where there is one."""
    if request.method != "POST":
        form = IntroductionForm(
            formdata=None,
            asking=request.args.getlist("structure")[:1],
            officer=str(signed_in().id),
            introduced_on=clock.today(),
        )
        return _form_page(form, None)
    form = IntroductionForm()
    form.settle_typed_names(db.session())
    saved = save_once(
        form, lambda session: operations.create_introduction(session, data=form.read()).id
    )
    if saved:
        undo = url_for(".discard", introduction_id=saved)
        target = url_for(".show", introduction_id=saved)
        return done("Mise en relation proposée.", target, undo_url=undo)
    return _form_page(form, None, 422)


@blueprint.route(f"{ONE}/modifier", methods=["GET", "POST"])
@allow(Permission.LOG_SESSIONS)
def edit(introduction_id: int) -> ResponseReturnValue:
    """Change an introduction; a second editor sees both versions."""
    theirs, record = _as_stored(introduction_id)
    if request.method != "POST":
        return _form_page(theirs, record)
    form = IntroductionForm()
    apply_choices(form, theirs)
    form.settle_typed_names(db.session())
    try:
        saved = save_form(form, lambda session: _update(session, introduction_id, form))
    except StaleRecordError:
        theirs, record = _as_stored(introduction_id)
        offer_choices(db.session(), form, record)
        return _form_page(form, record, 409, both_versions(form, theirs))
    if saved:
        return done("Mise en relation enregistrée.", url_for(".show", introduction_id=saved))
    return _form_page(form, introduction_for_page(db.session(), introduction_id), 422)


def _update(session: Session, introduction_id: int, form: IntroductionForm) -> int:
    return operations.update_introduction(
        session,
        introduction_id=introduction_id,
        version=form.version_number,
        data=form.read(),
    ).id


def _as_stored(introduction_id: int) -> tuple[IntroductionForm, Introduction]:
    session = db.session()
    session.expire_all()
    record = introduction_for_page(session, introduction_id)
    form = IntroductionForm(formdata=None)
    form.write(record)
    offer_choices(session, form, record)
    return form, record


def _form_page(
    form: IntroductionForm,
    record: Introduction | None,
    status: int = 200,
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    offer_choices(db.session(), form, record)
    page = render_template(
        "introductions/form.html",
        form=form,
        record=record,
        title=title_of(record) if record else "",
        differences=conflict,
    )
    return page, status
