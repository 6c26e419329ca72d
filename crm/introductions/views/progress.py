"""What happens to an introduction: agreed to, made, refused, what came of it, thrown away."""

from collections.abc import Callable

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.days import parse_day
from crm.core.errors import N_, RuleError
from crm.database import db, transaction
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.history.trash import move_to_trash
from crm.introductions import operations
from crm.introductions.forms import OutcomeForm
from crm.introductions.presentation import title_of
from crm.introductions.queries import introduction_asked_of, introduction_for_page
from crm.introductions.views.blueprint import ONE, blueprint
from crm.web.access import Permission, allow
from crm.web.requests import done, refused
from crm.web.submissions import save_form


@blueprint.post(f"{ONE}/accords")
@allow(Permission.LOG_SESSIONS)
def ask(introduction_id: int) -> ResponseReturnValue:
    """Note that everyone is asked whether their address may be given."""
    return _do(
        introduction_id,
        N_("Accords demandés : notez les réponses quand elles arrivent."),
        lambda session: operations.ask_for_agreement(session, introduction_id=introduction_id),
    )


@blueprint.post("/personnes/<int:person_id>/accord")
@allow(Permission.LOG_SESSIONS)
def answer(person_id: int) -> ResponseReturnValue:
    """Note what a person answered, and how."""
    said, means = request.form.get("reponse", ""), request.form.get("moyen", "")
    try:
        with transaction() as session:
            introduction_id = operations.note_answer(
                session, person_id=person_id, answer=said, means=means
            )
            back = url_for(".show", introduction_id=introduction_id)
            undo = undo_link(change_set_of(session), back)
    except RuleError as error:
        return refused(error, url_for(".index"))
    return done("Réponse notée.", back, undo_url=undo)


@blueprint.post(f"{ONE}/faite")
@allow(Permission.LOG_SESSIONS)
def make(introduction_id: int) -> ResponseReturnValue:
    """Note that an introduction was made, today or on the day given."""

    def save(session: Session) -> None:
        today, typed = clock.today(), request.form.get("le", "")
        made_on = parse_day(typed, today, field="made_on") if typed else today
        operations.make_introduction(session, introduction_id=introduction_id, made_on=made_on)

    return _do(
        introduction_id,
        N_("C’est noté : une relance vous demandera dans un mois ce que cela a donné."),
        save,
    )


@blueprint.post(f"{ONE}/refus")
@allow(Permission.LOG_SESSIONS)
def refuse(introduction_id: int) -> ResponseReturnValue:
    """Note that an introduction will not be made, or is proposed again."""
    is_refused = request.form.get("encore") != "1"
    return _do(
        introduction_id,
        N_("Statut enregistré."),
        lambda session: operations.set_refused(
            session, introduction_id=introduction_id, is_refused=is_refused
        ),
    )


@blueprint.route(f"{ONE}/suite", methods=["GET", "POST"])
@allow(Permission.LOG_SESSIONS)
def outcome(introduction_id: int) -> ResponseReturnValue:
    """Say what came of an introduction."""
    record, form = introduction_for_page(db.session(), introduction_id), OutcomeForm()
    if not form.is_submitted():
        form.outcome.data, form.note.data = record.outcome, record.outcome_note
    saved = None
    if form.is_submitted():
        saved = save_form(form, lambda session: _give_outcome(session, introduction_id, form))
    back = url_for(".show", introduction_id=introduction_id)
    if saved is not None:
        undo = undo_link(saved, back)
        return done("Merci, c’est noté.", back, undo_url=undo)
    page = render_template(
        "introductions/outcome.html", form=form, record=record, title=title_of(record)
    )
    return page, 422 if form.is_submitted() else 200


def outcome_url(follow_up_id: int) -> str | None:
    """Return the address of the form that a follow-up asks to fill in; None for another one."""
    introduction_id = introduction_asked_of(db.session(), follow_up_id)
    if introduction_id is None:
        return None
    return url_for("introductions.outcome", introduction_id=introduction_id)


@blueprint.post(f"{ONE}/supprimer")
@allow(Permission.LOG_SESSIONS)
def discard(introduction_id: int) -> ResponseReturnValue:
    """Put an introduction in the trash, with the support it counts as."""
    with transaction() as session:
        move_to_trash(session, entity="introduction", record_id=introduction_id)
    undo = url_for("history.restore", entity="introduction", record_id=introduction_id)
    return done("Mise en relation mise à la corbeille.", url_for(".index"), undo_url=undo)


def _do(
    introduction_id: int, message: str, save: Callable[[Session], object]
) -> ResponseReturnValue:
    back = url_for(".show", introduction_id=introduction_id)
    try:
        with transaction() as session:
            save(session)
            undo = undo_link(change_set_of(session), back)
    except RuleError as error:
        return refused(error, back)
    return done(message, back, undo_url=undo)


def _give_outcome(session: Session, introduction_id: int, form: OutcomeForm) -> int:
    """Return the change set; 0 when just that was said already."""
    operations.give_outcome(
        session,
        introduction_id=introduction_id,
        outcome=form.outcome.data or "",
        note=form.note.data,
    )
    return change_set_of(session) or 0
