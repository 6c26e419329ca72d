"""What mailings keep of someone who is erased: that a message left, to whom no more."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import Session

from crm.mail.models import Delivery, DeliveryAttempt
from crm.mail.types import DeliveryState, Reason
from crm.mailings.models import MailingRecipient

_COLUMNS = {"contact": MailingRecipient.contact_id, "structure": MailingRecipient.structure_id}
_WAITING = (DeliveryState.HELD, DeliveryState.QUEUED, DeliveryState.DEFERRED)
_NAMES: dict[str, Any] = {
    "first_name": None, "last_name": None, "role": None, "address": None, "address_key": None,
}  # fmt: skip


def forget_recipients(session: Session, entity: str, ids: Sequence[int]) -> None:
    """Empty what mailings hold of people erased for good, and of structures' own addresses.

    Counts stay: family, département, what became of the message, and the hash of its address. A
    person written to for a structure that is erased stays a person.
    """
    column = _COLUMNS.get(entity)
    if column is None:
        return
    theirs: ColumnElement[bool] = column.in_(ids)
    if entity == "structure":
        _update(session, theirs, structure_name=None, commune_name=None)
        theirs = and_(theirs, MailingRecipient.contact_id.is_(None))
    gone = select(MailingRecipient.delivery_id).where(
        theirs, MailingRecipient.delivery_id.is_not(None)
    )
    _stop(session, gone)
    session.execute(delete(DeliveryAttempt).where(DeliveryAttempt.delivery_id.in_(gone)))
    _update(session, theirs, **_NAMES)


def _stop(session: Session, gone: Any) -> None:
    """Let nothing more leave to them, and take their address out of the ledger."""
    for conditions, values in (
        (
            (Delivery.state.in_(_WAITING),),
            {"state": DeliveryState.SKIPPED, "reason": Reason.NO_CONSENT},
        ),
        ((), {"recipient": "", "answer": None}),
    ):
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_(gone), *conditions)
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def _update(session: Session, condition: Any, **values: Any) -> None:
    session.execute(
        update(MailingRecipient)
        .where(condition)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
