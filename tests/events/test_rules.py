"""What an event must be, when one may register, when a reminder is due."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.core import clock
from crm.core.errors import RuleError
from crm.events import rules
from crm.events.types import EventData, EventStatus, QuestionData, QuestionKind, ReminderKind

_NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_instants = st.timedeltas(timedelta(), timedelta(days=5000)).map(lambda after: _NOW + after)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"status": "bientot"}, "status"),
        ({"ends_at": _NOW}, "day"),
        ({"status": EventStatus.HELD}, "day"),
        ({"starts_at": _NOW, "ends_at": _NOW - timedelta(minutes=1)}, "end_time"),
        ({"starts_at": _NOW, "ends_at": _NOW + timedelta(days=32)}, "end_day"),
        ({"capacity": 0}, "capacity"),
        ({"presence_percent": 101}, "presence_percent"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"replay_link": "ftp://ville.example/film"}, "replay_link"),
        (
            {
                "registration_opens_at": _NOW,
                "registration_closes_at": _NOW - timedelta(days=1),
            },
            "registration_closes_on",
        ),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(changed: dict[str, object], field: str) -> None:
    values = {"title": "Forum", "kind_id": 1, **changed}
    with pytest.raises(RuleError) as refused:
        rules.clean_event(EventData(**values))  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_headcount_keeps_its_number_and_its_word() -> None:
    data = EventData(title="Forum", kind_id=1, headcount="une soixantaine")
    found = rules.headcount_of(data)
    assert found is not None
    assert (found.count, found.is_approximate, found.wording) == (60, True, "une soixantaine")
    assert rules.headcount_of(EventData(title="Forum", kind_id=1)) is None
    zero = rules.headcount_of(EventData(title="Forum", kind_id=1, headcount="0"))
    assert zero is not None
    assert zero.count == 0


def _window(**values: object) -> rules.Window:
    usual: dict[str, object] = {
        "status": EventStatus.CONFIRMED,
        "takes_registrations": True,
        "starts_at": _NOW + timedelta(days=1),
        "opens_at": None,
        "closes_at": None,
    }
    return rules.Window(**{**usual, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, rules.Openness.OPEN),
        ({"starts_at": None}, rules.Openness.OPEN),
        ({"status": EventStatus.POSTPONED}, rules.Openness.OPEN),
        ({"starts_at": _NOW}, rules.Openness.PAST),
        ({"status": EventStatus.HELD}, rules.Openness.PAST),
        ({"status": EventStatus.CANCELLED}, rules.Openness.CANCELLED),
        ({"status": EventStatus.PREPARED}, rules.Openness.NONE),
        ({"takes_registrations": False}, rules.Openness.NONE),
        ({"opens_at": _NOW + timedelta(seconds=1)}, rules.Openness.NOT_YET),
        ({"opens_at": _NOW}, rules.Openness.OPEN),
        ({"closes_at": _NOW}, rules.Openness.CLOSED),
    ],
)
def test_when_one_may_register(values: dict[str, object], expected: rules.Openness) -> None:
    assert rules.openness(_window(**values), _NOW) is expected


@given(_instants)
def test_reminders_keep_the_hour_of_paris_across_the_change_of_clocks(starts_at: datetime) -> None:
    due = rules.due_times(starts_at)
    local = clock.in_paris(starts_at)
    for kind, days in ((ReminderKind.WEEK, 7), (ReminderKind.DAY, 1)):
        reminded = clock.in_paris(due[kind])
        assert (local.date() - reminded.date()).days == days
        wanted = clock.paris_instant(reminded.date(), local.time())
        assert due[kind] == wanted
    assert starts_at - due[ReminderKind.HOUR] == timedelta(hours=1)
    assert sorted(due.values()) == list(due.values())


def test_an_event_without_an_hour_is_reminded_of_in_the_morning() -> None:
    starts_at = clock.paris_instant(date(2026, 4, 2), time())
    due = rules.due_times(starts_at, is_all_day=True)
    assert ReminderKind.HOUR not in due
    assert {clock.in_paris(each).hour for each in due.values()} == {9}


@given(_instants, st.timedeltas(timedelta(seconds=1), timedelta(days=60)))
def test_an_offer_lasts_a_day_and_never_beyond_the_start(
    now: datetime, until_start: timedelta
) -> None:
    until = rules.offered_until(now, now + until_start)
    assert now < until <= now + timedelta(hours=24)
    assert until <= now + until_start
    assert rules.offered_until(now, None) == now + timedelta(hours=24)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (QuestionData(" "), "label"),
        (QuestionData("Régime ?", kind="couleur"), "kind"),
        (QuestionData("Régime ?", QuestionKind.CHOICE, ("végétarien", " ")), "options"),
        (QuestionData("Régime ?", QuestionKind.CHOICE, tuple(map(str, range(21)))), "options"),
    ],
)
def test_a_question_can_be_answered(data: QuestionData, field: str) -> None:
    with pytest.raises(RuleError) as refused:
        rules.clean_question(data)
    assert refused.value.field == field


def test_answers_are_those_that_were_asked_for() -> None:
    asked = [
        rules.Asked("1", QuestionKind.TEXT, (), is_required=True),
        rules.Asked("2", QuestionKind.CHOICE, ("a", "b"), is_required=False),
        rules.Asked("3", QuestionKind.YES_NO, (), is_required=False),
    ]
    kept = rules.clean_answers(asked, {"1": " oui ", "2": "b", "3": "", "9": "intrus"})
    assert kept == {"1": "oui", "2": "b"}
    for answers, field in (
        ({}, "q1"),
        ({"1": "x", "2": "c"}, "q2"),
        ({"1": "x", "3": "peut-être"}, "q3"),
        ({"1": "x" * 1001}, "q1"),
    ):
        with pytest.raises(RuleError) as refused:
            rules.clean_answers(asked, answers)
        assert refused.value.field == field
