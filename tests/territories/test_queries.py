"""Finding communes, and the answers of the pickers."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core.text import sort_key
from crm.territories.models import Commune
from crm.territories.queries import (
    countries,
    departements_covered,
    epci_choices,
    find_commune,
    search_communes,
)


def _labels(session: Session, text: str, limit: int = 10) -> list[str]:
    return [found.label for found in search_communes(session, text, limit)]


def test_a_present_code_is_found(session: Session) -> None:
    commune = find_commune(session, "62119")
    assert commune is not None
    assert commune.name == "Béthune"


@pytest.mark.parametrize(("former", "present"), [("02311", "02589"), ("02077", "02564")])
def test_a_former_code_is_followed(session: Session, former: str, present: str) -> None:
    commune = find_commune(session, former)
    assert commune is not None
    assert commune.insee_code == present


def test_an_unknown_code_is_nobody(session: Session) -> None:
    assert find_commune(session, "99999") is None
    assert find_commune(session, "") is None


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Béthune", "Béthune (62)"),
        ("BETHUNE", "Béthune (62)"),
        ("lill", "Lille (59)"),
        ("Y", "Y (80)"),
        ("St Omer", "Saint-Omer (62)"),
        ("st-omer", "Saint-Omer (62)"),
        ("oeuilly", "Œuilly (02)"),
        ("Œuilly", "Œuilly (02)"),
        ("annoeull", "Annœullin (59)"),
        ("villeneuve d'ascq", "Villeneuve-d’Ascq (59)"),
        ("ascq", "Villeneuve-d’Ascq (59)"),
        ("62119", "Béthune (62)"),
        ("59000", "Lille (59)"),
        ("02311", "Pargny-et-Filain (02)"),
    ],
)
def test_communes_are_found_as_people_type_them(session: Session, typed: str, first: str) -> None:
    assert _labels(session, typed)[0] == first


def test_a_postcode_gives_all_its_communes(session: Session) -> None:
    found = search_communes(session, "80140", limit=60)
    assert len([one for one in found if "80140" in one.detail]) == 40
    assert [one.insee_code for one in found if "80140" not in one.detail] == ["80140"]


@pytest.mark.parametrize("typed", ["", "  ", "%", "_", "'", "xyzzy"])
def test_nothing_is_found_for_nothing(session: Session, typed: str) -> None:
    assert _labels(session, typed) == []


def test_shared_names_are_told_apart(session: Session) -> None:
    assert _labels(session, "saint aubin")[:3] == [
        "Saint-Aubin (Aisne, 02300)",
        "Saint-Aubin (Nord, 59440)",
        "Saint-Aubin (Pas-de-Calais, 62170)",
    ]


def test_no_two_communes_have_the_same_label(session: Session) -> None:
    names = set(session.scalars(select(Commune.name).where(Commune.is_homonym)))
    found = [one for name in sorted(names) for one in search_communes(session, name, limit=60)]
    codes = {one.insee_code for one in found}
    assert len({one.label for one in found}) == len(codes)


def test_the_detail_says_where(session: Session) -> None:
    (found,) = search_communes(session, "béthune", limit=1)
    assert found.detail == "Pas-de-Calais · CA de Béthune-Bruay, Artois-Lys Romane · 62400"


def test_choices_are_in_the_order_of_names(session: Session) -> None:
    assert [each.code for each in departements_covered(session)] == ["02", "59", "60", "62", "80"]
    epci = epci_choices(session)
    assert len(epci) == 92
    assert epci[0] == ("248000531", "CA Amiens Métropole (80)")
    named = [each.sort_name for each in countries(session)]
    assert named == sorted(named)
    assert named[0] == sort_key("Afghanistan")


def test_the_picker_answers_with_value_text_and_detail(officer: FlaskClient) -> None:
    answer = officer.get("/territoires/communes?q=b%C3%A9thune")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json[0] == {
        "value": "62119",
        "text": "Béthune (62)",
        "detail": "Pas-de-Calais · CA de Béthune-Bruay, Artois-Lys Romane · 62400",
    }


def test_the_picker_answers_with_twenty_at_most(officer: FlaskClient) -> None:
    assert len(officer.get("/territoires/communes?q=80").json or []) == 20
    assert officer.get("/territoires/communes").json == []


def test_the_picker_of_countries(officer: FlaskClient) -> None:
    found = officer.get("/territoires/pays?q=beni").json
    assert found == [{"value": "BJ", "text": "Bénin", "detail": "BJ"}]


def test_a_stranger_gets_no_answer(client: FlaskClient) -> None:
    assert client.get("/territoires/communes?q=lille").status_code in {302, 303}
