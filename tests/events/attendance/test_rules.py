"""Names, durations, instants and sittings, as files write them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.core.errors import RuleError
from crm.events.attendance.durations import instant_of, seconds_of
from crm.events.attendance.rules import (
    clean_name,
    name_key,
    name_keys,
    needed_minutes,
    people_of,
    was_present,
)
from crm.events.attendance.types import Sitting

DAY = date(2019, 10, 17)
TWO = datetime(2019, 10, 17, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "heading", "seconds"),
    [
        ("88", "duration minutes", 88 * 60),
        (88, "duree", 88 * 60),
        (88.5, "duree", 5310),
        ("88,5", "duree", 5310),
        ("1:28:00", "duration", 88 * 60),
        ("1:28", "duration", 88 * 60),
        ("00:00:42", "duration", 42),
        ("1 h 28 min", "duree", 88 * 60),
        ("1\u00a0h\u202f28", "duree", 88 * 60),
        ("1h28", "duree", 88 * 60),
        ("1h 27m 51s", "duration", 5271),
        ("27m 51s", "duration", 1671),
        ("51s", "duration", 51),
        ("1 heure 28 minutes 3 secondes", "duree", 5283),
        ("2 heures", "duree", 7200),
        ("45 minutes", "duree", 2700),
        ("PT1H28M", "duration", 5280),
        ("5280", "duration seconds", 5280),
        ("2", "duree en heures", 7200),
        ("0", "duree", 0),
        ("", "duree", None),
        (None, "duree", None),
        ("-", "duree", None),
    ],
)
def test_a_duration_is_read_in_every_habit(cell: object, heading: str, seconds: int | None) -> None:
    assert seconds_of(cell, heading, 3) == seconds


@pytest.mark.parametrize("cell", ["longtemps", "-5", "1 h 2 h", "99999999", "12/03", "=1+1"])
def test_what_is_no_duration_is_said_with_its_line(cell: str) -> None:
    with pytest.raises(RuleError) as refused:
        seconds_of(cell, "duree", 7)
    assert refused.value.params["row"] == 7


@given(st.text(max_size=60))
def test_any_text_is_a_duration_or_a_refusal(text: str) -> None:
    try:
        read = seconds_of(text, "duree", 1)
    except RuleError:
        return
    assert read is None or read >= 0


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("10/17/2019 02:01:00 PM", (12, 1, 0)),
        ("17/10/2019 14:01", (12, 1, 0)),
        ("17/10/2019, 14:01:30", (12, 1, 30)),
        ("10/17/19, 2:01:11 PM", (12, 1, 11)),
        ("2019-10-17 14:01:00", (12, 1, 0)),
        ("2019-10-17T12:01:00Z", (12, 1, 0)),
        ("14:01", (12, 1, 0)),
        ("14h01", (12, 1, 0)),
        ("12:05 AM", None),
    ],
)
def test_an_instant_is_read_on_the_clock_of_paris(
    text: str, utc: tuple[int, int, int] | None
) -> None:
    read = instant_of(text, DAY)
    if utc is None:
        assert read == datetime(2019, 10, 16, 22, 5, tzinfo=UTC)
    else:
        assert read == datetime(2019, 10, 17, *utc, tzinfo=UTC)


def test_a_day_that_can_be_read_two_ways_is_that_of_the_event() -> None:
    march = instant_of("03/04/2019 10:00", date(2019, 3, 4))
    april = instant_of("03/04/2019 10:00", date(2019, 4, 3))
    assert (march and march.month, april and april.month) == (3, 4)


@pytest.mark.parametrize("text", ["", None, "jeudi", "25:00", "32/13/2019 10:00", "17/10/2019"])
def test_what_is_no_instant_is_none(text: str | None) -> None:
    assert instant_of(text, DAY) is None


def test_names_are_compared_whatever_their_order_and_accents() -> None:
    assert name_key("EXEMPLE Zoé") == name_key("zoe exemple")
    assert clean_name("Camille  Exemple (Invité)") == "Camille Exemple"
    assert clean_name("Camille (Lycée)") == "Camille (Lycée)"
    assert name_key("Camille Exemple") in name_keys("Lycée du parc (Camille Exemple)")


def _sitting(number: int, name: str, email: str | None = None, **more: object) -> Sitting:
    values = {"seconds": 600, "joined_at": None, "left_at": None, **more}
    return Sitting(number, name, email, **values)  # type: ignore[arg-type]


def test_whoever_comes_back_is_one_person_and_their_stays_are_summed() -> None:
    people = people_of(
        [
            _sitting(2, "Camille Exemple", "camille@exemple.example"),
            _sitting(3, "Dominique Modèle"),
            _sitting(4, "Camille E.", "Camille@Exemple.example", seconds=900),
            _sitting(5, "EXEMPLE Camille", seconds=300),
            _sitting(6, "Dominique MODELE", seconds=1200),
        ]
    )
    assert [(each.name, each.minutes, each.sittings) for each in people] == [
        ("Camille Exemple", 30, 3),
        ("Dominique Modèle", 30, 2),
    ]
    assert people[0].numbers == (2, 4, 5)


def test_two_people_of_one_name_at_two_addresses_stay_two() -> None:
    people = people_of(
        [
            _sitting(2, "Camille Exemple", "a@exemple.example"),
            _sitting(3, "Camille Exemple", "b@exemple.example"),
            _sitting(4, "Camille Exemple"),
        ]
    )
    assert len(people) == 3


def test_two_devices_at_once_count_once() -> None:
    people = people_of(
        [
            _sitting(
                number,
                "Camille Exemple",
                seconds=3600,
                joined_at=TWO,
                left_at=TWO + timedelta(hours=1),
            )
            for number in (2, 3)
        ]
    )
    assert [each.minutes for each in people] == [60]


def test_presence_needs_a_share_of_the_length() -> None:
    needed = needed_minutes(TWO, TWO + timedelta(minutes=90), 50)
    assert needed == 45
    assert was_present(45, needed)
    assert not was_present(44, needed)
    assert was_present(None, needed)
    assert needed_minutes(TWO, None, 50) is None
    assert needed_minutes(TWO, TWO + timedelta(days=1), 50, is_all_day=True) is None
    assert was_present(0, None)
