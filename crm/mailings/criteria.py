"""What segments may ask of mailings: who was written to, who reacted, who never was."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from crm.contacts.models import Contact, Structure
from crm.core import clock
from crm.core.errors import N_
from crm.criteria.conditions import ahead, is_found
from crm.criteria.criterion import Criterion, Field, Options, Values
from crm.criteria.types import FieldKind, Subject
from crm.mail.models import Delivery
from crm.mail.types import DeliveryState, ReportKind
from crm.mailings.models import Mailing, MailingRecipient
from crm.mailings.queries.reactions import ARRIVED, has_event, has_not_reacted
from crm.mailings.queries.results import LEFT
from crm.mailings.registrations import is_registered
from crm.mailings.rules import DEPARTED
from crm.web.formats import short_date

Mailings = Sequence[int]
_GROUP = N_("Envois")
_DAYS_OF_A_MONTH = 30
_MIDNIGHT = time()
_SUBJECTS: dict[Subject, tuple[Any, Any]] = {
    Subject.STRUCTURE: (Structure, MailingRecipient.structure_id),
    Subject.CONTACT: (Contact, MailingRecipient.contact_id),
}


def _mailings(session: Session) -> Options:
    """Return the mailings that left, the newest first."""
    rows = session.execute(
        select(Mailing.id, Mailing.name, Mailing.frozen_at)
        .where(Mailing.deleted_at.is_(None), Mailing.status.in_(DEPARTED))
        .order_by(Mailing.frozen_at.desc(), Mailing.id)
    ).tuples()
    return [
        (str(each), f"{name} ({short_date(clock.in_paris(at).date())})" if at else name)
        for each, name, at in rows
    ]


def _recipients(column: Any) -> Select[Any]:
    return select(column).where(
        MailingRecipient.is_in, MailingRecipient.delivery_id.is_not(None), column.is_not(None)
    )


def _posted(column: Any) -> Select[Any]:
    return _recipients(column).join(Delivery, Delivery.id == MailingRecipient.delivery_id)


def _is_in(states: Collection[DeliveryState], mailings: Mailings) -> ColumnElement[bool]:
    """Return whether the message to a recipient of these mailings is in one of these states.

    Said by those that are in another: of one mailing they are few, and a database knows it.
    """
    return ~exists().where(
        Delivery.id == MailingRecipient.delivery_id,
        Delivery.batch_id.in_(mailings),
        Delivery.state.not_in(states),
    )


def _are_found(subject: Subject, found: Select[Any]) -> ColumnElement[bool]:
    """Return whether a record is one of these recipients, or one of them was merged into it."""
    model = _SUBJECTS[subject][0]
    then, recipients = aliased(model), ahead(found)
    merged = select(then.merged_into_id).where(
        then.merged_into_id.is_not(None), then.id.in_(recipients)
    )
    return or_(model.id.in_(recipients), is_found(model.id, merged))


def _of_mailing(subject: Subject, told: Callable[[Mailings], ColumnElement[bool]]) -> Any:
    column = _SUBJECTS[subject][1]

    def condition(values: Values, _day: date) -> ColumnElement[bool]:
        mailings = values["envoi"]
        found = _recipients(column).where(MailingRecipient.mailing_id.in_(mailings), told(mailings))
        return _are_found(subject, found)

    return condition


def _since(subject: Subject) -> Any:
    column = _SUBJECTS[subject][1]

    def condition(values: Values, day: date) -> ColumnElement[bool]:
        found = _posted(column).where(Delivery.state.in_(LEFT))
        if "mois" in values:
            since = day - timedelta(days=_DAYS_OF_A_MONTH * values["mois"])
            first = clock.paris_instant(since, _MIDNIGHT)
            found = found.where(Delivery.settled_at >= first)
        return _are_found(subject, found)

    return condition


def _bounced(subject: Subject) -> Any:
    column = _SUBJECTS[subject][1]

    def condition(_values: Values, _day: date) -> ColumnElement[bool]:
        bounced = Delivery.state == DeliveryState.BOUNCED
        return _are_found(subject, _posted(column).where(bounced))

    return condition


_MAILING = Field(
    name="envoi", label=N_("Envois"), is_id=True, options=_mailings, phrase=" %(value)s"
)
_MONTHS = Field(
    name="mois",
    label=N_("Depuis"),
    kind=FieldKind.NUMBER,
    is_needed=False,
    lowest=1,
    highest=240,
    units=(N_("%(count)s mois"), N_("%(count)s mois")),
    phrase=N_(" depuis %(value)s"),
    hint=N_("Vide : depuis toujours"),
)


# Of one mailing: (code, label, what it asks, what it asks the other way, its condition).
_OF_ONE = (
    (
        "envoi-recu",
        N_("A reçu tel envoi"),
        N_("ont reçu l’envoi%(envoi)s"),
        N_("n’ont pas reçu l’envoi%(envoi)s"),
        lambda mailings: _is_in(LEFT, mailings),
    ),
    (
        "envoi-cliquee",
        N_("A cliqué dans tel envoi"),
        N_("ont suivi un lien de l’envoi%(envoi)s"),
        N_("n’ont suivi aucun lien de l’envoi%(envoi)s"),
        lambda _mailings: has_event(ReportKind.CLICKED),
    ),
    (
        "envoi-reponse",
        N_("A répondu à tel envoi"),
        N_("ont répondu à l’envoi%(envoi)s"),
        N_("n’ont pas répondu à l’envoi%(envoi)s"),
        lambda _mailings: has_event(ReportKind.REPLIED),
    ),
    (
        "envoi-inscription",
        N_("S’est inscrit par le lien de tel envoi"),
        N_("se sont inscrites par leur lien de l’envoi%(envoi)s"),
        N_("ne se sont pas inscrites par leur lien de l’envoi%(envoi)s"),
        lambda _mailings: is_registered(),
    ),
    (
        "envoi-silence",
        N_("N’a pas réagi à tel envoi"),
        N_("ont reçu l’envoi%(envoi)s sans y réagir"),
        N_("ont réagi à l’envoi%(envoi)s, ou ne l’ont pas reçu"),
        lambda mailings: and_(_is_in(ARRIVED, mailings), has_not_reacted()),
    ),
)


def _criteria(subject: Subject) -> tuple[Criterion, ...]:
    asked: dict[str, Any] = {"subject": subject, "group": _GROUP}
    return (
        Criterion(
            code="sollicitee",
            label=N_("A reçu un envoi"),
            fields=(_MONTHS,),
            yes=N_("ont reçu au moins un envoi%(mois)s"),
            no=N_("n’ont reçu aucun envoi%(mois)s"),
            condition=_since(subject),
            **asked,
        ),
        *(
            Criterion(
                code=code,
                label=label,
                fields=(_MAILING,),
                yes=yes,
                no=no,
                condition=_of_mailing(subject, condition),
                **asked,
            )
            for code, label, yes, no, condition in _OF_ONE
        ),
        Criterion(
            code="adresse-en-erreur",
            label=N_("Un message est revenu en erreur"),
            yes=N_("ont une adresse d’où un message est revenu en erreur"),
            no=N_("n’ont aucune adresse d’où un message est revenu en erreur"),
            condition=_bounced(subject),
            **asked,
        ),
    )


CRITERIA = (*_criteria(Subject.STRUCTURE), *_criteria(Subject.CONTACT))
