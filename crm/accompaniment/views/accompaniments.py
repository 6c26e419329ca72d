"""A path: its page, the form, its end."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.accompaniment import operations
from crm.accompaniment.forms import AccompanimentForm, ClosingForm
from crm.accompaniment.models import Accompaniment
from crm.accompaniment.presentation import accompaniment_page, offer_choices, settle_typed_name
from crm.accompaniment.queries import accompaniment_for_page, structures_without_path
from crm.accompaniment.views.blueprint import ONE, blueprint
from crm.accounts.gate import signed_in
from crm.core import clock
from crm.core.errors import NotFoundError, StaleRecordError
from crm.core.numbers import parse_ids
from crm.database import db
from crm.followups.operations.sessions import get_session
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done, next_path
from crm.web.submissions import save_form, save_once


@blueprint.get(ONE)
@allow(Permission.READ_NETWORK)
def show(accompaniment_id: int) -> str:
    """Show a path: where it stands, since when, what stops it, its steps."""
    return render_template(
        "accompaniment/show.html", **accompaniment_page(db.session(), accompaniment_id)
    )


@blueprint.route("/nouveau", methods=["GET", "POST"])
@allow(Permission.LOG_SESSIONS)
def new() -> ResponseReturnValue:
    """Open the path of a structure: that of the URL, or of the session of the URL."""
    if request.method != "POST":
        form = AccompanimentForm(
            formdata=None,
            structure=_structures_asked()[:1],
            person=str(signed_in().id),
            opened_on=clock.today(),
        )
        return _form_page(form, None)
    form = AccompanimentForm()
    settle_typed_name(db.session(), form)
    saved = save_once(
        form, lambda session: operations.open_accompaniment(session, data=form.read()).id
    )
    if saved:
        return done("Accompagnement ouvert.", url_for(".show", accompaniment_id=saved))
    return _form_page(form, None, 422)


@blueprint.route(f"{ONE}/modifier", methods=["GET", "POST"])
@allow(Permission.LOG_SESSIONS)
def edit(accompaniment_id: int) -> ResponseReturnValue:
    """Change a path; a second editor sees both versions."""
    theirs, record = _as_stored(accompaniment_id)
    if request.method != "POST":
        return _form_page(theirs, record)
    form = AccompanimentForm()
    form.structure.data = theirs.structure.data
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _update(session, accompaniment_id, form))
    except StaleRecordError:
        theirs, record = _as_stored(accompaniment_id)
        offer_choices(db.session(), form, record)
        return _form_page(form, record, 409, both_versions(form, theirs))
    if saved:
        return done("Accompagnement enregistré.", url_for(".show", accompaniment_id=saved))
    return _form_page(form, record, 422)


@blueprint.route(f"{ONE}/clore", methods=["GET", "POST"])
@allow(Permission.LOG_SESSIONS)
def close(accompaniment_id: int) -> ResponseReturnValue:
    """Close a path with its outcome."""
    record, form = accompaniment_for_page(db.session(), accompaniment_id), ClosingForm()
    back = next_path(url_for(".show", accompaniment_id=accompaniment_id))
    saved = None
    if form.is_submitted():
        saved = save_form(form, lambda session: _close(session, accompaniment_id, form))
    if saved is not None:
        return done("Accompagnement clos.", back, undo_url=undo_link(saved, back))
    page = render_template("accompaniment/close.html", form=form, record=record, back=back)
    return page, 422 if form.is_submitted() else 200


def _structures_asked() -> list[str]:
    """Return the structures of the URL, or those of its session that have no current path."""
    session_id = next(iter(parse_ids([request.args.get("seance", "")])), None)
    if session_id is None:
        return request.args.getlist("structure")
    try:
        seats = get_session(db.session(), session_id).structures
    except NotFoundError:
        return []
    ids = [seat.structure_id for seat in seats]
    return [str(each) for each in structures_without_path(db.session(), ids) or ids]


def _close(session: Session, accompaniment_id: int, form: ClosingForm) -> int:
    """Return the change set; 0 when it was closed just so already."""
    operations.close_accompaniment(session, accompaniment_id=accompaniment_id, data=form.read())
    return change_set_of(session) or 0


def _update(session: Session, accompaniment_id: int, form: AccompanimentForm) -> int:
    return operations.update_accompaniment(
        session,
        accompaniment_id=accompaniment_id,
        version=form.version_number,
        data=form.read(),
    ).id


def _as_stored(accompaniment_id: int) -> tuple[AccompanimentForm, Accompaniment]:
    session = db.session()
    session.expire_all()
    record = accompaniment_for_page(session, accompaniment_id)
    form = AccompanimentForm(formdata=None)
    form.write(record)
    offer_choices(session, form, record)
    return form, record


def _form_page(
    form: AccompanimentForm,
    record: Accompaniment | None,
    status: int = 200,
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    offer_choices(db.session(), form, record)
    page = render_template(
        "accompaniment/form.html", form=form, record=record, differences=conflict
    )
    return page, status
