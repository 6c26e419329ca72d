"""What we ask of SendGrid, judged by its own description of the API."""

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from crm.mail.gateways.sendgrid import MOST, SendGridGateway
from crm.mail.types import Accepted, InlineImage, Refused, Written
from tests.mail.test_sendgrid import WRITTEN, letters_of, settings_of
from tests.support.prism import running_prism, why_no_prism


@pytest.fixture(scope="module")
def mock_port() -> Iterator[int]:
    """Return the port of the mock; skipped where it is not installed."""
    if reason := why_no_prism():
        if os.environ.get("CRM_REQUIRE_SENDGRID_MOCK"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with running_prism() as port:
        yield port


@pytest.mark.parametrize(
    "written",
    [
        WRITTEN,
        Written("Objet", "Texte", ""),
        Written("Objet", "Texte", "<p>Texte</p>", {"List-Id": "Réseau <lettre.reseau.fr>"}),
        Written("Objet", "[[name]]", "<p>é</p>", images=(InlineImage("a", b"\0" * 900, "jpeg"),)),
    ],
)
def test_what_we_ask_is_what_is_described(mock_port: int, written: Written) -> None:
    settings = settings_of(mock_port)
    outcomes = SendGridGateway(settings).send_together(letters_of(settings, MOST, written))
    assert outcomes == [Accepted("202")] * MOST


def test_a_value_that_sendgrid_could_not_set_is_asked_as_described(mock_port: int) -> None:
    settings = settings_of(mock_port)
    (odd,) = letters_of(settings, 1, name="[[link]]")
    assert SendGridGateway(settings).send(odd) == Accepted("202")


def test_the_one_address_that_is_none_is_found_among_fifty(mock_port: int) -> None:
    settings = settings_of(mock_port)
    letters = letters_of(settings, MOST)
    letters[17] = replace(letters[17], recipient="not an address")
    outcomes = SendGridGateway(settings).send_together(letters)
    assert isinstance(outcomes[17], Refused)
    assert [each for each in outcomes if each != Accepted("202")] == [outcomes[17]]
