"""What messages know of the mailing they are written for: whose names fill their preview."""

from collections.abc import Sequence

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.composing.owners import Owner
from crm.composing.types import Values
from crm.core import clock
from crm.core.errors import N_, NotFoundError
from crm.mailings.messages import values_of
from crm.mailings.models import Mailing, MailingRecipient
from crm.mailings.operations.mailings import OWNER, get_mailing
from crm.mailings.queries.audience import audience_rows
from crm.mailings.types import Status
from crm.segments.errors import SegmentError

_MOST = 20


def _name_of(session: Session, mailing_id: int) -> str:
    return session.scalar(select(Mailing.name).where(Mailing.id == mailing_id)) or ""


def _rows(session: Session, mailing_id: int, contact_id: int | None = None) -> Sequence[object]:
    """Return the first recipients: frozen ones, or those whom a draft would have today."""
    mailing = get_mailing(session, mailing_id)
    if mailing.status != Status.DRAFT:
        of = MailingRecipient
        frozen = select(of).where(of.mailing_id == mailing_id, of.is_in, of.contact_id.is_not(None))
        if contact_id is not None:
            frozen = frozen.where(of.contact_id == contact_id)
        return session.scalars(frozen.order_by(of.id).limit(_MOST)).all()
    try:
        rows = audience_rows(session, mailing, clock.today()).subquery()
    except SegmentError:
        return ()
    foreseen = select(rows).where(rows.c.is_in, rows.c.contact_id.is_not(None))
    if contact_id is not None:
        foreseen = foreseen.where(rows.c.contact_id == contact_id)
    return session.execute(foreseen.order_by(rows.c.contact_id).limit(_MOST)).all()


def _recipients(session: Session, mailing_id: int) -> list[tuple[int, str]]:
    try:
        rows = _rows(session, mailing_id)
    except NotFoundError:
        return []
    return [(row.contact_id, _called(row)) for row in rows]  # type: ignore[attr-defined]


def _called(row: object) -> str:
    parts = (getattr(row, "first_name", None), getattr(row, "last_name", None))
    return " ".join(filter(None, parts)) or str(getattr(row, "address", ""))


def _values_for(session: Session, mailing_id: int, contact_id: int) -> Values | None:
    rows = _rows(session, mailing_id, contact_id)
    return values_of(session, rows[0]) if rows else None


MAILING_OWNER = Owner(
    kind=OWNER,
    name_of=_name_of,
    url_of=lambda mailing_id: url_for("mailings.show", mailing_id=mailing_id),
    recipients=_recipients,
    values_for=_values_for,
    start_label=N_("Nouvel envoi"),
    start_url=lambda template_id: url_for("mailings.new", modele=template_id),
)
