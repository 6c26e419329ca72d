"""Making applications, changing them, and moving them along."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.contacts.models import Structure
from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.core.text import sort_key
from crm.funding import rules
from crm.funding.models import ApplicationStep, FundingApplication, FundingCall, FundingScheme
from crm.funding.operations.picked import picked_structure
from crm.funding.types import LOST, ApplicationData, StatusData
from crm.history.recording import actor_of
from crm.projects.models import Project
from crm.reference.models import ReferenceItem

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
    """Make an application with its first step and return it; raise RuleError with its field."""
    data = rules.clean_application(data, clock.today())
    record = FundingApplication(created_at=clock.now())
    _fill(session, record, data)
    record.status = data.status
    session.add(record)
    session.flush()
    _note_step(session, record)
    session.flush()
    return record


def update_application(
    session: Session, *, application_id: int, version: int, data: ApplicationData
) -> FundingApplication:
    """Change an application as it was at that version; raise StaleRecordError if it moved on."""
    record = get_application(session, application_id)
    if record.version != version:
        raise StaleRecordError(record)
    data = rules.clean_application(data, clock.today())
    _fill(session, record, data)
    _reach(session, record, data.status)
    session.flush()
    return record


def set_status(
    session: Session, *, application_id: int, data: StatusData
) -> FundingApplication:
    """Move an application to a status on a day, with what goes with it; return it.

    What is no longer so is taken away: the award of one that is back in review, the filing of one
    that is being written again. Raises RuleError with the field that is missing.
    """
    record = get_application(session, application_id)
    step = rules.check_status(data.status)
    if data.changed_on > clock.today():
        raise RuleError("changed_on", N_("Cette date est à venir."))
    if step == record.status:
        return record
    try:
        money = rules.clean_money(rules.money_after(money_of(record), data), clock.today())
    except RuleError as error:
        # The form of a step has one date, whichever of the record's it stands for.
        field = "changed_on" if error.field in {"filed_on", "decided_on"} else error.field
        raise RuleError(field, error.message, **error.params) from error
    record.awarded_cents = money.awarded_cents
    record.award_reason = money.award_reason
    record.filed_on, record.decided_on = money.filed_on, money.decided_on
    is_lost = step in LOST
    with session.no_autoflush:
        record.refusal_reason_id = (
            _known_reason(session, data.refusal_reason_id, kept_id=record.refusal_reason_id)
            if is_lost
            else None
        )
    record.refusal_note = data.refusal_note if is_lost else None
    _reach(session, record, money.status, on=data.changed_on)
    session.flush()
    return record


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


def _fill(session: Session, record: FundingApplication, data: ApplicationData) -> None:
    # Everything is looked up (and made) before the record is touched: one save, one change told.
    was_filed = record.filed_on is not None or record.decided_on is not None
    with session.no_autoflush:
        scheme_id, call_id = _known_call(session, record, data)
        project_id = _known_project(session, data.project_id, kept_id=record.project_id)
        person_id = _known_person(session, data.person_id, kept_id=record.person_id)
        reason_id = _known_reason(
            session, data.refusal_reason_id, kept_id=record.refusal_reason_id
        )
    beneficiary_id = picked_structure(
        session, data.beneficiary, field="beneficiary", kept_id=record.beneficiary_id
    )
    funder_id = None
    if data.funder:
        funder_id = picked_structure(
            session, data.funder, field="funder", kept_id=record.funder_id
        )
    if record.beneficiary_id != beneficiary_id or not was_filed:
        record.beneficiary_id = beneficiary_id
        write_beneficiary(session, record)
    record.scheme_id, record.call_id = scheme_id, call_id
    record.funder_id, record.project_id, record.person_id = funder_id, project_id, person_id
    record.refusal_reason_id = reason_id
    for name in _PLAIN:
        setattr(record, name, getattr(data, name))
    record.sort_title = sort_key(data.title)


def write_beneficiary(session: Session, record: FundingApplication) -> None:
    """Write on an application who its beneficiary is as of today: not again once it is filed."""
    with session.no_autoflush:
        structure = session.get_one(Structure, record.beneficiary_id)
    record.beneficiary_name = structure.name
    record.family_code = structure.family_code
    record.departement_code = structure.departement_code
    record.commune_code = structure.commune_code


def _reach(
    session: Session, record: FundingApplication, status: str, on: date | None = None
) -> None:
    if record.status != status:
        record.status = status
        _note_step(session, record, on)


def _note_step(session: Session, record: FundingApplication, on: date | None = None) -> None:
    day = on or record.decided_on or record.filed_on or clock.today()
    session.add(
        ApplicationStep(
            application_id=record.id,
            status=record.status,
            changed_on=day,
            author_id=actor_of(session).user_id,
        )
    )


def _known_call(
    session: Session, record: FundingApplication, data: ApplicationData
) -> tuple[int, int | None]:
    if (record.scheme_id, record.call_id) == (data.scheme_id, data.call_id):
        return data.scheme_id, data.call_id
    scheme = session.get(FundingScheme, data.scheme_id)
    if scheme is None or scheme.deleted_at is not None:
        raise RuleError("scheme", N_("Choisissez un dispositif de la liste."))
    if data.call_id is None:
        return scheme.id, None
    call = session.get(FundingCall, data.call_id)
    if call is None or call.deleted_at is not None or call.scheme_id != scheme.id:
        raise RuleError("call", N_("Choisissez un appel de ce dispositif."))
    return scheme.id, call.id


def _known_project(session: Session, project_id: int | None, *, kept_id: int | None) -> int | None:
    if project_id is None or project_id == kept_id:
        return project_id
    project = session.get(Project, project_id)
    if project is None or project.deleted_at is not None:
        raise RuleError("project", N_("Ce projet n’existe pas ou plus : choisissez-en un autre."))
    return project.id


def _known_person(session: Session, user_id: int | None, *, kept_id: int | None) -> int | None:
    if user_id is None or user_id == kept_id:
        return user_id
    user = session.get(User, user_id)
    if user is None or not user.is_active:
        raise RuleError("person", N_("Choisissez un membre actuel de l’équipe."))
    return user.id


def _known_reason(session: Session, item_id: int | None, *, kept_id: int | None) -> int | None:
    if item_id is None or item_id == kept_id:
        return item_id
    item = session.get(ReferenceItem, item_id)
    if item is None or item.list_code != "refusal_reason" or not item.is_active:
        raise RuleError("refusal_reason", N_("Choisissez un motif de la liste."))
    return item.id
