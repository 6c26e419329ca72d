import pytest
from flask.testing import FlaskClient


def test_the_picker_answers_with_value_text_and_detail(officer: FlaskClient) -> None:
    answer = officer.get("/territoires/communes?q=b%C3%A9thune")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json[0] == {
        "value": "62119",
        "text": "Béthune (62)",
        "detail": "Pas-de-Calais · CA de Béthune-Bruay, Artois-Lys Romane · 62400",
    }


def test_shared_names_are_told_apart_by_departement_and_postcode(officer: FlaskClient) -> None:
    found = officer.get("/territoires/communes?q=saint+aubin").json or []
    assert [each["text"] for each in found[:3]] == [
        "Saint-Aubin (Aisne, 02300)",
        "Saint-Aubin (Nord, 59440)",
        "Saint-Aubin (Pas-de-Calais, 62170)",
    ]


def test_the_picker_answers_with_twenty_at_most(officer: FlaskClient) -> None:
    assert len(officer.get("/territoires/communes?q=80").json or []) == 20
    assert officer.get("/territoires/communes").json == []


def test_the_picker_of_countries(officer: FlaskClient) -> None:
    found = officer.get("/territoires/pays?q=beni").json
    assert found == [{"value": "BJ", "text": "Bénin", "detail": "BJ"}]


@pytest.mark.parametrize("path", ["/territoires/communes?q=lille", "/territoires/pays?q=b"])
def test_a_stranger_gets_no_answer(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in {302, 303}
    assert "/territoires" not in answer.headers["Location"].partition("?")[0]
