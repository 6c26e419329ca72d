"""The mark of what someone saw before a mailing leaves: its message, its settings, its people."""

from typing import Any

from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import Session

from crm.mailings.models import MailingRecipient


def mark_of(session: Session, rows: Subquery, mailing_version: int, message_version: int) -> str:
    """Return what differs when someone else is in an audience, or something else is said."""
    of = rows.c
    found: Any = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(of.contact_id), 0),
            func.coalesce(func.sum(of.structure_id), 0),
        ).where(of.is_in)
    ).one()
    return ".".join(str(int(each)) for each in (*found, mailing_version, message_version))


def mark_of_frozen(
    session: Session, mailing_id: int, mailing_version: int, message_version: int
) -> str:
    """Return the same of an audience that was just frozen."""
    its_own = select(MailingRecipient).where(MailingRecipient.mailing_id == mailing_id).subquery()
    return mark_of(session, its_own, mailing_version, message_version)
