"""How introductions come back, with the support they count as, and what points at records."""

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.followups.models import FollowUp
from crm.history.kinds import Kind, Pointer
from crm.introductions.indexing import index_introduction
from crm.introductions.models import Introduction, IntroductionPerson, IntroductionSide
from crm.web.access import Permission
from crm.web.formats import short_date
from crm.web.locale import translate


def _mend(session: Session, record: Introduction) -> None:
    session.flush()
    index_introduction(session, record)


def _made_by(session: Session, record: Introduction) -> list[tuple[str, int]]:
    """Return the support an introduction counts as, and the follow-up still to be done."""
    made = [("session", record.session_id)] if record.session_id else []
    follow_up = session.get(FollowUp, record.follow_up_id) if record.follow_up_id else None
    if follow_up is not None and follow_up.done_at is None:
        made.append(("follow_up", follow_up.id))
    return made


def _structure_in_trash(session: Session, record: Introduction) -> str | None:
    ids = select(IntroductionSide.structure_id).where(IntroductionSide.introduction_id == record.id)
    return session.scalar(
        select(Structure.name)
        .where(
            Structure.id.in_(ids),
            Structure.deleted_at.is_not(None),
            Structure.merged_into_id.is_(None),
        )
        .order_by(Structure.id)
        .limit(1)
    )


KINDS = (
    Kind(
        "introduction",
        Introduction,
        lambda record: f"{short_date(record.introduced_on)} · {record.reason}",
        page=("introductions.show", "introduction_id"),
        permission=Permission.LOG_SESSIONS,
        mend=_mend,
        plain=frozenset({"reason", "officer_id", "outcome", "outcome_on", "outcome_note"}),
        owned=frozenset({"introduction_side", "introduction_person"}),
        missing=_structure_in_trash,
        companions=_made_by,
    ),
    Kind(
        "introduction_side",
        IntroductionSide,
        lambda _side: "",
        permission=Permission.LOG_SESSIONS,
    ),
    Kind(
        "introduction_person",
        IntroductionPerson,
        lambda _person: "",
        permission=Permission.LOG_SESSIONS,
    ),
)
RELEASED = (("session", "introduction.session_id"), ("follow_up", "introduction.follow_up_id"))


def introductions_of_structure(session: Session, structure_id: int) -> Pointer | None:
    """Say how many introductions a structure is in."""
    ids = select(IntroductionSide.introduction_id).where(
        IntroductionSide.structure_id == structure_id
    )
    count = session.scalar(
        select(func.count()).where(Introduction.id.in_(ids), Introduction.deleted_at.is_(None))
    )
    return _introductions(count, url_for("introductions.index", structure=structure_id))


def introductions_of_contact(session: Session, contact_id: int) -> Pointer | None:
    """Say how many introductions a person is in."""
    ids = (
        select(IntroductionSide.introduction_id)
        .join(IntroductionPerson, IntroductionPerson.side_id == IntroductionSide.id)
        .where(IntroductionPerson.contact_id == contact_id)
    )
    count = session.scalar(
        select(func.count()).where(Introduction.id.in_(ids), Introduction.deleted_at.is_(None))
    )
    url = url_for("contacts.show", contact_id=contact_id) + "#fil"
    return _introductions(count, url)


def _introductions(count: int | None, url: str) -> Pointer | None:
    if not count:
        return None
    return Pointer(translate(N_("Mises en relation : %(count)s"), count=count), url)


POINTERS = (
    ("structure", introductions_of_structure),
    ("contact", introductions_of_contact),
)
