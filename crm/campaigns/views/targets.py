"""A target: its page, whom to reach, why it goes no further."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.campaigns import operations
from crm.campaigns.forms import DropForm, TargetForm
from crm.campaigns.models import Target
from crm.campaigns.presentation import target_page
from crm.campaigns.queries.targets import target_for_page
from crm.campaigns.views.blueprint import TARGET, blueprint
from crm.core.errors import N_, StaleRecordError
from crm.database import db
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done, next_path
from crm.web.submissions import save_form


@blueprint.get(TARGET)
@allow(Permission.READ_NETWORK)
def show_target(target_id: int) -> str:
    """Show a target: where it stands, whom to reach, all that moved it."""
    return render_template("campaigns/target.html", **target_page(db.session(), target_id))


@blueprint.route(f"{TARGET}/modifier", methods=["GET", "POST"])
@allow(Permission.LOG_SESSIONS)
def edit_target(target_id: int) -> ResponseReturnValue:
    """Say whom to reach and when; a second editor sees both versions."""
    theirs, target = _as_stored(target_id)
    if request.method != "POST":
        return _form_page(theirs, target)
    form = TargetForm()
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _update(session, target_id, form))
    except StaleRecordError:
        theirs, target = _as_stored(target_id)
        form.offer(db.session(), target)
        return _form_page(form, target, 409, both_versions(form, theirs))
    if saved:
        back = next_path(url_for(".show_target", target_id=target_id))
        return done(N_("Cible enregistrée."), back)
    return _form_page(form, target, 422)


@blueprint.route(f"{TARGET}/sans-suite", methods=["GET", "POST"])
@allow(Permission.LOG_SESSIONS)
def drop(target_id: int) -> ResponseReturnValue:
    """Say why a target goes no further."""
    target_for_page(db.session(), target_id)
    form = DropForm()
    back = next_path(url_for(".show_target", target_id=target_id))
    saved = None
    if form.is_submitted():
        saved = save_form(form, lambda session: _drop(session, target_id, form))
    if saved is not None:
        undo = url_for(".undo_move", move_id=saved, next=back) if saved else None
        return done(N_("Sans suite : c’est noté."), back, undo_url=undo)
    target = target_for_page(db.session(), target_id)
    page = render_template("campaigns/drop.html", form=form, target=target, back=back)
    return page, 422 if form.is_submitted() else 200


def _drop(session: Session, target_id: int, form: DropForm) -> int:
    """Return the move; 0 when it was said just so already."""
    move = operations.set_stage(session, target_id=target_id, data=form.read())
    return move.id if move else 0


def _update(session: Session, target_id: int, form: TargetForm) -> int:
    return operations.update_target(
        session, target_id=target_id, version=form.version_number, data=form.read()
    ).id


def _as_stored(target_id: int) -> tuple[TargetForm, Target]:
    session = db.session()
    session.expire_all()
    target = target_for_page(session, target_id)
    form = TargetForm(formdata=None)
    form.write(target)
    form.offer(session, target)
    return form, target


def _form_page(
    form: TargetForm,
    target: Target,
    status: int = 200,
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    form.offer(db.session(), target)
    back = next_path(url_for(".show_target", target_id=target.id))
    page = render_template(
        "campaigns/target_form.html", form=form, target=target, differences=conflict, back=back
    )
    return page, status
