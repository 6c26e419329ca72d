"""Who a mailing was frozen for, who was left out and why, and what became of each message."""

from typing import Any

from flask import url_for
from sqlalchemy import CTE, ColumnElement, Select, case, exists, false, func, or_, select
from sqlalchemy.orm import Session

from crm.contacts.listings.filters import departements, numbers, tally_by
from crm.core import clock
from crm.core.errors import N_
from crm.mail.awaiting import may_be_heard_of, may_have_left
from crm.mail.models import Delivery, DeliveryEvent
from crm.mail.types import STATE_LABELS, DeliveryState, ReportKind
from crm.mailings.models import MailingLink, MailingRecipient
from crm.mailings.queries.results import figures
from crm.mailings.wording import WHY, WHY_OF_EACH
from crm.reference.queries import labels_by_code
from crm.segments.models import Segment
from crm.web.list_definition import Column, Filter, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing
from crm.web.locale import translate

IN, OUT = "dedans", "dehors"
NONE = "aucun"
SIDES = {IN: N_("Destinataires"), OUT: N_("Laissés de côté")}
_STATES = {each.value: label for each, label in STATE_LABELS.items()}
_SIDE = case((MailingRecipient.is_in, IN), else_=OUT)
_FAMILY = func.coalesce(MailingRecipient.family_code, NONE)
_DEPARTEMENT = func.coalesce(MailingRecipient.departement_code, NONE)


def name_in(of: Any) -> ColumnElement[str]:
    """Return « Camille DUPONT », or the structure alone, of rows of an audience."""
    person = func.trim(func.coalesce(of.first_name, "") + " " + func.coalesce(of.last_name, ""))
    return case((person != "", person), else_=func.coalesce(of.structure_name, ""))


_NAME = name_in(MailingRecipient)


def recipient_list(mailing_id: int) -> ListDefinition:
    """Return the list of whom a mailing thought of: in and out, each with its reason."""
    its_own = MailingRecipient.mailing_id == mailing_id
    return ListDefinition(
        url=url_for("mailings.recipients", mailing_id=mailing_id),
        statement=_rows().where(its_own),
        counted=_joined(MailingRecipient.id).where(its_own),
        columns=(
            Column("name", N_("Personne ou structure"), sort="nom"),
            Column("structure_name", N_("Structure"), name="structure", is_wide=True),
            Column("role", N_("Fonction"), name="fonction", is_usual=False),
            Column("address", N_("Adresse"), name="adresse"),
            Column("state", N_("Message"), name="message", words=_STATES),
            Column("why", N_("Pourquoi"), name="pourquoi", words=WHY_OF_EACH, is_wide=True),
            Column("answer", N_("Réponse du relais"), name="reponse", is_usual=False, is_wide=True),
            Column("family_code", N_("Famille"), name="famille", is_usual=False),
            Column("departement_code", N_("Département"), name="departement", is_usual=False),
        ),
        sorts={"nom": Sort((_NAME, MailingRecipient.id))},
        default_sort="nom",
        filters=_filters(mailing_id),
        search_label=N_("Nom, structure, adresse"),
        count_words=(N_("%(count)s ligne"), N_("%(count)s lignes")),
        export_url=lambda extension: url_for(
            "mailings.export_recipients", mailing_id=mailing_id, extension=extension
        ),
        identifiers=("id", "contact_id", "structure_id"),
        heading=lambda row: (row.name, ""),
        empty_text=N_("Les destinataires apparaîtront ici quand l’envoi sera figé."),
    )  # fmt: skip


def narrow_recipients(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL and the words searched."""
    narrowing = listing.narrow(session)
    if not listing.search:
        return narrowing
    found = or_(
        *(
            column.icontains(listing.search, autoescape=True)
            for column in (_NAME, MailingRecipient.structure_name, MailingRecipient.address)
        )
    )
    return narrowing.kept_to(found, listing.search)


def _joined(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(MailingRecipient)
        .outerjoin(Delivery, Delivery.id == MailingRecipient.delivery_id)
    )


def _rows() -> Select[Any]:
    return _joined(
        MailingRecipient.id,
        MailingRecipient.contact_id,
        MailingRecipient.structure_id,
        _NAME.label("name"),
        MailingRecipient.structure_name,
        MailingRecipient.role,
        MailingRecipient.address,
        MailingRecipient.is_in,
        MailingRecipient.family_code,
        MailingRecipient.departement_code,
        Delivery.state,
        Delivery.attempt,
        or_(Delivery.state == DeliveryState.UNCERTAIN, may_have_left()).label("may_have_left"),
        may_be_heard_of(clock.now()).label("is_awaited"),
        Delivery.answer,
        # Why in or out; and of a message that did not leave, why it did not.
        func.coalesce(Delivery.reason, MailingRecipient.reason).label("why"),
    )


def _filters(mailing_id: int) -> tuple[Filter, ...]:
    return (
        _coded("place", N_("Place"), _SIDE, SIDES),
        Filter(
            "segment",
            N_("Segment"),
            MailingRecipient.segment_id.in_,
            lambda session: _segments(session, mailing_id),
            read=numbers,
            tally=tally_by(MailingRecipient.id, MailingRecipient.segment_id),
        ),
        _coded("raison", N_("Raison"), MailingRecipient.reason, WHY, mailing_id),
        Filter(
            "resultat",
            N_("Résultat"),
            _results,
            lambda _session: [(each.code, translate(each.label)) for each in figures()],
        ),
        _coded("etat", N_("Message"), Delivery.state, _STATES),
        Filter(
            "lien",
            N_("Lien suivi"),
            lambda values: exists().where(
                DeliveryEvent.delivery_id == MailingRecipient.delivery_id,
                DeliveryEvent.kind == ReportKind.CLICKED,
                ~DeliveryEvent.is_robot,
                DeliveryEvent.link_id.in_(numbers(values)),
            ),
            lambda session: _links(session, mailing_id),
        ),
        *_split_filters(),
    )


def _split_filters() -> tuple[Filter, ...]:
    return (
        Filter(
            "famille",
            N_("Famille"),
            _FAMILY.in_,
            lambda session: [*labels_by_code(session, "family"), _none()],
            read=list,
            tally=tally_by(MailingRecipient.id, _FAMILY),
        ),
        Filter(
            "departement",
            N_("Département"),
            _DEPARTEMENT.in_,
            lambda session: [*departements(session), _none()],
            read=list,
            tally=tally_by(MailingRecipient.id, _DEPARTEMENT),
        ),
    )


def _none() -> tuple[str, str]:
    return NONE, translate(N_("non renseigné"))


def _results(values: list[str]) -> Any:
    conditions = [each.condition for each in figures() if each.code in values]
    return or_(false(), *conditions)


def _links(session: Session, mailing_id: int) -> list[tuple[str, str]]:
    rows = session.execute(
        select(MailingLink.number, MailingLink.url)
        .where(MailingLink.mailing_id == mailing_id)
        .order_by(MailingLink.number)
    ).tuples()
    return [(str(number), url) for number, url in rows]


def _segments(session: Session, mailing_id: int) -> list[tuple[str, str]]:
    used = select(MailingRecipient.segment_id).where(MailingRecipient.mailing_id == mailing_id)
    rows = session.execute(
        select(Segment.id, Segment.name)
        .where(Segment.id.in_(used.where(MailingRecipient.segment_id.is_not(None))))
        .order_by(Segment.sort_name, Segment.id)
    ).tuples()
    return [(str(each), name) for each, name in rows]


def _coded(
    name: str,
    label: str,
    column: Any,
    words: Any,
    mailing_id: int | None = None,
) -> Filter:
    def tally(found: CTE) -> Select[Any]:
        return (
            _joined(column, func.count())
            .where(MailingRecipient.id.in_(select(found.c.id)))
            .group_by(column)
        )

    def options(session: Session) -> list[tuple[str, str]]:
        codes = words
        if mailing_id is not None:
            used = select(column).where(MailingRecipient.mailing_id == mailing_id).distinct()
            there = set(session.scalars(used))
            codes = {code: text for code, text in words.items() if code in there}
        return [(code, translate(text)) for code, text in codes.items()]

    return Filter(name, label, column.in_, options, read=list, tally=tally)
