"""A call: its page, the form, the edition that follows."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.core.errors import StaleRecordError
from crm.core.numbers import parse_id
from crm.database import db
from crm.funding import operations, rules
from crm.funding.call_presentation import call_page, data_of_call
from crm.funding.forms.calls import CallForm, blank_call_form
from crm.funding.models import FundingCall
from crm.funding.queries.calls import call_for_page
from crm.funding.types import CALL_PHASE_LABELS
from crm.funding.views.blueprints import ONE_CALL
from crm.funding.views.blueprints import calls as blueprint
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done
from crm.web.submissions import save_form, save_once


@blueprint.get(ONE_CALL)
@allow(Permission.READ_NETWORK)
def show(call_id: int) -> str:
    """Show a call: its dates, who may apply, how much, and what became of its applications."""
    page = call_page(db.session(), call_id)
    return render_template("funding/calls/show.html", phase_labels=CALL_PHASE_LABELS, **page)


@blueprint.route("/nouveau", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def new() -> ResponseReturnValue:
    """Create a call, of the scheme of the URL where there is one."""
    if request.method != "POST":
        return _form_page(blank_call_form(parse_id(request.args.get("dispositif"))), None)
    return _create(None)


@blueprint.route(f"{ONE_CALL}/suivant", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def renew(call_id: int) -> ResponseReturnValue:
    """Create the next edition of a call: the same, a year later, to be checked."""
    source = call_for_page(db.session(), call_id)
    if request.method == "POST":
        return _create(source)
    form = CallForm(formdata=None)
    form.write(rules.next_edition(data_of_call(source)))
    return _form_page(form, None, source=source)


@blueprint.route(f"{ONE_CALL}/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def edit(call_id: int) -> ResponseReturnValue:
    """Change a call; a second editor sees both versions. Its scheme stays."""
    theirs, call = _as_stored(call_id)
    if request.method != "POST":
        return _form_page(theirs, call)
    form = CallForm()
    apply_choices(form, theirs)
    form.scheme.data = theirs.scheme.data
    try:
        saved = save_form(form, lambda session: _update(session, call_id, form))
    except StaleRecordError:
        theirs, call = _as_stored(call_id)
        theirs.confirms_filed.data = form.confirms_filed.data
        form.offer(db.session())
        return _form_page(form, call, 409, conflict=both_versions(form, theirs))
    if saved:
        return done("Appel enregistré.", url_for(".show", call_id=saved))
    return _form_page(form, call_for_page(db.session(), call_id), 422)


def _create(source: FundingCall | None) -> ResponseReturnValue:
    form = CallForm()
    saved = save_once(form, lambda session: operations.create_call(session, data=form.read()).id)
    if saved:
        return done("Appel créé.", url_for(".show", call_id=saved))
    return _form_page(form, None, 422, source=source)


def _update(session: Session, call_id: int, form: CallForm) -> int:
    return operations.update_call(
        session, call_id=call_id, version=form.version_number, data=form.read()
    ).id


def _as_stored(call_id: int) -> tuple[CallForm, FundingCall]:
    session = db.session()
    session.expire_all()
    call = call_for_page(session, call_id)
    form = CallForm(formdata=None)
    form.write(data_of_call(call), call.version)
    form.offer(session)
    return form, call


def _form_page(
    form: CallForm,
    call: FundingCall | None,
    status: int = 200,
    *,
    conflict: list[Difference] | None = None,
    source: FundingCall | None = None,
) -> ResponseReturnValue:
    form.offer(db.session())
    page = render_template(
        "funding/calls/form.html", form=form, call=call, source=source, differences=conflict
    )
    return page, status
