"""Agreements: the list, a page with expected against done, the form."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.agreements import operations
from crm.agreements.forms import AgreementForm
from crm.agreements.models import Agreement
from crm.agreements.presentation import agreement_page, agreements_page
from crm.agreements.progress import STATE_LABELS, STATE_TONES, expected_words, when_words
from crm.agreements.queries import agreement_for_page
from crm.agreements.views.blueprint import ONE, blueprint
from crm.core import clock
from crm.core.errors import StaleRecordError
from crm.database import db
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done
from crm.web.submissions import save_form, save_once

SAID = {
    "states": STATE_LABELS,
    "tones": STATE_TONES,
    "expected_words": expected_words,
    "when_words": when_words,
}


@blueprint.get("")
@allow(Permission.READ_REPORTS)
def index() -> str:
    """Show the agreements, those in force first."""
    page = agreements_page(db.session(), clock.today())
    return render_template("agreements/index.html", **page)


@blueprint.get(ONE)
@allow(Permission.READ_REPORTS)
def show(agreement_id: int) -> str:
    """Show an agreement: its axes, what it plans, expected against done."""
    page = agreement_page(db.session(), agreement_id, clock.today())
    return render_template("agreements/show.html", **page, **SAID)


@blueprint.route("/nouvelle", methods=["GET", "POST"])
@allow(Permission.EDIT_REFERENCE)
def new() -> ResponseReturnValue:
    """Create an agreement."""
    form = AgreementForm()
    if not form.is_submitted():
        return _form_page(form, None)
    form.settle_typed_name(db.session())
    saved = save_once(
        form, lambda session: operations.create_agreement(session, data=form.read()).id
    )
    if saved:
        return done("Convention créée.", url_for(".show", agreement_id=saved))
    return _form_page(form, None, 422)


@blueprint.route(f"{ONE}/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_REFERENCE)
def edit(agreement_id: int) -> ResponseReturnValue:
    """Change an agreement; a second editor sees both versions."""
    theirs, agreement = _as_stored(agreement_id)
    form = AgreementForm()
    if not form.is_submitted():
        return _form_page(theirs, agreement)
    apply_choices(form, theirs)
    form.settle_typed_name(db.session())
    try:
        saved = save_form(form, lambda session: _update(session, agreement_id, form))
    except StaleRecordError:
        theirs, agreement = _as_stored(agreement_id)
        form.offer(db.session(), agreement_id)
        return _form_page(form, agreement, 409, both_versions(form, theirs))
    if saved:
        return done("Convention enregistrée.", url_for(".show", agreement_id=saved))
    return _form_page(form, agreement_for_page(db.session(), agreement_id), 422)


def _update(session: Session, agreement_id: int, form: AgreementForm) -> int:
    return operations.update_agreement(
        session, agreement_id=agreement_id, version=form.version_number, data=form.read()
    ).id


def _as_stored(agreement_id: int) -> tuple[AgreementForm, Agreement]:
    session = db.session()
    session.expire_all()
    agreement = agreement_for_page(session, agreement_id)
    form = AgreementForm(formdata=None)
    form.write(agreement)
    form.offer(session, agreement_id)
    return form, agreement


def _form_page(
    form: AgreementForm,
    agreement: Agreement | None,
    status: int = 200,
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    form.offer(db.session(), agreement.id if agreement else None)
    page = render_template(
        "agreements/form.html", form=form, agreement=agreement, differences=conflict
    )
    return page, status
