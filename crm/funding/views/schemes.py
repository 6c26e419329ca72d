"""A scheme: its page and the form."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.core.errors import StaleRecordError
from crm.database import db
from crm.funding import operations
from crm.funding.call_presentation import scheme_page
from crm.funding.forms.schemes import SchemeForm
from crm.funding.models import FundingScheme
from crm.funding.queries.schemes import scheme_for_page
from crm.funding.types import CALL_PHASE_LABELS
from crm.funding.views.blueprints import ONE_SCHEME
from crm.funding.views.blueprints import schemes as blueprint
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done
from crm.web.submissions import save_form, save_once


@blueprint.get(ONE_SCHEME)
@allow(Permission.READ_NETWORK)
def show(scheme_id: int) -> str:
    """Show a scheme: who funds it, its calls year by year, what they brought."""
    page = scheme_page(db.session(), scheme_id)
    return render_template("funding/schemes/show.html", phase_labels=CALL_PHASE_LABELS, **page)


@blueprint.route("/nouveau", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def new() -> ResponseReturnValue:
    """Create a scheme."""
    form = SchemeForm()
    if not form.is_submitted():
        return _form_page(form, None)
    form.settle_typed_name(db.session())
    saved = save_once(form, lambda session: operations.create_scheme(session, data=form.read()).id)
    if saved:
        return done("Dispositif créé.", url_for(".show", scheme_id=saved))
    return _form_page(form, None, 422)


@blueprint.route(f"{ONE_SCHEME}/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def edit(scheme_id: int) -> ResponseReturnValue:
    """Change a scheme; a second editor sees both versions."""
    theirs, scheme = _as_stored(scheme_id)
    form = SchemeForm()
    if not form.is_submitted():
        return _form_page(theirs, scheme)
    apply_choices(form, theirs)
    form.settle_typed_name(db.session())
    try:
        saved = save_form(form, lambda session: _update(session, scheme_id, form))
    except StaleRecordError:
        theirs, scheme = _as_stored(scheme_id)
        form.offer_funders(db.session())
        return _form_page(form, scheme, 409, both_versions(form, theirs))
    if saved:
        return done("Dispositif enregistré.", url_for(".show", scheme_id=saved))
    return _form_page(form, scheme_for_page(db.session(), scheme_id), 422)


def _update(session: Session, scheme_id: int, form: SchemeForm) -> int:
    return operations.update_scheme(
        session, scheme_id=scheme_id, version=form.version_number, data=form.read()
    ).id


def _as_stored(scheme_id: int) -> tuple[SchemeForm, FundingScheme]:
    session = db.session()
    session.expire_all()
    scheme = scheme_for_page(session, scheme_id)
    form = SchemeForm(formdata=None)
    form.write(scheme)
    form.offer_funders(session)
    return form, scheme


def _form_page(
    form: SchemeForm,
    scheme: FundingScheme | None,
    status: int = 200,
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    form.offer_funders(db.session())
    page = render_template(
        "funding/schemes/form.html", form=form, scheme=scheme, differences=conflict
    )
    return page, status
