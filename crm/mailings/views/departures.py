"""A mailing leaves, is held back, goes on, is called off; what is uncertain is decided."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.database import db, transaction
from crm.mail.awaiting import Awaited, awaited_of
from crm.mail.models import Delivery
from crm.mail.operations import GIVE_UP, RESEND, decide_deliveries
from crm.mail.types import DeliveryState
from crm.mailings.forms import DepartureForm
from crm.mailings.models import Mailing
from crm.mailings.operations.departures import cancel, depart, pause, reopen, resume
from crm.mailings.operations.mailings import get_mailing
from crm.mailings.presentation import departure_page
from crm.mailings.types import Status
from crm.mailings.views.blueprints import ONE, blueprint
from crm.mailings.views.recipients import CALLED_OFF
from crm.web.access import Permission, allow
from crm.web.formats import agreed, instant
from crm.web.requests import done, refused
from crm.web.submissions import save_form

_NOT_YET = N_(
    "Le prestataire peut encore dire ce qu’ils sont devenus : attendez jusqu’au %(until)s."
)
_DECIDED = {"incertains": DeliveryState.UNCERTAIN, "echecs": DeliveryState.FAILED}


@blueprint.route(f"{ONE}/depart", methods=["GET", "POST"])
@allow(Permission.SEND_MAILINGS)
def departure(mailing_id: int) -> ResponseReturnValue:
    """Show how many would receive the message and why; then freeze the audience and let it go."""
    here = url_for(".show", mailing_id=mailing_id)
    if get_mailing(db.session(), mailing_id).status != Status.DRAFT:
        return done(N_("Cet envoi est déjà parti, ou programmé."), here)
    form = DepartureForm()
    if form.is_submitted():
        saved = save_form(
            form,
            lambda session: (
                depart(session, mailing_id=mailing_id, seen=form.seen_mark, data=form.read()).id
            ),
        )
        if saved:
            return done(_told(form), here)
    page = render_template("mailings/departure.html", **departure_page(mailing_id, form))
    return page, 422 if form.is_submitted() else 200


def _told(form: DepartureForm) -> str:
    if form.read().starts_at is None:
        return N_("C’est parti : les messages quittent Passerelle dans les secondes qui viennent.")
    return N_("C’est programmé : les destinataires sont figés, rien ne part avant l’heure dite.")


@blueprint.post(f"{ONE}/pause")
@allow(Permission.SEND_MAILINGS)
def hold(mailing_id: int) -> ResponseReturnValue:
    """Hold back what has not left; the next message already stays."""
    return _step(mailing_id, pause, N_("En pause : plus aucun message ne part."), ".go_on")


@blueprint.post(f"{ONE}/reprendre")
@allow(Permission.SEND_MAILINGS)
def go_on(mailing_id: int) -> ResponseReturnValue:
    """Go on with a mailing that was paused or cancelled."""
    return _step(mailing_id, resume, N_("L’envoi reprend."), ".hold")


@blueprint.post(f"{ONE}/annuler")
@allow(Permission.SEND_MAILINGS)
def call_off(mailing_id: int) -> ResponseReturnValue:
    """Call off what has not left; what left, left."""
    return _step(
        mailing_id, cancel, N_("Annulé : ce qui n’était pas parti ne partira pas."), ".go_on"
    )


@blueprint.post(f"{ONE}/rouvrir")
@allow(Permission.SEND_MAILINGS)
def take_back(mailing_id: int) -> ResponseReturnValue:
    """Make a draft again of what has not begun to leave: its message, its people, its hour."""
    here = url_for(".show", mailing_id=mailing_id)
    try:
        with transaction() as session:
            reopen(session, mailing_id=mailing_id)
    except RuleError as error:
        return refused(error, here)
    return done(N_("C’est de nouveau un brouillon : rien n’est parti."), here)


@blueprint.post(f"{ONE}/trancher")
@allow(Permission.SEND_MAILINGS)
def settle(mailing_id: int) -> ResponseReturnValue:
    """Send again, or give up, what may have left and what did not."""
    here = url_for(".show", mailing_id=mailing_id)
    action = request.form.get("action", "")
    try:
        with transaction() as session:
            decided = _decide(session, mailing_id, action)
    except RuleError as error:
        return refused(error, here)
    told = {
        RESEND: (N_("%(count)s message repart."), N_("%(count)s messages repartent.")),
        GIVE_UP: (N_("%(count)s message abandonné."), N_("%(count)s messages abandonnés.")),
    }
    return done(agreed(len(decided), *told[action]), here, count=len(decided))


def _decide(session: Session, mailing_id: int, action: str) -> list[int]:
    """Do what was asked; raise RuleError where it cannot be, or not yet."""
    mailing, now = get_mailing(session, mailing_id), clock.now()
    if action == RESEND and mailing.status == Status.CANCELLED:
        raise RuleError("action", CALLED_OFF)
    decided = decide_deliveries(
        session,
        batch_id=mailing_id,
        action=action,
        shown=_as_shown(session, mailing_id, request.form.get("quoi", "")),
        by=current_user.name,
        now=now,
    )
    awaited = awaited_of(session, batch_id=mailing_id, now=now)
    if awaited.until and not decided and request.form.get("quoi") == "incertains":
        raise RuleError("action", _NOT_YET, until=instant(awaited.until))
    return decided


@blueprint.app_template_global()
def awaited_news(mailing_id: int) -> Awaited:
    """Return what may be decided of a mailing, and until when its provider may tell of the rest."""
    return awaited_of(db.session(), batch_id=mailing_id, now=clock.now())


def _as_shown(session: Session, mailing_id: int, which: str) -> list[tuple[int, int]]:
    """Return the deliveries of this kind that were on the page; what went on since stays."""
    state = _DECIDED.get(which)
    if state is None:
        return []
    rows = session.execute(
        select(Delivery.id, Delivery.attempt).where(
            Delivery.batch_id == mailing_id,
            Delivery.state == state,
            Delivery.settled_at <= _instant_shown(),
        )
    ).tuples()
    return list(rows.all())


def _instant_shown() -> datetime:
    """Return when the page was made; before everything, for what is no instant of ours."""
    try:
        shown = datetime.fromisoformat(request.form.get("vu", ""))
        return shown.astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=UTC)


def _step(
    mailing_id: int, step: Callable[..., Mailing], told: str, back: str
) -> ResponseReturnValue:
    here = url_for(".show", mailing_id=mailing_id)
    try:
        with transaction() as session:
            _do(session, step, mailing_id)
    except RuleError as error:
        return refused(error, here)
    return done(told, here, undo_url=url_for(back, mailing_id=mailing_id))


def _do(session: Session, step: Callable[..., Mailing], mailing_id: int) -> None:
    step(session, mailing_id=mailing_id)
