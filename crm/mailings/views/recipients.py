"""One message sent again to one person, and that decision taken back while it has not left."""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError
from crm.core.numbers import typed_id
from crm.database import transaction
from crm.mail.operations import RESEND, decide_deliveries, take_back_deliveries
from crm.mail.types import DeliveryState
from crm.mailings.models import Mailing, MailingRecipient
from crm.mailings.operations.mailings import get_mailing
from crm.mailings.types import Status
from crm.mailings.views.blueprints import ONE, blueprint
from crm.web.access import Permission, allow
from crm.web.requests import done, refused, safe_path

TO_DECIDE = frozenset({DeliveryState.UNCERTAIN, DeliveryState.FAILED})
CALLED_OFF = N_("Cet envoi est annulé : reprenez-le avant de renvoyer.")
_MOVED_ON = N_(
    "Rien n’a changé : l’état de ce message est autre depuis, ou le prestataire peut encore dire ce"
    " qu’il est devenu."
)
_LEAVES = N_("Un seul message repart, à cette adresse. Tant qu’il n’est pas parti, il se rattrape.")
_WAITS = N_("Un seul message repartira, à cette adresse, quand l’envoi reprendra.")


def may_send_again(mailing: Mailing) -> bool:
    """Tell whether this person may send a message of the mailing again to someone."""
    return mailing.status != Status.CANCELLED and signed_in().may(Permission.SEND_MAILINGS)


@blueprint.post(f"{ONE}/destinataires/<int:recipient_id>/renvoyer")
@allow(Permission.SEND_MAILINGS)
def send_again(mailing_id: int, recipient_id: int) -> ResponseReturnValue:
    """Put one message back in the queue, as the list showed it; one that went on stays."""
    try:
        with transaction() as session:
            mailing = get_mailing(session, mailing_id)
            _send_again(session, mailing, _delivery_of(session, mailing_id, recipient_id))
            is_paused = mailing.status == Status.PAUSED
    except RuleError as error:
        return refused(error, _back(mailing_id))
    if is_paused:
        return done(_WAITS, _back(mailing_id))
    undo_url = url_for(".keep", mailing_id=mailing_id, recipient_id=recipient_id)
    return done(_LEAVES, _back(mailing_id), undo_url=undo_url)


@blueprint.post(f"{ONE}/destinataires/<int:recipient_id>/rattraper")
@allow(Permission.SEND_MAILINGS)
def keep(mailing_id: int, recipient_id: int) -> ResponseReturnValue:
    """Take back what was sent again, unless it has left since."""
    back = url_for(".recipients", mailing_id=mailing_id)
    with transaction() as session:
        kept = take_back_deliveries(
            session,
            batch_id=mailing_id,
            delivery_ids=[_delivery_of(session, mailing_id, recipient_id)],
            now=clock.now(),
        )
    if kept:
        return done(N_("Rattrapé : ce message ne part pas."), back)
    return refused(RuleError("action", N_("Trop tard : ce message est déjà reparti.")), back)


def _send_again(session: Session, mailing: Mailing, delivery_id: int) -> None:
    if mailing.status == Status.CANCELLED:
        raise RuleError("action", CALLED_OFF)
    decided = decide_deliveries(
        session,
        batch_id=mailing.id,
        action=RESEND,
        shown=[(delivery_id, typed_id(request.form.get("essai")))],
        by=current_user.name,
        now=clock.now(),
    )
    if not decided:
        raise RuleError("action", _MOVED_ON)


def _delivery_of(session: Session, mailing_id: int, recipient_id: int) -> int:
    found = session.scalar(
        select(MailingRecipient.delivery_id).where(
            MailingRecipient.id == recipient_id, MailingRecipient.mailing_id == mailing_id
        )
    )
    if found is None:
        raise NotFoundError
    return found


def _back(mailing_id: int) -> str:
    """Return the list as it was narrowed."""
    here = url_for(".recipients", mailing_id=mailing_id)
    target = safe_path(request.form.get("retour"), here)
    return target if target.split("?")[0] == here else here
