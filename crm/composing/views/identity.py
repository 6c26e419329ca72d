"""The mentions at the foot of each message."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.composing import operations
from crm.composing.forms import IdentityForm
from crm.composing.queries import identity_of_network
from crm.composing.views.blueprints import messages as blueprint
from crm.core.errors import StaleRecordError
from crm.database import db
from crm.history.queries import history_of
from crm.history.wording import tell
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done, next_path
from crm.web.submissions import save_form


@blueprint.route("/identite", methods=["GET", "POST"])
@allow(Permission.SEND_MAILINGS)
def identity() -> ResponseReturnValue:
    """Say who signs the messages and why people receive them."""
    theirs = _as_stored()
    form = IdentityForm()
    if not form.is_submitted():
        return _page(theirs)
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _save(session, form))
    except StaleRecordError:
        return _page(form, 409, both_versions(form, _as_stored()))
    if saved:
        return done("Mentions enregistrées.", next_path(url_for(".identity")))
    return _page(form, 422)


def _save(session: Session, form: IdentityForm) -> int:
    return operations.save_identity(session, version=form.version_number, footer=form.read()).id


def _as_stored() -> IdentityForm:
    form = IdentityForm(formdata=None)
    form.write(identity_of_network(db.session()))
    return form


def _page(
    form: IdentityForm, status: int = 200, conflict: list[Difference] | None = None
) -> ResponseReturnValue:
    session = db.session()
    changes = tell(session, history_of(session, entity="composing_identity", record_id=1))
    page = render_template(
        "composing/identity.html",
        form=form,
        differences=conflict,
        changes=changes,
        back=request.values.get("next"),
    )
    return page, status
