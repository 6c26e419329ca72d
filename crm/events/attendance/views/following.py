"""What follows from an event: follow-ups or sessions for the structures that were there."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.accounts.queries import team
from crm.core import clock
from crm.core.errors import N_, NotFoundError
from crm.coverage.rules import proposed_due
from crm.database import db
from crm.events.attendance.forms import (
    PresentFollowUpsForm,
    PresentSessionsForm,
    PresentStructures,
)
from crm.events.attendance.operations.following import (
    follow_up_present,
    followed_structures,
    log_sessions,
    supported_structures,
)
from crm.events.attendance.presentation import when_of
from crm.events.attendance.queries.lists import event_for_attendance, present_structures
from crm.events.attendance.views.blueprint import blueprint
from crm.events.models import Event
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.reference.queries import items_of
from crm.web.access import Permission, allow
from crm.web.locale import translate
from crm.web.requests import done
from crm.web.submissions import save_once

_WHAT = N_("Reprendre contact après « %(title)s »")
_USUAL_KIND = "atelier"


@blueprint.route("/relances", methods=["GET", "POST"])
@allow(Permission.LOG_SESSIONS)
def follow_up(event_id: int) -> ResponseReturnValue:
    """Make a follow-up about each structure that was there, once each."""
    session = db.session()
    event = event_for_attendance(session, event_id)
    known = followed_structures(session, event_id)
    if request.method == "POST":
        form = PresentFollowUpsForm()
        saved = save_once(form, lambda session: _follow_up(session, event_id, form))
        if saved:
            return done("Relances créées.", _back(event_id), undo_url=undo_link(saved))
        return _page("follow_ups.html", form, event, known, 422)
    form = PresentFollowUpsForm(
        formdata=None,
        what=translate(_WHAT, title=event.title)[:300],
        due_on=proposed_due(None, clock.today()),
        assignee=str(signed_in().id),
        structures=_left(session, event_id, known),
    )
    return _page("follow_ups.html", form, event, known)


@blueprint.route("/seances", methods=["GET", "POST"])
@allow(Permission.LOG_SESSIONS)
def sessions(event_id: int) -> ResponseReturnValue:
    """Log a session for each structure that was there, once each."""
    session = db.session()
    event = event_for_attendance(session, event_id)
    known = supported_structures(session, event_id)
    if request.method == "POST":
        form = PresentSessionsForm()
        saved = save_once(form, lambda session: _log(session, event_id, form))
        if saved:
            return done("Séances notées.", _back(event_id), undo_url=undo_link(saved))
        return _page("sessions.html", form, event, known, 422)
    kinds = items_of(session, "session_kind")
    usual = next((str(kind.id) for kind in kinds if kind.code == _USUAL_KIND), "")
    form = PresentSessionsForm(
        formdata=None, kind=usual, structures=_left(session, event_id, known)
    )
    return _page("sessions.html", form, event, known)


def _follow_up(session: Session, event_id: int, form: PresentFollowUpsForm) -> int:
    if form.due_on.data is None:
        raise TypeError("a form that was validated was expected")
    follow_up_present(
        session,
        event_id=event_id,
        structure_ids=form.structure_ids,
        what=form.what.data or "",
        due_on=form.due_on.data,
        assignee_id=form.assignee_id,
    )
    return _saved(session)


def _log(session: Session, event_id: int, form: PresentSessionsForm) -> int:
    log_sessions(
        session,
        event_id=event_id,
        structure_ids=form.structure_ids,
        kind_id=form.kind_id,
        user_id=signed_in().id,
    )
    return _saved(session)


def _saved(session: Session) -> int:
    """Return the save of this transaction, by which all of it is undone."""
    saved = change_set_of(session)
    if saved is None:
        raise NotFoundError
    return saved


def _back(event_id: int) -> str:
    return url_for("attendance.index", event_id=event_id)


def _left(session: Session, event_id: int, known: dict[int, int]) -> list[str]:
    return [
        str(structure_id)
        for structure_id, _name in present_structures(session, event_id)
        if structure_id not in known
    ]


def _page(
    template: str,
    form: PresentStructures,
    event: Event,
    known: dict[int, int],
    status: int = 200,
) -> ResponseReturnValue:
    session = db.session()
    there = present_structures(session, event.id)
    form.structures.offer([(str(id_), name) for id_, name in there if id_ not in known])
    if isinstance(form, PresentFollowUpsForm):
        form.assignee.choices = team(session)
    if isinstance(form, PresentSessionsForm):
        form.kind.choices = [
            (str(kind.id), kind.label) for kind in items_of(session, "session_kind")
        ]
    page = render_template(
        f"events/attendance/{template}",
        form=form,
        event=event,
        when=when_of(event),
        there_count=len(there),
        done_before=[(name, known[id_]) for id_, name in there if id_ in known],
    )
    return page, status
