"""Whether several people may still be written to, asked as their messages leave."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from crm.consents.queries import SETTLED, person_refusal, standing_key
from crm.contacts.models import Contact
from crm.mail.types import Purpose


@lru_cache(maxsize=32)
def _standings_asked(purpose: Purpose) -> Select[Any]:
    address = Contact.email_key.expression
    return select(
        Contact.id, Contact.deleted_at, Contact.email_key, standing_key(purpose, address)
    ).where(Contact.id.in_(bindparam("contact_ids", expanding=True)))


@lru_cache(maxsize=32)
def _asked_of_people(purpose: Purpose, day: date) -> Select[Any]:
    return select(Contact.id, person_refusal(purpose, day=day, is_of_one=True)).where(
        Contact.id.in_(bindparam("contact_ids", expanding=True))
    )


def refusals_of(
    session: Session, contact_ids: Sequence[int], *, purpose: Purpose, day: date
) -> dict[int, str | None]:
    """Return why each person must not be written to at their own address now; None when they may.

    Whoever was erased is left out. It is one query, for the transaction in which sending begins,
    and another for those whom neither their choice nor a suppression settles.
    """
    found: dict[int, str | None] = {}
    unsettled: list[int] = []
    asked = session.execute(_standings_asked(purpose), {"contact_ids": contact_ids}).tuples()
    for contact_id, deleted_at, address, standing in asked:
        if deleted_at is None and address and standing in SETTLED:
            refusal = SETTLED[standing]
            found[contact_id] = refusal.value if refusal else None
        else:
            unsettled.append(contact_id)
    if unsettled:
        rows = session.execute(_asked_of_people(purpose, day), {"contact_ids": unsettled})
        found |= dict(rows.tuples().all())
    return found
