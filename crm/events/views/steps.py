"""What becomes of an event: another date, called off, held; and who is told."""

from collections.abc import Callable

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.core.errors import RuleError
from crm.database import db, transaction
from crm.events.forms.events import PostponeForm
from crm.events.inviting import NOTHING_TO_INVITE_TO, invite
from crm.events.messages import prepare_change
from crm.events.operations import events as operations
from crm.events.operations.telling import send_afterwards, tell_change
from crm.events.presentation import back_to, when_of
from crm.events.queries.events import event_for_page, moves_of
from crm.events.queries.registrations import count_where, is_live, is_to_be_told
from crm.events.views.blueprints import ONE, blueprint
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.mailings.forms import AnotherForm
from crm.web.access import Permission, allow
from crm.web.requests import done, refused
from crm.web.submissions import save_form, save_once


@blueprint.route(f"{ONE}/reporter", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def postpone(event_id: int) -> ResponseReturnValue:
    """Give an event another date, or none yet; tell people where that is ticked."""
    session, form = db.session(), PostponeForm()
    event = event_for_page(session, event_id)
    if form.is_submitted():
        saved = save_form(form, lambda writing: _postpone(writing, event_id, form))
        if saved is not None:
            undo_url = undo_link(saved)
            return done("Événement reporté.", back_to(event_id), undo_url=undo_url)
    page = render_template(
        "events/postpone.html",
        form=form,
        event=event,
        when=when_of(event),
        live=count_where(session, event_id, is_live()),
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.route(f"{ONE}/annuler", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def call_off(event_id: int) -> ResponseReturnValue:
    """Call an event off; tell people where that is ticked."""
    session = db.session()
    event = event_for_page(session, event_id)
    if request.method == "POST":
        return _do(
            event_id,
            lambda writing: _call_off(writing, event_id, tells=request.form.get("prevenir") == "1"),
            "Événement annulé.",
        )
    live = count_where(session, event_id, is_live())
    return render_template("events/call_off.html", event=event, when=when_of(event), live=live)


@blueprint.post(f"{ONE}/realise")
@allow(Permission.EDIT_NETWORK)
def mark_held(event_id: int) -> ResponseReturnValue:
    """Note that an event was held."""

    def work(session: Session) -> None:
        operations.mark_held(session, event_id=event_id)

    return _do(event_id, work, "Événement noté comme réalisé.")


@blueprint.post(f"{ONE}/inviter")
@allow(Permission.WRITE_MAILINGS)
def invite_to(event_id: int) -> ResponseReturnValue:
    """Begin a mailing that invites to an event, once however often the button is pressed."""
    saved = save_once(AnotherForm(), lambda session: invite(session, event_id=event_id).id)
    if saved is None:
        return refused(RuleError("event", NOTHING_TO_INVITE_TO), back_to(event_id))
    return done(
        "Invitation commencée : relisez le message, puis choisissez à qui elle va.",
        url_for("mailings.show", mailing_id=saved),
    )


@blueprint.post(f"{ONE}/prevenir")
@allow(Permission.EDIT_NETWORK)
def tell(event_id: int) -> ResponseReturnValue:
    """Write to those who know an old date, place or title."""
    session = db.session()
    prepare_change(event_for_page(session, event_id), moves_of(session, event_id))
    return _write(event_id, lambda writing: tell_change(writing, event_id=event_id))


@blueprint.post(f"{ONE}/apres")
@allow(Permission.EDIT_NETWORK)
def follow(event_id: int) -> ResponseReturnValue:
    """Write to those who came and to the absent, once there is something to see again."""
    return _write(event_id, lambda session: send_afterwards(session, event_id=event_id))


def _write(event_id: int, work: Callable[[Session], int]) -> ResponseReturnValue:
    back = back_to(event_id, "inscriptions")
    try:
        with transaction() as session:
            count = work(session)
    except RuleError as error:
        return refused(error, back)
    return done("Messages en partance : %(count)s.", back, count=count)


def _do(event_id: int, work: Callable[[Session], None], said: str) -> ResponseReturnValue:
    try:
        with transaction() as session:
            work(session)
            undo_url = undo_link(change_set_of(session))
    except RuleError as error:
        return refused(error, back_to(event_id))
    return done(said, back_to(event_id), undo_url=undo_url)


def _postpone(session: Session, event_id: int, form: PostponeForm) -> int:
    operations.postpone(
        session,
        event_id=event_id,
        starts_at=form.starts_at,
        ends_at=form.ends_at,
        is_all_day=form.is_all_day,
    )
    if form.tells.data:
        _tell_if_any(session, event_id)
    return change_set_of(session) or 0


def _call_off(session: Session, event_id: int, *, tells: bool) -> None:
    operations.call_off(session, event_id=event_id)
    if tells:
        _tell_if_any(session, event_id)


def _tell_if_any(session: Session, event_id: int) -> None:
    if count_where(session, event_id, is_to_be_told()):
        tell_change(session, event_id=event_id)
