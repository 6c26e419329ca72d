"""A mailing: its page, the form, another one made from it."""

from collections.abc import Callable

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.core.errors import N_, StaleRecordError
from crm.database import db
from crm.mailings.forms import AnotherForm, MailingForm
from crm.mailings.models import Mailing
from crm.mailings.operations import mailings as operations
from crm.mailings.presentation import LONGEST_COPY, mailing_page, offer_templates
from crm.mailings.views.blueprints import ONE, blueprint
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.locale import translate
from crm.web.requests import done
from crm.web.submissions import save_form, save_once


@blueprint.get(ONE)
@allow(Permission.READ_NETWORK)
def show(mailing_id: int) -> str:
    """Show a mailing: what is ready and what is not, or what became of it."""
    page = mailing_page(db.session(), mailing_id)
    return render_template("mailings/show.html", another=AnotherForm(formdata=None), **page)


@blueprint.route("/nouveau", methods=["GET", "POST"])
@allow(Permission.WRITE_MAILINGS)
def new() -> ResponseReturnValue:
    """Begin a mailing, with an empty message or from a template."""
    form = MailingForm()
    offer_templates(db.session(), form)
    if form.is_submitted():
        saved = save_once(
            form,
            lambda session: (
                operations.create_mailing(
                    session, data=form.read(), template_id=form.template_id
                ).id
            ),
        )
        if saved:
            told = N_("Brouillon créé : écrivez le message, puis choisissez à qui il va.")
            return done(told, url_for(".show", mailing_id=saved))
    return _form_page(form, None, 422 if form.is_submitted() else 200)


@blueprint.route(f"{ONE}/modifier", methods=["GET", "POST"])
@allow(Permission.WRITE_MAILINGS)
def edit(mailing_id: int) -> ResponseReturnValue:
    """Change the name or the purpose; a second editor sees both versions."""
    theirs, mailing = _as_stored(mailing_id)
    form = MailingForm()
    if not form.is_submitted():
        return _form_page(theirs, mailing)
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _update(session, mailing_id, form))
    except StaleRecordError:
        theirs, mailing = _as_stored(mailing_id)
        return _form_page(form, mailing, 409, both_versions(form, theirs))
    if saved:
        return done(N_("Envoi enregistré."), url_for(".show", mailing_id=mailing_id))
    return _form_page(form, mailing, 422)


@blueprint.post(f"{ONE}/copier")
@allow(Permission.WRITE_MAILINGS)
def copy(mailing_id: int) -> ResponseReturnValue:
    """Make a draft with the same message and the same audience."""
    told = N_("Brouillon prêt : le même message, les mêmes segments.")
    return _another(mailing_id, operations.copy_mailing, N_("Copie : %(name)s"), told)


@blueprint.post(f"{ONE}/relancer")
@allow(Permission.WRITE_MAILINGS)
def remind(mailing_id: int) -> ResponseReturnValue:
    """Make a draft for those who did not react."""
    told = N_("Brouillon prêt : le même message, pour ceux qui n’ont pas réagi.")
    return _another(mailing_id, operations.follow_up, N_("Relance : %(name)s"), told)


def _another(
    mailing_id: int, make: Callable[..., Mailing], called: str, told: str
) -> ResponseReturnValue:
    form = AnotherForm()
    source = operations.get_mailing(db.session(), mailing_id)
    name = translate(called, name=source.name)[:LONGEST_COPY]
    saved = save_once(form, lambda session: make(session, mailing_id=mailing_id, name=name).id)
    if saved:
        return done(told, url_for(".show", mailing_id=saved))
    page = mailing_page(db.session(), mailing_id)
    return render_template("mailings/show.html", another=form, **page), 422


def _update(session: Session, mailing_id: int, form: MailingForm) -> int:
    return operations.update_mailing(
        session, mailing_id=mailing_id, version=form.version_number, data=form.read()
    ).id


def _as_stored(mailing_id: int) -> tuple[MailingForm, Mailing]:
    session = db.session()
    session.expire_all()
    mailing = operations.get_mailing(session, mailing_id)
    form = MailingForm(formdata=None)
    form.write(mailing)
    return form, mailing


def _form_page(
    form: MailingForm,
    mailing: Mailing | None,
    status: int = 200,
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    page = render_template("mailings/form.html", form=form, mailing=mailing, differences=conflict)
    return page, status
