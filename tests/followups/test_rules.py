"""What a session, its next step and a follow-up must be."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.core.errors import RuleError
from crm.followups import rules
from crm.followups.types import FollowUpData, NextStep, SessionData, SessionStatus

TODAY = date(2019, 3, 12)


def data(**changes: object) -> SessionData:
    values = {"structures": ("1",), "held_on": TODAY, "kind_id": 1} | changes
    return SessionData(**values)  # type: ignore[arg-type]


def fault(**changes: object) -> str:
    with pytest.raises(RuleError) as caught:
        rules.clean_session(data(**changes), TODAY)
    return caught.value.field


def test_each_thing_is_kept_once_and_empty_notes_are_none() -> None:
    cleaned = rules.clean_session(
        data(structures=("2", "1", "2"), theme_ids=(3, 3), notes="  "), TODAY
    )
    assert (cleaned.structures, cleaned.theme_ids, cleaned.notes) == (("2", "1"), (3,), None)


@pytest.mark.parametrize("status", [SessionStatus.DONE, SessionStatus.NO_SHOW])
def test_what_took_place_is_not_to_come(status: str) -> None:
    assert fault(status=status, held_on=TODAY + timedelta(days=1)) == "held_on"


@pytest.mark.parametrize("status", [SessionStatus.PLANNED, SessionStatus.CANCELLED])
def test_what_is_planned_or_cancelled_may_be_to_come(status: str) -> None:
    rules.clean_session(data(status=status, held_on=TODAY + timedelta(days=1)), TODAY)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"structures": ()}, "structures"),
        ({"structures": tuple(map(str, range(31)))}, "structures"),
        ({"structures": ("9" * 10,)}, "structures"),
        ({"structures": ("new:" + "x" * 101,)}, "structures"),
        ({"structures": ("new:a\x00b",)}, "structures"),
        ({"contacts": tuple(map(str, range(61)))}, "contacts"),
        ({"contacts": ("new:" + "x" * 10_000,)}, "contacts"),
        ({"status": "reussie"}, "status"),
        ({"duration_minutes": 0}, "duration"),
        ({"duration_minutes": 24 * 60 + 1}, "duration"),
        ({"notes": "x" * 20_001}, "notes"),
    ],
)
def test_the_wrong_field_is_named(changes: dict[str, object], field: str) -> None:
    assert fault(**changes) == field


def test_limits_are_inclusive() -> None:
    rules.clean_session(
        data(structures=tuple(map(str, range(30))), duration_minutes=24 * 60, notes="x" * 20_000),
        TODAY,
    )


def test_a_next_step_is_whole_or_absent() -> None:
    assert rules.clean_next_step(" ", None) is None
    assert rules.clean_next_step(" Rappeler ", TODAY) == NextStep("Rappeler", TODAY)
    with pytest.raises(RuleError) as caught:
        rules.clean_next_step("Rappeler", None)
    assert caught.value.field == "next_due"
    with pytest.raises(RuleError) as caught:
        rules.clean_next_step(None, TODAY)
    assert caught.value.field == "next_what"


def test_a_follow_up_says_what_to_do() -> None:
    with pytest.raises(RuleError):
        rules.clean_follow_up(FollowUpData(what=" ", due_on=TODAY, assignee_id=1))
    with pytest.raises(RuleError):
        rules.clean_follow_up(FollowUpData(what="x" * 301, due_on=TODAY, assignee_id=1))


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_a_postponed_follow_up_is_always_to_come(due_on: date, today: date) -> None:
    for delay in rules.Delay:
        assert rules.postponed(due_on, today, delay) > max(due_on, today)
