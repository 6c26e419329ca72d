"""Sessions: log one, its page, change it, throw it away and take it back."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm.accounts.drafts import discard_draft
from crm.accounts.gate import signed_in
from crm.core.errors import RuleError, StaleRecordError
from crm.database import db, transaction
from crm.followups import operations
from crm.followups.forms import SessionForm
from crm.followups.mentions import preview_of
from crm.followups.models import AccompanimentSession
from crm.followups.opening import form_at_opening
from crm.followups.operations.sessions import find_by_submission_key, get_session
from crm.followups.presentation import (
    kind_groups,
    offer_session_choices,
    session_page,
    show_private_notes,
    theme_groups,
)
from crm.followups.typed_names import settle_typed_names
from crm.followups.types import STATUS_LABELS, SessionStatus
from crm.web.access import Permission, allow
from crm.web.conflicts import apply_choices, both_versions
from crm.web.requests import done, form_key, next_path, refused
from crm.web.submissions import save_form

blueprint = Blueprint("sessions", __name__, url_prefix="/seances")
ONE = "/<int:session_id>"
PREVIEW = "apercu"


@blueprint.route("/nouvelle", methods=["GET", "POST"])
@allow(Permission.LOG_SESSIONS)
def new() -> ResponseReturnValue:
    """Log a session."""
    if request.method != "POST":
        form, notice = form_at_opening(
            db.session(), arguments=request.args, user_id=signed_in().id, form_key=form_key()
        )
        return form_page(form, notice=notice)
    form = SessionForm()
    if is_between():
        settle_typed_names(db.session(), form)
        return form_page(form)
    saved = log_once(form)
    if saved is None:
        return form_page(form, 422)
    page = url_for(".show", session_id=saved)
    return done("Séance notée.", next_path(page), undo_url=_undo_url(saved))


def log_once(form: SessionForm) -> int | None:
    """Keep the session; the same form sent twice leads to the first one."""
    user_id = signed_in().id
    settle_typed_names(db.session(), form)

    def save(session: Session) -> int:
        record = operations.log_session(
            session,
            data=form.read(),
            submission_key=form.key(),
            user_id=user_id,
            next_step=form.next_step(),
            private_text=form.private_text,
            person=signed_in(),
        )
        discard_draft(session, user_id=user_id, form_key=form_key())
        return record.id

    try:
        return save_form(form, save)
    except IntegrityError:
        # The twin request committed between our look and our write: its record is the answer.
        known = find_by_submission_key(db.session(), form.key())
        if known is None:
            raise
        return known.id


@blueprint.get(ONE)
@allow(Permission.READ_NETWORK)
def show(session_id: int) -> str:
    """Show a session: who, when, what was said, what comes next, its changes."""
    page = session_page(db.session(), session_id, signed_in())
    return render_template(
        "followups/show.html",
        **page,
        status=SessionStatus(page["record"].status),
        status_labels=STATUS_LABELS,
    )


@blueprint.route(f"{ONE}/modifier", methods=["GET", "POST"])
@allow(Permission.LOG_SESSIONS)
def edit(session_id: int) -> ResponseReturnValue:
    """Change a session; a second editor sees both versions and chooses field by field."""
    theirs, record = _as_stored(session_id)
    if request.method != "POST":
        return form_page(theirs, record=record)
    form = SessionForm()
    form.allow_private_notes(is_allowed="private_notes" in theirs)
    apply_choices(form, theirs)
    settle_typed_names(db.session(), form)
    if is_between():
        return form_page(form, record=record)
    try:
        saved = save_form(form, lambda session: _update(session, session_id, form))
    except StaleRecordError:
        theirs, record = _as_stored(session_id)
        offer_session_choices(db.session(), form, record)
        return form_page(form, 409, record=record, differences=both_versions(form, theirs))
    if saved is None:
        return form_page(form, 422, record=record)
    return done("Séance enregistrée.", next_path(url_for(".show", session_id=saved)))


@blueprint.post(f"{ONE}/statut")
@allow(Permission.LOG_SESSIONS)
def set_status(session_id: int) -> ResponseReturnValue:
    """Say in one click what became of a session."""
    status = request.values.get("statut", "")
    try:
        with transaction() as session:
            before = operations.set_status(session, session_id=session_id, status=status)
    except RuleError as error:
        return refused(error, _back(session_id))
    undo = url_for(".set_status", session_id=session_id, statut=before, next=_back(session_id))
    return done("Statut enregistré.", _back(session_id), undo_url=undo)


@blueprint.post(f"{ONE}/supprimer")
@allow(Permission.LOG_SESSIONS)
def delete(session_id: int) -> ResponseReturnValue:
    """Put a session in the trash."""
    with transaction() as session:
        operations.delete_session(session, session_id=session_id)
    undo = url_for(".restore", session_id=session_id)
    return done("Séance mise à la corbeille.", url_for(".index"), undo_url=undo)


@blueprint.post(f"{ONE}/restaurer")
@allow(Permission.LOG_SESSIONS)
def restore(session_id: int) -> ResponseReturnValue:
    """Take a session out of the trash."""
    with transaction() as session:
        operations.restore_session(session, session_id=session_id)
    return done("Séance rétablie.", url_for(".show", session_id=session_id))


@blueprint.post("/brouillon/jeter")
@allow(Permission.LOG_SESSIONS)
def discard() -> ResponseReturnValue:
    """Throw a draft away and open the form anew."""
    target = next_path(url_for(".new"))
    with transaction() as session:
        discard_draft(session, user_id=signed_in().id, form_key=target)
    return done("Brouillon jeté.", target)


def is_between() -> bool:
    """Tell whether the form asks for something before it is saved: who is meant, a preview."""
    return bool(request.form.get("avant"))


def form_page(
    form: SessionForm,
    status: int = 200,
    record: AccompanimentSession | None = None,
    **context: Any,
) -> ResponseReturnValue:
    """Answer with the form, its lists filled in."""
    session = db.session()
    offer_session_choices(session, form, record)
    page = render_template(
        "followups/form.html",
        **{"notice": None, "differences": None, **context},
        preview=preview_of(form) if request.form.get("avant") == PREVIEW else {},
        form=form,
        record=record,
        form_key=form_key(),
        kind_groups=kind_groups(session, record.kind_id if record else None),
        theme_groups=theme_groups(session, form),
    )
    return page, status


def _update(session: Session, session_id: int, form: SessionForm) -> int:
    user_id = signed_in().id
    record = operations.update_session(
        session,
        session_id=session_id,
        version=form.version_number,
        data=form.read(),
        user_id=user_id,
        next_step=form.next_step(),
    )
    if "private_notes" in form:
        operations.write_private_note(
            session, record=record, body=form.private_text, person=signed_in()
        )
    discard_draft(session, user_id=user_id, form_key=form_key())
    return record.id


def _as_stored(session_id: int) -> tuple[SessionForm, AccompanimentSession]:
    session = db.session()
    session.expire_all()
    record = get_session(session, session_id)
    form = SessionForm(formdata=None)
    form.write(record)
    show_private_notes(session, form, record, signed_in())
    offer_session_choices(session, form, record)
    form.kind.choices = [
        (kind.value, kind.label)
        for group in kind_groups(session, record.kind_id)
        for kind in group.kinds
    ]
    return form, record


def _undo_url(session_id: int) -> str:
    return url_for(".delete", session_id=session_id)


def _back(session_id: int) -> str:
    return next_path(url_for(".show", session_id=session_id))
