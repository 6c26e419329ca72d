"""Whom a draft is for: segments, minus segments, with the count that follows."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.core.errors import N_, StaleRecordError
from crm.database import db
from crm.mailings.forms import AudienceForm
from crm.mailings.models import Mailing
from crm.mailings.operations.mailings import get_mailing, set_audience
from crm.mailings.presentation import segment_choices
from crm.mailings.types import Status
from crm.mailings.views.blueprints import ONE, blueprint
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done
from crm.web.submissions import save_form


@blueprint.route(f"{ONE}/a-qui", methods=["GET", "POST"])
@allow(Permission.WRITE_MAILINGS)
def audience(mailing_id: int) -> ResponseReturnValue:
    """Choose the segments; a second editor sees both versions."""
    here = url_for(".show", mailing_id=mailing_id)
    theirs, mailing = _as_stored(mailing_id)
    if mailing.status != Status.DRAFT:
        return done(N_("Les destinataires de cet envoi sont figés."), here)
    form = AudienceForm()
    if not form.is_submitted():
        return _form_page(theirs, mailing)
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _save(session, mailing_id, form))
    except StaleRecordError:
        theirs, mailing = _as_stored(mailing_id)
        return _form_page(form, mailing, 409, both_versions(form, theirs))
    if saved:
        return done(N_("Destinataires enregistrés."), here)
    return _form_page(form, mailing, 422)


def _save(session: Session, mailing_id: int, form: AudienceForm) -> int:
    return set_audience(
        session, mailing_id=mailing_id, version=form.version_number, data=form.read()
    ).id


def _as_stored(mailing_id: int) -> tuple[AudienceForm, Mailing]:
    session = db.session()
    session.expire_all()
    mailing = get_mailing(session, mailing_id)
    form = AudienceForm(formdata=None)
    form.write(mailing)
    return form, mailing


def _form_page(
    form: AudienceForm,
    mailing: Mailing,
    status: int = 200,
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    # What was refused took with it what was read before: it is read again.
    mailing = get_mailing(db.session(), mailing.id)
    choices = segment_choices(db.session(), mailing)
    form.included.offer(choices)
    form.excluded.offer(choices)
    page = render_template(
        "mailings/audience.html", form=form, mailing=mailing, differences=conflict
    )
    return page, status
