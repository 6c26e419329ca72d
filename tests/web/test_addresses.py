"""What no record's address can be is not found; it never breaks a page."""

import base64
import json

import pytest
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from tests.factories.contacts import StructureFactory
from tests.support.client import PageClient


@pytest.mark.parametrize("number", ["2147483648", "9223372036854775808", "9" * 150])
@pytest.mark.parametrize("path", ["structures/{}", "contacts/{}/modifier", "historique/{}"])
def test_an_id_too_large_is_not_found(officer: PageClient, path: str, number: str) -> None:
    assert officer.get("/" + path.format(number)).status_code == 404


@pytest.mark.parametrize("argument", ["q", "famille", "departement", "tri", "apres", "etiquette"])
def test_a_nul_byte_in_a_parameter_is_left_out(officer: PageClient, argument: str) -> None:
    assert officer.get(f"/structures?{argument}=a%00b").status_code == 200


@pytest.mark.parametrize("place", [["a", 10**30], ["\x00", 1], ["\ud800", 1], ["a", True], "a", {}])
def test_a_forged_place_in_a_list_is_no_place(
    officer: PageClient, session: Session, place: object
) -> None:
    StructureFactory(name="Eau pour tous")
    forged = base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")
    page = officer.get(f"/structures?apres={forged}")
    assert page.status_code == 200
    assert "Eau pour tous" in page.text


def test_a_nul_byte_in_the_key_of_a_form_is_left_out(officer: PageClient, session: Session) -> None:
    sent = {"name": "Eau", "family_code": "association", "submission_key": "a\x00b"}
    assert officer.submit("/structures/nouvelle", sent).status_code == 303
    assert session.query(Structure).count() == 1
