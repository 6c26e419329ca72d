"""Ten structures noted at once: names pasted, recognised or asked about, with their people."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.contacts.indexing import index_contact, index_structure
from crm.contacts.models import Affiliation, Contact, Structure
from crm.followups.models import AccompanimentSession
from crm.followups.name_lines import Line, read_line, read_lines, read_person_at, read_picked
from tests.factories.contacts import AffiliationFactory, ContactFactory, StructureFactory
from tests.factories.followups import reference
from tests.support.client import PageClient

NEW = "/seances/nouvelle"


def fields(text: str, **changes: Any) -> dict[str, Any]:
    values = {
        "submission_key": "a-key-of-the-form-000000",
        "structures_list": text,
        "held_on": "hier",
        "kind": str(reference("session_kind", "atelier").id),
    }
    return values | changes


@pytest.fixture
def ten(session: Session, app: object) -> list[Structure]:
    """Return ten structures that the search knows."""
    names = ["Alouette", "Bécasse", "Chouette", "Draine", "Étourneau", "Fauvette", "Grive",
             "Huppe", "Ibis", "Jaseur"]  # fmt: skip
    found = [StructureFactory(name=f"Association {name}") for name in names]
    for structure in found:
        index_structure(session, structure)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" ; \n ;", []),
        ("Lens", [Line("Lens", "Lens")]),
        ("Lens ; Arras\nLens", [Line("Lens", "Lens"), Line("Arras", "Arras")]),
        ("Lens: Ada Martin, Jo Petit", [
            Line("Lens: Ada Martin, Jo Petit", "Lens", ("Ada Martin", "Jo Petit"))]),
        ("Lens : Ada et Jo", [Line("Lens : Ada et Jo", "Lens", ("Ada", "Jo"))]),
        ("Les Amis de 12:30", [Line("Les Amis de 12:30", "Les Amis de 12:30")]),
        (": personne", []),
    ],
)  # fmt: skip
def test_names_are_read_a_line_or_a_semicolon_each(text: str, expected: list[Line]) -> None:
    assert read_lines(text) == expected


def test_the_values_of_answers_are_read_back() -> None:
    line = read_line("Lens : Ada Martin")
    assert read_picked("pick:commune:62498|Lens : Ada Martin") == ("commune:62498", line)
    assert read_person_at("chez:commune:62498|Ada Martin") == ("commune:62498", "Ada Martin")


def test_ten_names_make_one_session_with_ten_structures(
    officer: PageClient, session: Session, ten: list[Structure]
) -> None:
    text = "\n".join(structure.name.lower() for structure in ten)
    response = officer.submit(NEW, fields(text))
    assert response.status_code == 303, response.text
    assert session.scalar(select(func.count()).select_from(AccompanimentSession)) == 1
    page = officer.get("/seances/structures?du=2000-01-01&au=2999-12-31").text
    assert "10 structures accompagnées" in page
    assert "1 séance" in officer.get("/seances").text


def test_names_are_recognised_before_anything_is_saved(
    officer: PageClient, session: Session, ten: list[Structure]
) -> None:
    typed = fields("Alouette ; Inconnue du bataillon ; Zzyzx", avant="noms", notes="Un atelier")
    page = officer.submit(NEW, typed)
    assert page.status_code == 200
    assert f'value="{ten[0].id}" selected' in page.text
    assert 'value="new:Zzyzx" selected' in page.text
    assert "Un atelier" in page.text
    assert session.scalar(select(func.count()).select_from(AccompanimentSession)) == 0
    answers = [str(ten[0].id), "new:Zzyzx", "new:Inconnue du bataillon"]
    response = officer.submit(NEW, fields("", structures=answers, new_family="association"))
    assert response.status_code == 303


def test_what_several_fit_is_asked_until_it_is_answered(
    officer: PageClient, session: Session, ten: list[Structure]
) -> None:
    page = officer.submit(NEW, fields("association ; Zzyzx : Ada Martin"))
    assert page.status_code == 422
    assert "Il reste 2 noms" in page.text
    assert 'value="ask:association"' in page.text
    again = officer.submit(NEW, fields("", structures=["ask:association", str(ten[1].id)]))
    assert again.status_code == 422
    assert "Plusieurs structures" in again.text
    answered = [str(ten[2].id), "pick:new:Zzyzx|Zzyzx : Ada Martin"]
    response = officer.submit(NEW, fields("", structures=answered, new_family="association"))
    assert response.status_code == 303, response.text
    ada = session.scalars(select(Contact).where(Contact.last_name == "Martin")).one()
    place = session.scalars(
        select(Structure.name)
        .join(Affiliation, Affiliation.structure_id == Structure.id)
        .where(Affiliation.contact_id == ada.id)
    ).one()
    assert place == "Zzyzx"


def test_the_people_of_a_line_are_found_at_their_structure(
    officer: PageClient, session: Session, ten: list[Structure]
) -> None:
    here, elsewhere = (ContactFactory(first_name="Jo", last_name="Petit") for _ in range(2))
    AffiliationFactory(contact=here, structure=ten[0])
    AffiliationFactory(contact=elsewhere, structure=ten[1])
    for person in (here, elsewhere):
        index_contact(session, person)
    response = officer.submit(NEW, fields("Alouette : Jo Petit, Nouvelle Venue\nBécasse"))
    assert response.status_code == 303, response.text
    record = officer.get(response.location).text
    assert f"/contacts/{here.id}" in record
    assert f"/contacts/{elsewhere.id}" not in record
    assert "Nouvelle Venue" in record


def test_too_many_names_are_refused_and_none_is_lost(
    officer: PageClient, session: Session, ten: list[Structure]
) -> None:
    page = officer.submit(NEW, fields("\n".join(f"Zzyzx {number}" for number in range(32))))
    assert page.status_code == 422
    assert "30 structures au plus" in page.text
    assert "Zzyzx 30\nZzyzx 31</textarea>" in page.text
    assert 'value="new:Zzyzx 29" selected' in page.text
    people = ", ".join(f"Ada {number}" for number in range(62))
    page = officer.submit(NEW, fields(f"Alouette : {people}"))
    assert page.status_code == 422
    assert "60 personnes au plus" in page.text
    assert "Ada 61" in page.text


def test_a_draft_asks_its_questions_again(
    officer: PageClient, session: Session, ten: list[Structure]
) -> None:
    typed = fields("Bécasse", structures=["ask:association"])
    officer.submit(f"/brouillons?formulaire={NEW}", typed)
    page = officer.get(NEW).text
    assert "Pour" in page
    assert "Association Alouette" in page
    assert ">Bécasse</textarea>" in page.replace("\r\n", "")


def test_one_structure_sees_nothing_more(officer: PageClient) -> None:
    page = officer.get(NEW).text
    assert '<details class="several">' in page
    assert "structures-choix" not in page
