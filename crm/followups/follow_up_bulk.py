"""What can be done at once with the follow-ups selected in a list."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from crm.accounts.queries import team
from crm.core import clock
from crm.core.days import parse_day
from crm.core.errors import N_, RuleError
from crm.core.numbers import typed_id
from crm.followups import rules
from crm.followups.models import FollowUp
from crm.followups.operations.choices import assignee
from crm.followups.operations.follow_ups import complete_each
from crm.followups.types import PRIORITY_LABELS, Priority
from crm.history.bulk import BulkAction, change_each, check_selection
from crm.history.trash import move_all_to_trash
from crm.web.locale import translate

# Each writes two rows and their history: more would keep everyone else from writing for long.
MOST_DONE_AT_ONCE = 2_000

_DELAYS = ((rules.Delay.DAY, N_("d’un jour")), (rules.Delay.WEEK, N_("d’une semaine")))


def reassign(session: Session, *, ids: Sequence[int], user_id: int) -> int:
    """Give follow-ups to a member of the team; return how many were another's."""
    try:
        assignee_id = assignee(session, user_id)
    except RuleError as error:
        raise RuleError("value", error.message, **error.params) from error
    label = N_("Relances confiées à quelqu’un d’autre")
    return _set_each(session, ids, label, "assignee_id", lambda _: assignee_id)


def postpone(session: Session, *, ids: Sequence[int], delay: str) -> int:
    """Put follow-ups off, each from its day or from today if it is late; return how many."""
    if delay not in set(rules.Delay):
        raise RuleError("value", N_("Choisissez de combien reporter."))
    today = clock.today()
    return _set_each(
        session,
        ids,
        N_("Relances reportées"),
        "due_on",
        lambda record: rules.postponed(record.due_on, today, rules.Delay(delay)),
    )


def postpone_to(session: Session, *, ids: Sequence[int], day: str) -> int:
    """Put follow-ups off to a day, as it is typed; return how many had another."""
    due_on = parse_day(day, clock.today(), prefer_past=False, field="value")
    return _set_each(session, ids, N_("Relances reportées"), "due_on", lambda _: due_on)


def set_priority(session: Session, *, ids: Sequence[int], priority: str) -> int:
    """Give follow-ups a priority; return how many had another."""
    if priority not in set(Priority):
        raise RuleError("value", N_("Choisissez une priorité de la liste."))
    label = N_("Priorité d’une sélection de relances")
    return _set_each(session, ids, label, "priority", lambda _: priority)


def complete(session: Session, *, ids: Sequence[int]) -> int:
    """Mark follow-ups as done; return how many were not yet."""
    return complete_each(session, _chosen(session, ids, N_("Relances faites")))


def throw_away(session: Session, *, ids: Sequence[int]) -> int:
    """Put follow-ups in the trash; return how many."""
    records = _chosen(session, ids, N_("Relances mises à la corbeille"))
    return len(move_all_to_trash(session, entity="follow_up", records=records))


def _chosen(session: Session, ids: Sequence[int], label: str) -> list[FollowUp]:
    """Return the follow-ups of a selection; history tells what is done to them under the label."""
    check_selection(ids, MOST_DONE_AT_ONCE)
    chosen: list[FollowUp] = []

    def take(record: FollowUp) -> bool:
        chosen.append(record)
        return True

    change_each(session, FollowUp, ids, label=label, change=take)
    return chosen


def _set_each(
    session: Session,
    ids: Sequence[int],
    label: str,
    name: str,
    value_of: Callable[[FollowUp], object],
) -> int:
    def change(record: FollowUp) -> bool:
        value = value_of(record)
        if getattr(record, name) == value:
            return False
        setattr(record, name, value)
        return True

    return change_each(session, FollowUp, ids, label=label, change=change)


FOLLOW_UP_ACTIONS = (
    BulkAction(
        "confier",
        N_("Confier à"),
        lambda session, ids, value: reassign(session, ids=ids, user_id=typed_id(value)),
        team,
    ),
    BulkAction(
        "reporter",
        N_("Reporter"),
        lambda session, ids, value: postpone(session, ids=ids, delay=value),
        lambda _session: [(delay.value, translate(label)) for delay, label in _DELAYS],
    ),
    BulkAction(
        "reporter-au",
        N_("Reporter au"),
        lambda session, ids, value: postpone_to(session, ids=ids, day=value),
    ),
    BulkAction(
        "priorite",
        N_("Priorité"),
        lambda session, ids, value: set_priority(session, ids=ids, priority=value),
        lambda _session: [(each.value, translate(t)) for each, t in PRIORITY_LABELS.items()],
    ),
    BulkAction(
        "faites",
        N_("Faites"),
        lambda session, ids, _value: complete(session, ids=ids),
        lambda _session: [("oui", translate(N_("oui")))],
    ),
    BulkAction(
        "corbeille",
        N_("Mettre à la corbeille"),
        lambda session, ids, _value: throw_away(session, ids=ids),
        lambda _session: [("oui", translate(N_("oui")))],
    ),
)
