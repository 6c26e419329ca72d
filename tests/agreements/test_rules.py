"""Targets in words, the years of an agreement, what cannot be kept."""

from datetime import date

import pytest

from crm.agreements import rules
from crm.agreements.types import ActionData, AgreementData, Rhythm
from crm.core.errors import RuleError
from crm.indicators.types import By, Period

_DAY = date(2021, 1, 1)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2 rencontres", 2),
        ("une rencontre par an", 1),
        ("Au moins trois ateliers", 3),
        ("1 200 visites", 1200),
        ("une dizaine de jeunes", 10),
        ("aucune rencontre", 0),
        ("des rencontres", None),
        ("selon les besoins", None),
        ("", None),
    ],
)
def test_the_number_is_read_in_the_words_of_the_target(text: str, number: int | None) -> None:
    assert rules.number_in(text) == number


def test_an_agreement_that_begins_in_january_has_calendar_years() -> None:
    found = rules.agreement_years(date(2019, 1, 1), date(2021, 12, 31))
    assert found == [Period.of_year(year) for year in (2019, 2020, 2021)]


def test_any_other_has_years_of_its_own_and_the_last_may_be_short() -> None:
    found = rules.agreement_years(date(2020, 2, 29), date(2022, 6, 30))
    assert found == [
        Period(date(2020, 2, 29), date(2021, 2, 28)),
        Period(date(2021, 3, 1), date(2022, 2, 28)),
        Period(date(2022, 3, 1), date(2022, 6, 30)),
    ]


@pytest.mark.parametrize(
    ("year", "start", "end"),
    [
        (2019, date(2019, 3, 1), date(2020, 2, 28)),
        (2020, date(2020, 2, 29), date(2021, 2, 28)),
        (2021, date(2021, 3, 1), date(2022, 2, 28)),
        (2023, date(2023, 3, 1), date(2024, 2, 28)),
        (2024, date(2024, 2, 29), date(2024, 6, 30)),
        (2025, date(2025, 3, 1), date(2026, 2, 28)),
    ],
)
def test_a_year_of_an_agreement_ends_with_it_at_the_latest(
    year: int, start: date, end: date
) -> None:
    limits = date(2020, 2, 29), date(2024, 6, 30)
    found = rules.agreement_year(*limits, year)
    assert found == Period(start, end)
    assert (found in rules.agreement_years(*limits)) is (2020 <= year <= 2024)


def test_a_number_said_is_kept_before_the_words() -> None:
    data = rules.clean_action(ActionData("Rencontres", target_text="2 rencontres", target_count=3))
    assert data.target_count == 3
    assert rules.clean_action(ActionData("R", target_text="2 rencontres")).target_count == 2


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (AgreementData("CPO", None, date(2021, 1, 1)), "starts_on"),
        (AgreementData("CPO", date(2021, 1, 1), None), "ends_on"),
        (AgreementData("CPO", date(2021, 1, 2), date(2021, 1, 1)), "ends_on"),
        (AgreementData("CPO", date(2001, 1, 2), date(2021, 1, 1)), "ends_on"),
        (
            AgreementData("CPO", date(2021, 1, 1), date(2021, 2, 1), new_axes=("x" * 121,)),
            "new_axes",
        ),
    ],
)
def test_what_no_agreement_can_be_names_its_field(data: AgreementData, field: str) -> None:
    with pytest.raises(RuleError) as caught:
        rules.clean_agreement(data)
    assert caught.value.field == field


def test_a_target_of_one_year_needs_it_and_any_other_forgets_it() -> None:
    with pytest.raises(RuleError) as caught:
        rules.clean_action(ActionData("R", rhythm=Rhythm.ONE_YEAR))
    assert caught.value.field == "year"
    assert rules.clean_action(ActionData("R", rhythm=Rhythm.WHOLE, year=2020)).year is None


def test_what_narrows_a_figure_is_read_or_refused() -> None:
    assert rules.read_kept(["theme:3", "theme:4"]) == {By.THEME: ("3", "4")}
    with pytest.raises(RuleError):
        rules.read_kept(["chat:3"])
