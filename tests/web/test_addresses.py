"""What no record's address can be is not found; it never breaks a page."""

import base64
import json

import pytest
from flask import Flask, url_for
from sqlalchemy.orm import Session
from werkzeug.routing import BuildError

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


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("structures.show", {"structure_id": 7}),
        ("structures.index", {"departement": "62"}),
        ("structures.index", {"departement": "62", "page": 3}),
        ("structures.index", {"q": "é & co", "tri": None}),
        ("history.show", {"change_set_id": 7, "changement": 7}),
        ("notes.new", {"entity": "structure", "record_id": 7}),
        ("attached.new", {"owner": "structures", "owner_id": 7, "kind": "adresses"}),
        ("attached.new", {"owner": "contacts", "owner_id": 7, "kind": "coordonnees"}),
        ("structures.show", {"structure_id": 7, "_anchor": "fil"}),
        ("structures.export", {"extension": "xlsx", "fiche": 7}),
        (".show", {"structure_id": 7}),
    ],
)
@pytest.mark.parametrize("mount", ["", "/crm"])
def test_an_address_that_is_filled_in_is_the_one_that_flask_makes(
    app: Flask, endpoint: str, values: dict[str, object], mount: str
) -> None:
    with app.test_request_context("/structures/1", environ_overrides={"SCRIPT_NAME": mount}):
        for number in (7, 12, 7):
            asked = {name: number if value == 7 else value for name, value in values.items()}
            assert url_for(endpoint, **asked) == Flask.url_for(app, endpoint, **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "values",
    [
        {"definition_id": 3, "year": 2019},
        {"year": 2019, "definition_id": 3},
        {"page": 4, "year": 2019, "definition_id": 3},
    ],
)
def test_each_number_goes_to_its_place_in_whatever_order_they_are_given(
    app: Flask, values: dict[str, int]
) -> None:
    with app.test_request_context("/"):
        for more in (0, 1, 5):
            asked = {name: number + more for name, number in values.items()}
            made = url_for("yearly.show", **asked)  # type: ignore[arg-type]
            assert made == Flask.url_for(app, "yearly.show", **asked)  # type: ignore[arg-type]
            assert made.startswith(f"/rapports/{3 + more}/{2019 + more}")


def test_an_address_without_what_it_needs_is_refused(app: Flask) -> None:
    with app.test_request_context("/"), pytest.raises(BuildError):
        url_for("structures.show", contact_id=7)
    with app.app_context(), pytest.raises(RuntimeError):
        url_for("structures.show", structure_id=7)
