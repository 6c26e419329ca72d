"""What people are told of each purpose when they are asked, version after version."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.consents.models import ConsentWording
from crm.consents.types import PURPOSES
from crm.core import clock
from crm.history.recording import actor_of
from crm.mail.types import Purpose


def write_wording(session: Session, *, purpose: Purpose, text: str) -> ConsentWording:
    """Put a new version of what people are told into force; the same text makes none."""
    latest = session.scalars(
        select(ConsentWording)
        .where(ConsentWording.purpose == purpose)
        .order_by(ConsentWording.number.desc())
        .limit(1)
    ).one_or_none()
    if latest is not None and latest.text == text:
        return latest
    wording = ConsentWording(
        purpose=purpose,
        number=latest.number + 1 if latest else 1,
        text=text,
        created_at=clock.now(),
        created_by=actor_of(session).name,
    )
    session.add(wording)
    session.flush()
    return wording


def current_wordings(session: Session) -> dict[Purpose, ConsentWording]:
    """Return what people are told of each purpose today."""
    latest = select(func.max(ConsentWording.id)).group_by(ConsentWording.purpose)
    found = session.scalars(select(ConsentWording).where(ConsentWording.id.in_(latest)))
    by_purpose = {Purpose(each.purpose): each for each in found}
    return {each: by_purpose[each] for each in PURPOSES if each in by_purpose}
