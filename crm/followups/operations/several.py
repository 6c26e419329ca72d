"""The same thing to do about several structures, made at once."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.operations import resolve_structure
from crm.core import clock
from crm.core.batches import in_batches
from crm.core.errors import N_, RuleError
from crm.followups import rules
from crm.followups.models import FollowUp
from crm.followups.operations.choices import assignee
from crm.followups.types import FollowUpData
from crm.history.recording import describe_save
from crm.web.locale import translate

# A commune may have to be adopted for each: more would keep everyone else from writing for long.
MOST_AT_ONCE = 500
_ALL_PLANNED = N_("Toutes ont déjà une relance à faire au sujet de cet appel.")


def schedule_for_each(
    session: Session,
    *,
    structures: Sequence[str],
    what: str,
    due_on: date,
    assignee_id: int,
    call_id: int | None = None,
) -> list[FollowUp]:
    """Make the same follow-up about each structure, once each; return them in order.

    About a call, none is made where one is still to do: two people may plan the same list.

    `structures` are a picker's values: an id, or a commune that becomes an actor by it. Raises
    RuleError, and nothing is made, when one of them is not there.
    """
    wanted = check_chosen(structures)
    data = rules.clean_follow_up(
        FollowUpData(what=what, due_on=due_on, assignee_id=assignee(session, assignee_id))
    )
    describe_save(session, label=translate(N_("Relances créées pour une sélection")))
    found = [resolve_structure(session, value=value, family_code=None) for value in wanted]
    planned = _planned_for(session, call_id, [structure.id for structure in found])
    made = [
        FollowUp(
            what=data.what,
            due_on=data.due_on,
            assignee_id=data.assignee_id,
            structure_id=structure_id,
            call_id=call_id,
            created_at=clock.now(),
        )
        for structure_id in dict.fromkeys(structure.id for structure in found)
        if structure_id not in planned
    ]
    if not made:
        raise RuleError("structures", _ALL_PLANNED)
    session.add_all(made)
    session.flush()
    return made


def _planned_for(session: Session, call_id: int | None, ids: Sequence[int]) -> set[int]:
    """Return those with a follow-up about the call that is still to be done."""
    if call_id is None:
        return set()
    return {
        structure_id
        for batch in in_batches(ids)
        for structure_id in session.scalars(
            select(FollowUp.structure_id).where(
                FollowUp.call_id == call_id,
                FollowUp.structure_id.in_(batch),
                FollowUp.done_at.is_(None),
                FollowUp.deleted_at.is_(None),
            )
        )
        if structure_id is not None
    }


def check_chosen(structures: Sequence[str]) -> list[str]:
    """Return those chosen, each once, in order; raise RuleError for none or for too many."""
    wanted = list(dict.fromkeys(structures))
    if not wanted:
        raise RuleError("structures", N_("Choisissez au moins une fiche."))
    if len(wanted) > MOST_AT_ONCE:
        raise RuleError(
            "structures",
            N_("C’est trop à la fois : %(count)s fiches au plus. Filtrez la liste."),
            count=MOST_AT_ONCE,
        )
    return wanted
