"""What a structure, a person and an affiliation must be."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.contacts import rules
from crm.contacts.types import AffiliationData, GroupStatus, StructureData
from crm.core.addresses import parse_email
from crm.core.errors import RuleError

DAY = date(2019, 3, 12)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("03 20 12 34 56", "+33320123456"),
        ("0320123456", "+33320123456"),
        ("+33 (0)3.20.12.34.56", "+33320123456"),
        ("0033 320123456", "+33320123456"),
        ("0262 20 12 34", "+262262201234"),
        ("+32 2 512 34 56", "+3225123456"),
    ],
)
def test_a_phone_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert rules.parse_phone(typed) == kept


@pytest.mark.parametrize("typed", ["12", "bonjour", "03 20", ""])
def test_what_is_no_phone_is_refused(typed: str) -> None:
    with pytest.raises(RuleError, match="téléphone"):
        rules.parse_phone(typed)


def test_an_address_pasted_with_spaces_is_cleaned() -> None:
    assert parse_email("  mairie@commune.example ") == "mairie@commune.example"
    with pytest.raises(RuleError, match="Exemple"):
        parse_email("mairie@")


@pytest.mark.parametrize(
    "typed", ["javascript:alert(1)", "ftp://a.fr", "data:text/html,x", "lille"]
)
def test_a_site_is_http_only(typed: str) -> None:
    with pytest.raises(RuleError):
        rules.parse_website(typed)


def test_a_site_gets_its_scheme() -> None:
    assert rules.parse_website("www.lille.fr") == "https://www.lille.fr"


def test_a_siret_fills_the_siren_and_must_agree_with_it() -> None:
    data = StructureData(name="A", family_code="association", siret="73282932000074")
    assert rules.clean_structure(data).siren == "732829320"
    wrong = StructureData(
        name="A", family_code="association", siren="210200010", siret="73282932000074"
    )
    with pytest.raises(RuleError) as caught:
        rules.clean_structure(wrong)
    assert caught.value.field == "siret"


def test_an_end_before_a_start_is_refused_on_the_end() -> None:
    data = AffiliationData(role="Maire", start_on=DAY, end_on=date(2019, 3, 11))
    with pytest.raises(RuleError, match="précéder") as caught:
        rules.clean_affiliation(data)
    assert caught.value.field == "end_on"


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("Anne-Marie DE LA TOUR", ("Anne-Marie", "DE LA TOUR")),
        ("Camille Exemple", ("Camille", "Exemple")),
        ("Exemple", (None, "Exemple")),
        ("Jean Dupont Martin", ("Jean", "Dupont Martin")),
    ],
)
def test_a_name_in_one_line_is_split(typed: str, names: tuple[str | None, str]) -> None:
    assert rules.split_name(typed) == names


def test_tags_are_kept_once_in_order() -> None:
    assert rules.split_tags(" eau, énergie;eau\n, ") == ("eau", "énergie")


_days = st.none() | st.dates(date(2000, 1, 1), date(2030, 1, 1))


@given(_days, _days, st.dates(date(2000, 1, 1), date(2030, 1, 1)))
def test_current_means_neither_before_nor_after(
    start: date | None, end: date | None, day: date
) -> None:
    is_before = start is not None and day < start
    is_after = end is not None and end < day
    assert rules.is_current(start, end, day) is not (is_before or is_after)


def test_a_group_without_a_launch_day_is_being_launched() -> None:
    assert rules.group_status(None, None, DAY) is GroupStatus.STARTING
    assert rules.group_status(DAY, None, DAY) is GroupStatus.ACTIVE
    assert rules.group_status(DAY, DAY, date(2019, 3, 13)) is GroupStatus.CLOSED
