"""The rules of passwords, waiting and devices."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.accounts import rules
from crm.accounts.keys import network_of
from crm.accounts.passwords import check_new_password, hash_password, verify_password
from crm.core.addresses import parse_email
from crm.core.errors import RuleError

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ABOUT = ("Lianes coopération", "Camille Durieux", "camille.durieux@lianes.example")


@pytest.mark.parametrize(
    ("password", "reproach"),
    [
        ("court", "trop court"),
        ("x" * 201, "trop long"),
        ("azertyuiop", "courant"),
        ("Azertyuiop123!", "courant"),
        ("aaaaaaaaaaaa", "courant"),
        ("23456789", "courant"),
        ("Soleil2024!", "courant"),
        ("durieux1987", "votre nom"),
        ("durieux-camille", "votre nom"),
        ("crm-passerelle", "Passerelle"),
        ("lianes2026", "réseau"),
    ],
)
def test_what_is_refused_and_why(password: str, reproach: str) -> None:
    with pytest.raises(RuleError, match=reproach) as refused:
        check_new_password(password, *ABOUT)
    assert refused.value.field == "new_password"


@pytest.mark.parametrize(
    "password",
    [
        "quatre moineaux verts dansent",
        "  espaces autour  ",
        "où êtes-vous, été ?",
        "passerelle vers un verger de pruniers",
        "🌳🌊🚲🎈🍐🪁🧵🫖",
    ],
)
def test_any_character_is_welcome(password: str) -> None:
    check_new_password(password, *ABOUT)


def test_accents_are_one_however_they_were_composed() -> None:
    assert verify_password(hash_password("e\u0301te\u0301 au jardin"), "été au jardin")


def test_nobody_has_the_right_password() -> None:
    assert not verify_password(None, "personne")


def test_waiting_doubles_and_never_exceeds_the_window() -> None:
    window = timedelta(minutes=15)

    def wait(count: int) -> int:
        return rules.seconds_to_wait([NOW] * count, limit=5, window=window, now=NOW)

    assert [wait(count) for count in (0, 4, 5, 6, 7)] == [0, 0, 30, 60, 120]
    assert wait(40) == 900


@given(st.lists(st.integers(0, 2000), max_size=40))
def test_nobody_waits_after_a_window_of_silence(ages: list[int]) -> None:
    window = timedelta(minutes=15)
    failures = [NOW - timedelta(seconds=age) for age in ages]
    wait = rules.seconds_to_wait(failures, limit=5, window=window, now=NOW)
    assert 0 <= wait <= 900
    assert rules.seconds_to_wait(failures, limit=5, window=window, now=NOW + window) == 0


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox · Linux",
        ),
        (
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
                " Chrome/140.0 Safari/537.36 Edg/140.0"
            ),
            "Edge · Windows",
        ),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
                " (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
            ),
            "Safari · iPhone",
        ),
        ("curl/8", ""),
    ],
)
def test_devices_in_words(user_agent: str, words: str) -> None:
    assert rules.describe_device(user_agent) == words


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("", ""),
    ],
)
def test_a_subscriber_counts_as_one_address(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    "text", ["", "pas une adresse", "a@b@c.example", "x@y.example\nBcc: z@w.fr"]
)
def test_an_address_is_an_address(text: str) -> None:
    with pytest.raises(RuleError):
        parse_email(text)
