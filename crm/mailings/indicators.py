"""What mailings let a report count: those that left, and the messages that arrived."""

from typing import Any

from sqlalchemy import Date, Select, func, select

from crm.consents.types import PURPOSE_LABELS
from crm.core.errors import N_
from crm.indicators.indicator import Indicator, RowColumn
from crm.indicators.keys import fixed_key
from crm.indicators.types import By, Scope, Unit
from crm.mail.models import Delivery
from crm.mail.types import DeliveryState
from crm.mailings.models import Mailing, MailingRecipient
from crm.mailings.types import Status

_DAY = func.date(Mailing.let_go_at, type_=Date)
_KEYS = {By.PURPOSE: fixed_key(Mailing.purpose, PURPOSE_LABELS)}


def _sent(_scope: Scope) -> Select[Any]:
    return (
        select(Mailing.id)
        .select_from(Mailing)
        .where(
            Mailing.deleted_at.is_(None),
            Mailing.let_go_at.is_not(None),
            Mailing.status != Status.CANCELLED,
        )
    )


def _arrived(scope: Scope) -> Select[Any]:
    return (
        _sent(scope)
        .join(MailingRecipient, MailingRecipient.mailing_id == Mailing.id)
        .join(Delivery, Delivery.id == MailingRecipient.delivery_id)
        .where(
            MailingRecipient.is_in,
            Delivery.state.in_((DeliveryState.ACCEPTED, DeliveryState.DELIVERED)),
        )
    )


MAILINGS_SENT = Indicator(
    code="mailings_sent",
    label=N_("envois partis"),
    rule=N_(
        "Envois à plusieurs personnes partis dans la période, hors corbeille. Un envoi annulé ne"
        " compte pas, même si quelques messages étaient partis."
    ),
    unit=Unit.MAILING,
    entity="mailing",
    facts=_sent,
    counted=Mailing.id.expression,
    day=_DAY,
    is_single=True,
    keys=_KEYS,
    columns=(
        RowColumn("name", N_("Envoi"), Mailing.name),
        RowColumn("left_on", N_("Parti le"), _DAY, "date"),
    ),
)
MESSAGES_ARRIVED = Indicator(
    code="messages_arrived",
    label=N_("messages remis"),
    rule=N_(
        "Messages de ces envois que le serveur du destinataire a pris, sans retour à ce jour : un"
        " par destinataire et par envoi. Remis ne veut dire ni ouvert ni lu."
    ),
    unit=Unit.MESSAGE,
    entity="mailing",
    facts=_arrived,
    counted=MailingRecipient.id.expression,
    record=Mailing.id.expression,
    day=_DAY,
    is_single=True,
    keys=_KEYS,
    columns=(
        RowColumn("name", N_("Envoi"), Mailing.name),
        RowColumn("left_on", N_("Parti le"), _DAY, "date"),
    ),
)
INDICATORS = (MAILINGS_SENT, MESSAGES_ARRIVED)
