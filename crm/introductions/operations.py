"""Making introductions: proposed, agreed to, made, followed up."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import flag_modified

from crm.accounts.models import User
from crm.contacts.models import Affiliation
from crm.contacts.operations import resolve_contact, resolve_structure
from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.followups.models import FollowUp
from crm.introductions import rules
from crm.introductions.indexing import index_introduction
from crm.introductions.models import Introduction, IntroductionPerson, IntroductionSide
from crm.introductions.support import (
    ask_for_outcome,
    askers_of,
    count_support,
    entrust,
    follow_the_askers,
)
from crm.introductions.types import IntroductionData, IntroductionStatus

_UNKNOWN = N_("Aucune structure ne s’appelle « %(name)s » : créez d’abord sa fiche.")


def create_introduction(session: Session, *, data: IntroductionData) -> Introduction:
    """Keep an introduction that is proposed, and return it.

    Raises RuleError with the field that does not fit.
    """
    data = rules.clean_introduction(data, clock.today())
    record = Introduction(
        reason=data.reason,
        introduced_on=data.introduced_on,
        officer_id=_officer(session, data.officer_id, None),
        created_at=clock.now(),
    )
    wanted = _wanted_sides(session, data)
    session.add(record)
    session.flush()
    # Into the tables: the creation is told once, and undoing it leaves its sides to the trash.
    for structure_id, (is_asking, contact_ids) in wanted.items():
        side_id = session.scalar(
            insert(IntroductionSide)
            .values(introduction_id=record.id, structure_id=structure_id, is_asking=is_asking)
            .returning(IntroductionSide.id)
        )
        rows = [{"side_id": side_id, "contact_id": each} for each in contact_ids]
        if rows:
            session.execute(insert(IntroductionPerson), rows)
    index_introduction(session, record)
    return record


def update_introduction(
    session: Session, *, introduction_id: int, version: int, data: IntroductionData
) -> Introduction:
    """Change an introduction as it was at that version; raise StaleRecordError if it moved on.

    Who stays keeps what they agreed to. Once made, its support follows those who ask.
    """
    record = get_introduction(session, introduction_id)
    if record.version != version:
        raise StaleRecordError(record)
    data = rules.clean_introduction(data, clock.today())
    with session.no_autoflush:
        officer_id = _officer(session, data.officer_id, record.officer_id)
    wanted, askers = _wanted_sides(session, data), askers_of(record)
    record.reason, record.introduced_on = data.reason, data.introduced_on
    entrust(record, officer_id)
    flag_modified(record, "created_at")  # its sides alone would not make the version grow
    _settle_sides(session, record, wanted)
    session.flush()
    index_introduction(session, record)
    if record.status == IntroductionStatus.MADE:
        follow_the_askers(session, get_introduction(session, introduction_id), askers)
    return record


def ask_for_agreement(session: Session, *, introduction_id: int) -> int:
    """Note that everyone who was not yet is asked today; return how many."""
    record = get_introduction(session, introduction_id)
    people = [one for side in record.sides for one in side.people if one.asked_on is None]
    for person in people:
        person.asked_on = clock.today()
    if record.status == IntroductionStatus.PROPOSED:
        record.status = IntroductionStatus.ASKED
    session.flush()
    return len(people)


def note_answer(session: Session, *, person_id: int, answer: str, means: str) -> int:
    """Note what a person answered today, and how; return the id of the introduction."""
    said, by = rules.check_answer(answer, means)
    person = session.get(IntroductionPerson, person_id)
    side = session.get(IntroductionSide, person.side_id) if person else None
    if person is None or side is None:
        raise NotFoundError
    record = get_introduction(session, side.introduction_id)
    person.answer, person.means, person.answered_on = said, by, clock.today()
    person.asked_on = person.asked_on or clock.today()
    if record.status == IntroductionStatus.PROPOSED:
        record.status = IntroductionStatus.ASKED
    session.flush()
    return record.id


def make_introduction(session: Session, *, introduction_id: int, made_on: date) -> None:
    """Note that an introduction was made on a day.

    It becomes support for the structures that asked, and for no other; a month later the officer
    is asked what came of it. One that is made already stays so. Raises RuleError.
    """
    record = get_introduction(session, introduction_id)
    if record.status == IntroductionStatus.MADE:
        return
    if made_on > clock.today():
        raise RuleError("made_on", N_("Cette date est à venir : choisissez au plus aujourd’hui."))
    record.session_id = count_support(session, record, made_on)
    record.follow_up_id = ask_for_outcome(session, record, made_on)
    record.status, record.made_on = IntroductionStatus.MADE, made_on
    session.flush()


def set_refused(session: Session, *, introduction_id: int, is_refused: bool) -> None:
    """Say that an introduction will not be made, or is proposed again; raise RuleError."""
    record = get_introduction(session, introduction_id)
    if record.status == IntroductionStatus.MADE:
        raise RuleError(
            "status", N_("Elle est déjà faite : mettez-la à la corbeille si c’est une erreur.")
        )
    record.status = IntroductionStatus.REFUSED if is_refused else IntroductionStatus.PROPOSED
    session.flush()


def give_outcome(session: Session, *, introduction_id: int, outcome: str, note: str | None) -> None:
    """Keep what came of an introduction; the follow-up that asks for it is done with."""
    record = get_introduction(session, introduction_id)
    if record.status != IntroductionStatus.MADE:
        raise RuleError("outcome", N_("Cette mise en relation n’est pas encore faite."))
    record.outcome, record.outcome_note = rules.check_outcome(outcome, note)
    record.outcome_on = clock.today()
    follow_up = session.get(FollowUp, record.follow_up_id) if record.follow_up_id else None
    if follow_up is not None and follow_up.done_at is None:
        follow_up.done_at = clock.now()
    session.flush()


def get_introduction(session: Session, introduction_id: int) -> Introduction:
    """Return an introduction with its sides and people, out of the trash; raise NotFoundError."""
    record = session.scalar(
        select(Introduction)
        .where(Introduction.id == introduction_id, Introduction.deleted_at.is_(None))
        .options(
            joinedload(Introduction.follow_up),
            selectinload(Introduction.sides).options(
                joinedload(IntroductionSide.structure),
                selectinload(IntroductionSide.people).joinedload(IntroductionPerson.contact),
            ),
        )
        .execution_options(populate_existing=True)
    )
    if record is None:
        raise NotFoundError
    return record


def _wanted_sides(session: Session, data: IntroductionData) -> dict[int, tuple[bool, list[int]]]:
    """Return structure id → whether it asks, and its people's ids: each where they work."""
    wanted: dict[int, tuple[bool, list[int]]] = {}
    for values, field, is_asking in ((data.asking, "asking", True), (data.others, "others", False)):
        for value in values:
            if value.startswith("new:"):
                raise RuleError(field, _UNKNOWN, name=value[4:64])
            structure = resolve_structure(session, value=value, family_code=None, field=field)
            wanted.setdefault(structure.id, (is_asking, []))
    if len(wanted) < rules.FEWEST_STRUCTURES:
        raise RuleError("others", N_("Choisissez au moins deux structures différentes."))
    for values, field, is_asking in (
        (data.asking_contacts, "asking_contacts", True),
        (data.other_contacts, "other_contacts", False),
    ):
        places = [each for each, (asks, _) in wanted.items() if asks == is_asking]
        if values and not places:
            raise RuleError(field, N_("Choisissez d’abord la structure de cette personne."))
        for value in dict.fromkeys(values):
            contact_id = _contact(session, value, field)
            place = _place_of(session, contact_id, places)
            if contact_id not in wanted[place][1]:
                wanted[place][1].append(contact_id)
    return wanted


def _contact(session: Session, value: str, field: str) -> int:
    if value.startswith("new:"):
        raise RuleError(field, N_("Cette personne n’existe pas ou plus."))
    try:
        return resolve_contact(session, value=value, structure_id=None).id
    except RuleError as error:
        raise RuleError(field, error.message, **error.params) from error


def _place_of(session: Session, contact_id: int, places: Sequence[int]) -> int:
    """Return the structure among these that a person belongs to; the first one for a stranger."""
    known = session.scalars(
        select(Affiliation.structure_id)
        .where(Affiliation.contact_id == contact_id, Affiliation.structure_id.in_(places))
        .order_by(Affiliation.end_on.is_not(None), Affiliation.id)
    ).first()
    return known if known is not None else places[0]


def _settle_sides(
    session: Session, record: Introduction, wanted: dict[int, tuple[bool, list[int]]]
) -> None:
    for side in record.sides:
        kept = wanted.get(side.structure_id)
        for person in side.people:
            if kept is None or person.contact_id not in kept[1]:
                session.delete(person)
        session.flush()
        if kept is None:
            session.delete(side)
    session.flush()
    sides = {side.structure_id: side for side in record.sides}
    for structure_id, (is_asking, contact_ids) in wanted.items():
        known: set[int] = set()
        if structure_id in sides:
            side = sides[structure_id]
            known = {person.contact_id for person in side.people}
        else:
            side = IntroductionSide(introduction_id=record.id, structure_id=structure_id)
            session.add(side)
        side.is_asking = is_asking
        session.flush()
        for contact_id in contact_ids:
            if contact_id not in known:
                session.add(IntroductionPerson(side_id=side.id, contact_id=contact_id))


def _officer(session: Session, user_id: int, kept_id: int | None) -> int:
    user = session.get(User, user_id)
    if user is None or (not user.is_active and user.id != kept_id):
        raise RuleError("officer", N_("Choisissez un membre actuel de l’équipe."))
    return user.id
