"""What a group and the periods of its members must be: pure, no database."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from crm.contacts.group_types import GroupData, Period
from crm.contacts.rules import check_order, group_status
from crm.contacts.types import GroupKind, GroupStatus
from crm.core.days import meet
from crm.core.errors import N_, RuleError

LONGEST_NAME = 120
MOST_AT_ONCE = 100
_ONE_DAY = timedelta(days=1)


def status_on(
    launched_on: date | None, closed_on: date | None, merged_into_id: int | None, day: date
) -> GroupStatus:
    """Return where a group is in its life on a day, and whether it ended in another."""
    status = group_status(launched_on, closed_on, day)
    if status is GroupStatus.CLOSED and merged_into_id is not None:
        return GroupStatus.MERGED
    return status


def clean_group(data: GroupData) -> GroupData:
    """Return the data without what its kind does not have; raise RuleError otherwise."""
    name = data.name.strip()
    if not name:
        raise RuleError("name", N_("Ce champ est nécessaire."))
    if len(name) > LONGEST_NAME:
        raise RuleError(
            "name", N_("C’est trop long : %(count)s caractères au plus."), count=LONGEST_NAME
        )
    if data.kind not in set(GroupKind):
        raise RuleError("kind", N_("Choisissez un type de groupe."))
    if data.kind == GroupKind.COUNTRY and not data.country_code:
        raise RuleError("country", N_("Un groupe-pays a un pays : choisissez-le."))
    if data.kind == GroupKind.COMMISSION and not data.theme_id:
        raise RuleError("theme", N_("Une commission a un thème : choisissez-le."))
    check_order(data.launched_on, data.closed_on, "closed_on")
    is_country = data.kind == GroupKind.COUNTRY
    return replace(
        data,
        name=name,
        country_code=data.country_code if is_country else None,
        theme_id=None if is_country else data.theme_id,
    )


def clean_period(period: Period) -> Period:
    """Return the period; raise RuleError when it ends before it starts."""
    check_order(period.start_on, period.end_on, "end_on")
    return period


def overlaps(one: Period, other: Period) -> bool:
    """Tell whether the two periods have a day in common."""
    return meet(one.start_on, one.end_on, other.start_on, other.end_on)


def uncovered(period: Period, taken: Iterable[Period]) -> list[Period]:
    """Return the parts of a period that none of the taken ones holds, in order."""
    parts: list[Period] = []
    start: date | None = period.start_on
    for each in sorted(taken, key=lambda one: one.start_on):
        if start is None or not overlaps(Period(start, period.end_on), each):
            continue
        if start < each.start_on:
            parts.append(Period(start, each.start_on - _ONE_DAY))
        start = each.end_on + _ONE_DAY if each.end_on else None
    if start is not None and (period.end_on is None or start <= period.end_on):
        parts.append(Period(start, period.end_on))
    return parts


def within(period: Period, bounds: Period) -> Period | None:
    """Return the part of a period that lies in the bounds; None when there is none."""
    if not overlaps(period, bounds):
        return None
    ends = [end for end in (period.end_on, bounds.end_on) if end is not None]
    return Period(max(period.start_on, bounds.start_on), min(ends) if ends else None)


def check_merge_day(launched_on: date | None, closed_on: date | None, day: date) -> None:
    """Raise RuleError unless the group exists on the eve of the day and still has to end."""
    if launched_on is not None and launched_on >= day:
        raise RuleError("day", N_("Ce groupe n’était pas encore lancé la veille de ce jour."))
    if closed_on is not None and closed_on < day:
        raise RuleError("day", N_("Ce groupe est déjà clos ce jour-là."))
