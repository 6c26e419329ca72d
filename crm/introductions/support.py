"""What an introduction that is made counts as: support for those who asked, and for no other."""

import secrets
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from crm.core.errors import N_, RuleError
from crm.followups.models import AccompanimentSession, SessionStructure
from crm.followups.operations import create_follow_up, log_session, update_session
from crm.followups.operations.sessions import get_session
from crm.followups.rules import LONGEST_WHAT
from crm.followups.types import FollowUpData, SessionData
from crm.introductions.models import Introduction, IntroductionSide
from crm.introductions.rules import OUTCOME_AFTER
from crm.reference.models import ReferenceItem
from crm.web.locale import translate

_KIND = "mise_en_relation"


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


def follow_the_askers(session: Session, record: Introduction) -> None:
    """Let the session of an introduction that is made have exactly those who ask today.

    A structure that was merged since stays in the session as what it was that day.
    """
    if record.made_on is None:
        return
    if record.session_id is None:
        record.session_id = count_support(session, record, record.made_on)
        session.flush()
        return
    support = _alive(session, record.session_id)
    if support is None:
        return
    askers = _askers(record)
    if not askers:
        raise RuleError(
            "asking",
            N_("Elle compte déjà comme un appui : gardez au moins une structure qui demande."),
        )
    seats = {_present_id(seat): seat.structure_id for seat in support.structures}
    if {side.structure_id for side in askers} == set(seats):
        return
    values = tuple(str(seats.get(side.structure_id, side.structure_id)) for side in askers)
    people = tuple(str(one.contact_id) for side in askers for one in side.people)
    _reseat(session, support.id, values, people)


def _reseat(
    session: Session, session_id: int, structures: tuple[str, ...], contacts: tuple[str, ...]
) -> None:
    """Give a session other structures and people; the rest of it stays."""
    kept = get_session(session, session_id)
    update_session(
        session,
        session_id=session_id,
        version=kept.version,
        data=SessionData(
            structures=structures,
            held_on=kept.held_on,
            kind_id=kept.kind_id,
            status=kept.status,
            contacts=contacts,
            theme_ids=tuple(theme.id for theme in kept.themes),
            country_codes=tuple(country.code for country in kept.countries),
            officer_ids=tuple(officer.id for officer in kept.officers),
            duration_minutes=kept.duration_minutes,
            notes=kept.notes,
        ),
    )


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
        select(AccompanimentSession)
        .where(AccompanimentSession.id == session_id, AccompanimentSession.deleted_at.is_(None))
        .options(joinedload(AccompanimentSession.structures).joinedload(SessionStructure.structure))
    )


def _present_id(seat: SessionStructure) -> int:
    return seat.structure.merged_into_id or seat.structure_id
