"""Other funders, payments and reports owed: one set of pages for what belongs to an application."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.core.errors import N_, StaleRecordError
from crm.database import db, transaction
from crm.funding.forms.belongings import (
    BelongingForm,
    CoFundingForm,
    DeadlineForm,
    PaymentForm,
)
from crm.funding.operations import belongings as operations
from crm.funding.operations.belongings import Belonging
from crm.funding.queries.applications import application_for_page
from crm.funding.queries.belongings import kept_funder
from crm.funding.views.blueprints import ONE_APPLICATION
from crm.funding.views.blueprints import applications as blueprint
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done
from crm.web.submissions import save_form, save_once


@dataclass(frozen=True, slots=True)
class Page:
    """What the pages of a kind are made of; `code` is a part of their address."""

    code: str
    kind: Belonging
    form: Callable[..., BelongingForm]
    title: str


_PAGES = {
    page.code: page
    for page in (
        Page("cofinancements", operations.CO_FUNDING, CoFundingForm, N_("Cofinancement")),
        Page("versements", operations.PAYMENT, PaymentForm, N_("Versement reçu")),
        Page("echeances", operations.DEADLINE, DeadlineForm, N_("Compte rendu à envoyer")),
    )
}
_CODE = "<any(cofinancements, versements, echeances):code>"
_ONE = f"/{_CODE}/<int:record_id>"


@blueprint.route(f"{ONE_APPLICATION}/{_CODE}", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def add(application_id: int, code: str) -> ResponseReturnValue:
    """Add one to an application."""
    page = _PAGES[code]
    form = page.form()
    form.settle(db.session())
    if form.is_submitted() and save_once(
        form, lambda session: _add(session, page, application_id, form)
    ):
        return done("C’est ajouté.", _back(application_id, page))
    return _form_page(page, form, application_id, 422 if form.is_submitted() else 200)


@blueprint.route(f"{_ONE}/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def correct(code: str, record_id: int) -> ResponseReturnValue:
    """Correct one; a second editor sees both versions."""
    page = _PAGES[code]
    form, (theirs, application_id) = page.form(), _as_stored(page, record_id)
    if not form.is_submitted():
        return _form_page(page, theirs, application_id, record_id=record_id)
    apply_choices(form, theirs)
    form.settle(db.session())
    try:
        saved = save_form(form, lambda session: _update(session, page, record_id, form))
    except StaleRecordError:
        found = both_versions(_named(form, page, record_id), _as_stored(page, record_id)[0])
        return _form_page(page, form, application_id, 409, found, record_id=record_id)
    if saved:
        return done("C’est enregistré.", _back(application_id, page))
    return _form_page(page, form, application_id, 422, record_id=record_id)


@blueprint.post(f"{_ONE}/retirer")
@allow(Permission.EDIT_NETWORK)
def remove(code: str, record_id: int) -> ResponseReturnValue:
    """Take one away; it comes back by the undo of the message."""
    page = _PAGES[code]
    with transaction() as session:
        gone = operations.remove_belonging(session, kind=page.kind, record_id=record_id)
        back = _back(gone.application_id, page)
        undo = undo_link(change_set_of(session), back)
    return done("C’est retiré.", back, undo_url=undo)


@blueprint.post("/echeances/<int:deadline_id>/envoye")
@allow(Permission.EDIT_NETWORK)
def send(deadline_id: int) -> ResponseReturnValue:
    """Say that a report was sent today."""
    with transaction() as session:
        record = operations.mark_sent(session, deadline_id=deadline_id)
        back = _back(record.application_id, _PAGES["echeances"])
        undo = undo_link(change_set_of(session), back)
    return done("Envoyé aujourd’hui : c’est noté.", back, undo_url=undo)


def _back(application_id: int, page: Page) -> str:
    return url_for(".show", application_id=application_id) + "#" + page.code


def _add(session: Session, page: Page, application_id: int, form: Any) -> int:
    record = operations.add_belonging(
        session, kind=page.kind, application_id=application_id, data=form.read()
    )
    return int(record.id)


def _update(session: Session, page: Page, record_id: int, form: Any) -> int:
    record = operations.update_belonging(
        session,
        kind=page.kind,
        record_id=record_id,
        version=form.version_number,
        data=form.read(),
    )
    return int(record.id)


def _as_stored(page: Page, record_id: int) -> tuple[BelongingForm, int]:
    session = db.session()
    session.expire_all()
    record = operations.get_belonging(session, kind=page.kind, record_id=record_id)
    form: Any = page.form(formdata=None)
    form.write(record)
    return _named(form, page, record_id), int(record.application_id)


def _named(form: BelongingForm, page: Page, record_id: int | None) -> BelongingForm:
    """Return the form with the names of the structures it holds, those of before too."""
    session = db.session()
    is_funder = page.kind is operations.CO_FUNDING and record_id is not None
    form.offer(session, kept_funder(session, record_id or 0) if is_funder else ())
    return form


def _form_page(
    page: Page,
    form: BelongingForm,
    application_id: int,
    status: int = 200,
    conflict: list[Difference] | None = None,
    *,
    record_id: int | None = None,
) -> ResponseReturnValue:
    shown = render_template(
        "funding/applications/belonging.html",
        form=_named(form, page, record_id),
        page=page,
        record=application_for_page(db.session(), application_id),
        back=_back(application_id, page),
        differences=conflict,
    )
    return shown, status
