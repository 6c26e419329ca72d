"""What can be done at once with the applications selected in a list."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from crm.accounts.queries import team
from crm.core.errors import N_, RuleError
from crm.core.numbers import typed_id
from crm.funding.models import FundingApplication
from crm.funding.operations.applications import move
from crm.funding.operations.chosen import known_person
from crm.funding.types import PREPARED, STATUS_LABELS, ApplicationStatus
from crm.history.bulk import BulkAction, change_each
from crm.web.locale import translate

# What a decision or a filing needs is asked of each application, on its own form.
_AT_ONCE = (*PREPARED, ApplicationStatus.ABANDONED)


def set_person(session: Session, *, ids: Sequence[int], user_id: int) -> int:
    """Put someone in charge of applications; return how many had someone else."""
    person_id = known_person(session, user_id, kept_id=None)

    def change(record: FundingApplication) -> bool:
        if record.person_id == person_id:
            return False
        record.person_id = person_id
        return True

    return change_each(
        session,
        FundingApplication,
        ids,
        label=N_("Responsable d’une sélection de dossiers"),
        change=change,
    )


def set_statuses(session: Session, *, ids: Sequence[int], status: str) -> int:
    """Move those of the applications that are not filed yet, today; return how many have moved."""
    if status not in _AT_ONCE:
        raise RuleError("value", N_("Choisissez un statut de la liste."))

    def change(record: FundingApplication) -> bool:
        return record.status in PREPARED and move(session, record, status)

    return change_each(
        session,
        FundingApplication,
        ids,
        label=N_("Statut d’une sélection de dossiers"),
        change=change,
    )


APPLICATION_ACTIONS = (
    BulkAction(
        "personne",
        N_("Confier à"),
        lambda session, ids, value: set_person(session, ids=ids, user_id=typed_id(value)),
        team,
    ),
    BulkAction(
        "statut",
        N_("Statut de ceux qui ne sont pas déposés"),
        lambda session, ids, value: set_statuses(session, ids=ids, status=value),
        lambda _session: [(each.value, translate(STATUS_LABELS[each])) for each in _AT_ONCE],
    ),
)
