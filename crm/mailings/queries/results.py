"""What became of a mailing, without a pixel: each figure and the recipients behind it.

A condition here is the figure's one definition: the page counts by it and the list narrows by it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, select
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.mail.models import Delivery, DeliveryEvent
from crm.mail.types import DeliveryState, Reason, ReportKind
from crm.mailings.models import MailingLink, MailingRecipient
from crm.mailings.queries.reactions import ARRIVED, has_event, has_not_reacted
from crm.mailings.registrations import is_registered
from crm.mailings.types import Why
from crm.segments.models import Segment

_WAITING = (
    DeliveryState.HELD,
    DeliveryState.QUEUED,
    DeliveryState.LEASED,
    DeliveryState.SENDING,
    DeliveryState.DEFERRED,
)
LEFT = (*ARRIVED, DeliveryState.BOUNCED)
# The reasons that a segment has a part in, and names.
_OF_SEGMENT = (Why.SEGMENT.value, Why.IN_OFFICE.value)


@dataclass(frozen=True, slots=True)
class Figure:
    """Something counted of a mailing's recipients; `code` is what the list's filter calls it.

    `one` is said of none or one of them, `label` of several.
    """

    code: str
    one: str
    label: str
    rule: str
    condition: ColumnElement[bool]


def _was_given_up() -> ColumnElement[bool]:
    return func.coalesce(Delivery.reason, "") == Reason.GIVEN_UP.value


def _in_states(*states: DeliveryState) -> ColumnElement[bool]:
    return and_(MailingRecipient.is_in, Delivery.state.in_([each.value for each in states]))


def figures() -> tuple[Figure, ...]:
    """Return what is counted of a mailing, in the order of its life."""
    return (*_of_the_way(), *_of_readers(), *_of_what_is_left())


def _of_the_way() -> tuple[Figure, ...]:
    return (
        Figure("destinataires", N_("destinataire"), N_("destinataires"),
               N_("Personnes ou structures de l’audience figée, chacune une fois."),
               and_(MailingRecipient.is_in)),
        Figure("en-attente", N_("en attente"), N_("en attente"),
               N_("Messages qui doivent encore partir."), _in_states(*_WAITING)),
        Figure("partis", N_("parti"), N_("partis"),
               N_("Messages que le relais a pris, revenus compris."), _in_states(*LEFT)),
        Figure("arrives", N_("arrivé"), N_("arrivés"),
               N_("Messages dont le prestataire a confirmé l’arrivée. Un relais SMTP ne le dit pas"
                  " toujours."),
               _in_states(DeliveryState.DELIVERED)),
        Figure("revenus", N_("revenu"), N_("revenus"),
               N_("Messages revenus en erreur."), _in_states(DeliveryState.BOUNCED)),
    )  # fmt: skip


def _of_readers() -> tuple[Figure, ...]:
    return (
        Figure("ont-clique", N_("a cliqué"), N_("ont cliqué"),
               N_("Destinataires qui ont suivi au moins un lien. Les machines qui vérifient les"
                  " liens ne comptent pas."),
               has_event(ReportKind.CLICKED)),
        Figure("ont-repondu", N_("a répondu"), N_("ont répondu"),
               N_("Destinataires dont une réponse a été reçue, hors réponses automatiques."),
               has_event(ReportKind.REPLIED)),
        Figure("inscrits", N_("inscrit"), N_("inscrits"),
               N_("Destinataires dont le lien personnel a servi à s’inscrire à un événement."
                  " Une inscription annulée ne compte plus."),
               is_registered()),
        Figure("desinscrits", N_("désinscrit"), N_("désinscrits"),
               N_("Destinataires qui se sont désinscrits depuis ce message."),
               has_event(ReportKind.UNSUBSCRIBED)),
        Figure("plaintes", N_("plainte"), N_("plaintes"),
               N_("Destinataires qui ont signalé le message comme indésirable."),
               has_event(ReportKind.COMPLAINED)),
        Figure("sans-reaction", N_("sans réaction"), N_("sans réaction"),
               N_("Messages partis et non revenus, sans clic, réponse, inscription ni"
                  " désinscription."),
               and_(_in_states(*ARRIVED), has_not_reacted())),
    )  # fmt: skip


def _of_what_is_left() -> tuple[Figure, ...]:
    return (
        Figure("incertains", N_("peut-être envoyé"), N_("peut-être envoyés"),
               N_("Messages dont personne ne sait s’ils sont partis : à vous de décider."),
               _in_states(DeliveryState.UNCERTAIN)),
        Figure("en-echec", N_("en échec"), N_("en échec"),
               N_("Messages que le relais a refusés, ou jamais pris malgré plusieurs essais."),
               and_(_in_states(DeliveryState.FAILED), ~_was_given_up())),
        Figure("abandonnes", N_("abandonné"), N_("abandonnés"),
               N_("Messages en échec, ou peut-être envoyés, que l’équipe a abandonnés."),
               and_(_in_states(DeliveryState.FAILED), _was_given_up())),
        Figure("non-envoyes", N_("non envoyé"), N_("non envoyés"),
               N_("Messages retenus juste avant leur départ : retrait, opposition, annulation."),
               _in_states(DeliveryState.SKIPPED)),
    )  # fmt: skip


def _counted(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def count_figures(session: Session, mailing_id: int) -> dict[str, int]:
    """Return each figure of a mailing by its code."""
    every = figures()
    row = session.execute(
        select(*(_counted(each.condition) for each in every))
        .select_from(MailingRecipient)
        .outerjoin(Delivery, Delivery.id == MailingRecipient.delivery_id)
        .where(MailingRecipient.mailing_id == mailing_id, MailingRecipient.is_in)
    ).one()
    return {each.code: int(count) for each, count in zip(every, row, strict=True)}


@dataclass(frozen=True, slots=True)
class Counted:
    """How many are in an audience, or out of it, for a reason; `segment` brought them, if one."""

    reason: str
    count: int
    segment: str | None = None
    segment_id: int | None = None


def count_reasons(session: Session, mailing_id: int) -> dict[bool, list[Counted]]:
    """Return how many are in, and out, for each reason; the most frequent first."""
    of = MailingRecipient
    its_own = select(of).where(of.mailing_id == mailing_id).subquery()
    return reasons_among(session, its_own)


def reasons_among(session: Session, rows: Subquery) -> dict[bool, list[Counted]]:
    """Return the same of rows that an audience is made of, frozen or not."""
    by_segment = case((rows.c.reason.in_(_OF_SEGMENT), rows.c.segment_id))
    counted = (
        select(rows.c.is_in, rows.c.reason, by_segment.label("segment_id"), func.count().label("n"))
        .group_by(rows.c.is_in, rows.c.reason, by_segment)
        .subquery()
    )
    found: dict[bool, list[Counted]] = {True: [], False: []}
    for is_in, reason, count, name, segment_id in session.execute(
        select(counted.c.is_in, counted.c.reason, counted.c.n, Segment.name, Segment.id)
        .outerjoin(Segment, Segment.id == counted.c.segment_id)
        .order_by(counted.c.n.desc(), counted.c.reason, Segment.id)
    ).tuples():
        found[bool(is_in)].append(Counted(reason, count, name, segment_id))
    return found


@dataclass(frozen=True, slots=True)
class Split:
    """What became of a mailing for one family or one département."""

    value: str
    counts: Mapping[str, int]


SPLIT = ("partis", "arrives", "revenus", "ont-clique", "ont-repondu", "inscrits", "desinscrits")


def split_figures(session: Session, mailing_id: int, column: Any) -> Sequence[Split]:
    """Return the main figures by the values of a column, "" for none; the largest first."""
    chosen = [each for each in figures() if each.code in SPLIT]
    value = func.coalesce(column, "")
    rows = session.execute(
        select(value, *(_counted(each.condition) for each in chosen))
        .select_from(MailingRecipient)
        .outerjoin(Delivery, Delivery.id == MailingRecipient.delivery_id)
        .where(MailingRecipient.mailing_id == mailing_id, MailingRecipient.is_in)
        .group_by(value)
        .order_by(func.count().desc(), value)
    ).all()
    return [
        Split(row[0], {each.code: int(row[n]) for n, each in enumerate(chosen, start=1)})
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class LinkClicks:
    """How many people followed a link, and how many messages machines followed it from."""

    number: int
    url: str
    people: int
    machines: int


def clicks_by_link(session: Session, mailing_id: int) -> list[LinkClicks]:
    """Return each link of a mailing, in the order of the message."""
    of = DeliveryEvent
    counted = (
        select(
            of.link_id,
            func.sum(case((of.is_robot, 0), else_=1)).label("people"),
            func.sum(case((of.is_robot, 1), else_=0)).label("machines"),
        )
        .join(MailingRecipient, MailingRecipient.delivery_id == of.delivery_id)
        .where(MailingRecipient.mailing_id == mailing_id, of.kind == ReportKind.CLICKED)
        .group_by(of.link_id)
        .subquery()
    )
    rows = session.execute(
        select(
            MailingLink.number,
            MailingLink.url,
            func.coalesce(counted.c.people, 0),
            func.coalesce(counted.c.machines, 0),
        )
        .outerjoin(counted, counted.c.link_id == MailingLink.number)
        .where(MailingLink.mailing_id == mailing_id)
        .order_by(MailingLink.number)
    ).tuples()
    return [LinkClicks(number, url, people, machines) for number, url, people, machines in rows]
