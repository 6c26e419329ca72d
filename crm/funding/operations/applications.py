"""Making applications, changing them, and moving them along."""

from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.core.events import publish
from crm.core.text import sort_key
from crm.funding import rules
from crm.funding.application_indexing import index_application
from crm.funding.events import ApplicationSaved
from crm.funding.models import (
    ApplicationStep,
    FundingApplication,
)
from crm.funding.models.schemes import funding_scheme_funder
from crm.funding.operations.checks import check_parts, check_received
from crm.funding.operations.chosen import (
    known_call,
    known_person,
    known_reason,
)
from crm.funding.operations.picked import picked_structure
from crm.funding.types import DECIDED, LOST, PENDING, ApplicationData, StatusData
from crm.history.recording import actor_of
from crm.projects.choices import known_project

_PLAIN = (
    "title",
    "reference",
    "total_cents",
    "requested_cents",
    "awarded_cents",
    "award_reason",
    "filed_on",
    "decided_on",
    "refusal_note",
    "notes",
)


def create_application(session: Session, *, data: ApplicationData) -> FundingApplication:
    """Make an application with its first step and return it; raise RuleError with its field.

    Where no funder is named, it is the scheme's, if that has only one.
    """
    data = rules.clean_application(data, clock.today())
    record = FundingApplication(created_at=clock.now())
    _fill(session, record, data)
    if record.funder_id is None:
        record.funder_id = _only_funder(session, record.scheme_id)
    record.status = data.status
    session.add(record)
    session.flush()
    # Into the table: the making is told once, and undoing it leaves its step to the trash.
    session.execute(insert(ApplicationStep).values(_step(session, record, _day_of(record))))
    index_application(session, record)
    publish(session, ApplicationSaved(record.id))
    return record


def update_application(
    session: Session, *, application_id: int, version: int, data: ApplicationData
) -> FundingApplication:
    """Change an application as it was at that version; raise StaleRecordError if it moved on."""
    record = get_application(session, application_id)
    if record.version != version:
        raise StaleRecordError(record)
    data = rules.clean_application(data, clock.today())
    check_received(session, record, data.awarded_cents)
    _fill(session, record, data)
    _reach(session, record, data.status)
    session.flush()
    index_application(session, record)
    publish(session, ApplicationSaved(record.id))
    return record


def set_status(
    session: Session, *, application_id: int, data: StatusData, version: int | None = None
) -> FundingApplication:
    """Move an application to a status on a day, with what goes with it; return it.

    `version` is the one that the person saw: where it has moved on, nothing is taken away unseen.

    What is no longer so is taken away: the award of one that is back in review, the filing of one
    that is being written again. Raises RuleError with the field that is missing.
    """
    record = get_application(session, application_id)
    step = rules.check_status(data.status)
    if data.changed_on > clock.today():
        raise RuleError("changed_on", N_("Cette date est à venir."))
    _check_seen(record, version)
    if step == record.status:
        if data.awarded_cents not in (None, record.awarded_cents):
            raise RuleError("awarded", N_("Ce statut est déjà noté : corrigez avec « Modifier »."))
        return record
    try:
        money = rules.clean_money(rules.money_after(money_of(record), data), clock.today())
        check_received(session, record, money.awarded_cents)
    except RuleError as error:
        # The form of a step has one date, whichever of the record's it stands for.
        field = "changed_on" if error.field in {"filed_on", "decided_on"} else error.field
        raise RuleError(field, error.message, **error.params) from error
    if record.filed_on is None and record.decided_on is None:
        write_beneficiary(session, record)
    is_lost = step in LOST
    with session.no_autoflush:
        reason_id = known_reason(session, data.refusal_reason_id, kept_id=record.refusal_reason_id)
    record.awarded_cents = money.awarded_cents
    record.award_reason = money.award_reason
    record.filed_on, record.decided_on = money.filed_on, money.decided_on
    record.refusal_reason_id = reason_id if is_lost else None
    record.refusal_note = data.refusal_note if is_lost else None
    _reach(session, record, money.status, on=data.changed_on)
    session.flush()
    publish(session, ApplicationSaved(record.id))
    return record


def _check_seen(record: FundingApplication, version: int | None) -> None:
    """Raise RuleError when the application has moved on since that version was seen."""
    if version is not None and record.version != version:
        raise RuleError(
            "moved",
            N_("Quelqu’un vient de changer ce dossier : rouvrez sa page pour voir où il en est."),
        )


def get_application(session: Session, application_id: int) -> FundingApplication:
    """Return an application that is not in the trash, ready to be changed; raise NotFoundError."""
    record = session.scalar(
        select(FundingApplication)
        .where(FundingApplication.id == application_id, FundingApplication.deleted_at.is_(None))
        .with_for_update()
    )
    if record is None:
        raise NotFoundError
    return record


def money_of(record: FundingApplication) -> rules.Money:
    """Return what is known of an application's money and decision."""
    return rules.Money(
        status=record.status,
        requested_cents=record.requested_cents,
        awarded_cents=record.awarded_cents,
        award_reason=record.award_reason,
        filed_on=record.filed_on,
        decided_on=record.decided_on,
    )


def move(session: Session, record: FundingApplication, status: str) -> bool:
    """Move a loaded application that is not filed, today, not flushed; return whether it moved."""
    if record.status == status:
        return False
    _reach(session, record, status, on=clock.today())
    return True


def write_beneficiary(session: Session, record: FundingApplication) -> None:
    """Write on an application who its beneficiary is as of today: not again once it is filed."""
    with session.no_autoflush:
        structure = session.get_one(Structure, record.beneficiary_id)
        if structure.merged_into_id is not None:  # found to be another before it was filed
            structure = session.get_one(Structure, structure.merged_into_id)
    record.beneficiary_id = structure.id
    record.beneficiary_name = structure.name
    record.family_code = structure.family_code
    record.departement_code = structure.departement_code
    record.commune_code = structure.commune_code


def note_first_step(session: Session, record: FundingApplication) -> None:
    """Give an application the step it stands at, when it has none: one made by an undo."""
    found = select(ApplicationStep.id).where(ApplicationStep.application_id == record.id).limit(1)
    if session.scalar(found) is None:
        session.execute(insert(ApplicationStep).values(_step(session, record, _day_of(record))))


def _fill(session: Session, record: FundingApplication, data: ApplicationData) -> None:
    # Everything is looked up (and made) before the record is touched: one save, one change told.
    was_filed = record.filed_on is not None or record.decided_on is not None
    with session.no_autoflush:
        scheme_id, call_id = known_call(session, record, data)
        project_id = known_project(session, data.project_id, kept_id=record.project_id)
        person_id = known_person(session, data.person_id, kept_id=record.person_id)
        reason_id = known_reason(session, data.refusal_reason_id, kept_id=record.refusal_reason_id)
    beneficiary_id = picked_structure(
        session,
        data.beneficiary,
        field="beneficiary",
        kept_id=record.beneficiary_id,
        new_family=data.new_family,
    )
    funder_id = None
    if data.funder:
        funder_id = picked_structure(
            session,
            data.funder,
            field="funder",
            kept_id=record.funder_id,
            new_family=data.new_family,
        )
    check_parts(session, record, beneficiary_id, funder_id)
    if record.beneficiary_id != beneficiary_id or not was_filed:
        record.beneficiary_id = beneficiary_id
        write_beneficiary(session, record)
    record.scheme_id, record.call_id = scheme_id, call_id
    record.funder_id, record.project_id, record.person_id = funder_id, project_id, person_id
    record.refusal_reason_id = reason_id
    for name in _PLAIN:
        setattr(record, name, getattr(data, name))
    record.sort_title = sort_key(data.title)


def _only_funder(session: Session, scheme_id: int) -> int | None:
    funders = session.scalars(
        select(funding_scheme_funder.c.structure_id)
        .join(Structure, Structure.id == funding_scheme_funder.c.structure_id)
        .where(funding_scheme_funder.c.scheme_id == scheme_id, Structure.deleted_at.is_(None))
        .limit(2)
    ).all()
    return funders[0] if len(funders) == 1 else None


def _reach(
    session: Session, record: FundingApplication, status: str, on: date | None = None
) -> None:
    if record.status != status:
        record.status = status
        session.add(ApplicationStep(**_step(session, record, on or _day_of(record))))


def _day_of(record: FundingApplication) -> date:
    """Return the day of a status that was reached without saying when."""
    if record.status in DECIDED and record.decided_on:
        return record.decided_on
    if record.status in PENDING and record.filed_on:
        return record.filed_on
    return clock.today()


def _step(session: Session, record: FundingApplication, day: date) -> dict[str, Any]:
    return {
        "application_id": record.id,
        "status": record.status,
        "changed_on": day,
        "author_id": actor_of(session).user_id,
    }
