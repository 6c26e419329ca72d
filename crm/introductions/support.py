"""What an introduction that is made counts as: support for those who asked, and for no other."""

import secrets
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.core.errors import N_, RuleError
from crm.followups.models import AccompanimentSession
from crm.followups.operations import create_follow_up, log_session, update_session
from crm.followups.operations.sessions import data_of, get_session
from crm.followups.rules import LONGEST_WHAT
from crm.followups.types import FollowUpData, SessionData
from crm.introductions.models import Introduction, IntroductionSide
from crm.introductions.rules import OUTCOME_AFTER
from crm.reference.models import ReferenceItem
from crm.web.locale import translate

_KIND = "mise_en_relation"

# Who asks: structure id → the ids of its people.
Askers = Mapping[int, frozenset[int]]


def count_support(session: Session, record: Introduction, made_on: date) -> int | None:
    """Log the session of those who asked, and return its id; None when nobody asked."""
    askers = _askers(record)
    if not askers:
        return None
    return log_session(
        session,
        data=_session_data(session, record, askers, made_on),
        submission_key=f"introduction-{secrets.token_urlsafe(16)}",
        user_id=record.officer_id,
    ).id


def ask_for_outcome(session: Session, record: Introduction, made_on: date) -> int:
    """Make the follow-up that asks the officer, a month later, what came of it; return its id."""
    names = " – ".join(side.structure.name for side in record.sides)
    what = translate(N_("Demander ce que la mise en relation a donné : %(names)s"), names=names)
    return create_follow_up(
        session,
        data=FollowUpData(
            what=what[:LONGEST_WHAT],
            due_on=made_on + OUTCOME_AFTER,
            assignee_id=record.officer_id,
            structure=str(record.sides[0].structure_id),
        ),
    ).id


def entrust(record: Introduction, officer_id: int) -> None:
    """Put an officer in charge of an introduction loaded with its follow-up, not flushed.

    The follow-up still to be done goes along, unless it was given to someone else by hand.
    """
    follow_up = record.follow_up
    if (
        follow_up is not None
        and follow_up.done_at is None
        and follow_up.assignee_id == record.officer_id
    ):
        follow_up.assignee_id = officer_id
    record.officer_id = officer_id


def askers_of(record: Introduction) -> Askers:
    """Return who asks, of an introduction loaded with its sides and people."""
    return {
        side.structure_id: frozenset(one.contact_id for one in side.people)
        for side in _askers(record)
    }


def follow_the_askers(session: Session, record: Introduction, before: Askers) -> None:
    """Let the session of an introduction that is made follow who came and went since `before`.

    What else was written in the session stays, and a structure that was merged since stays in it
    as what it was that day. Raises RuleError when nobody is left who asks.
    """
    now = askers_of(record)
    if record.made_on is None or now == before:
        return
    if record.session_id is None:
        if not before:  # otherwise it was erased for good, and that is not undone by a detail
            record.session_id = count_support(session, record, record.made_on)
            session.flush()
        return
    support = _alive(session, record.session_id)
    if support is None:
        return
    if not now:
        raise RuleError(
            "asking",
            N_("Elle compte déjà comme un appui : gardez au moins une structure qui demande."),
        )
    _reseat(session, support.id, before, now)


def _reseat(session: Session, session_id: int, before: Askers, now: Askers) -> None:
    """Give a session the structures and people that came, and take out those that left."""
    kept = get_session(session, session_id)
    data = data_of(kept)
    seats = _seats(session, [seat.structure_id for seat in kept.structures])
    structures = _followed(seats, set(before), set(now))
    people = {contact.id: str(contact.id) for contact in kept.contacts}
    contacts = _followed(people, _people(before), _people(now))
    changed = replace(
        data, structures=structures or tuple(str(each) for each in now), contacts=contacts
    )
    if changed != data:
        update_session(session, session_id=session_id, version=kept.version, data=changed)


def _followed(
    there: Mapping[int, str], before: AbstractSet[int], now: AbstractSet[int]
) -> tuple[str, ...]:
    """Return the values of who is there, without who left, then those of who came."""
    stays = (value for each, value in there.items() if each not in before - now)
    return (*stays, *(str(each) for each in sorted(now - before) if each not in there))


def _people(askers: Askers) -> set[int]:
    return {each for people in askers.values() for each in people}


def _askers(record: Introduction) -> list[IntroductionSide]:
    return [side for side in record.sides if side.is_asking]


def _session_data(
    session: Session, record: Introduction, askers: list[IntroductionSide], held_on: date
) -> SessionData:
    kind_id = session.scalar(
        select(ReferenceItem.id).where(
            ReferenceItem.list_code == "session_kind", ReferenceItem.code == _KIND
        )
    )
    if kind_id is None:
        raise RuleError("form", N_("La nature d’appui « mise en relation » manque aux listes."))
    return SessionData(
        structures=tuple(str(side.structure_id) for side in askers),
        held_on=held_on,
        kind_id=kind_id,
        contacts=tuple(str(one.contact_id) for side in askers for one in side.people),
        officer_ids=(record.officer_id,),
        notes=record.reason,
    )


def _alive(session: Session, session_id: int) -> AccompanimentSession | None:
    return session.scalar(
        select(AccompanimentSession).where(
            AccompanimentSession.id == session_id, AccompanimentSession.deleted_at.is_(None)
        )
    )


def _seats(session: Session, structure_ids: Sequence[int]) -> dict[int, str]:
    """Return the seats of a session by the structure that each one is today."""
    merged = dict(
        session.execute(
            select(Structure.id, Structure.merged_into_id).where(Structure.id.in_(structure_ids))
        )
        .tuples()
        .all()
    )
    return {merged[each] or each: str(each) for each in structure_ids}
