"""While a structure or person is typed, what it may already be shows, with why."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from crm.contacts.models import Contact, Structure
from crm.contacts.operations import create_contact, create_structure
from crm.contacts.types import ContactData, StructureData
from crm.duplicates import matching
from crm.duplicates.matching import likely_contacts, likely_structures
from crm.duplicates.types import ContactCandidate, Reason, StructureCandidate
from tests.support.queries import counted

NEW_STRUCTURE = {"name": "Asso. Les amis du Benin", "family_code": "association"}


def _structure(session: Session, **values: object) -> Structure:
    data = StructureData(
        **{"name": "Association Les amis du Bénin", "family_code": "association"} | values
    )  # type: ignore[arg-type]
    made = create_structure(session, data=data)
    session.commit()
    return made


def _person(session: Session, **values: object) -> Contact:
    made = create_contact(
        session,
        data=ContactData(**{"first_name": "Jeanne", "last_name": "Dupond"} | values),  # type: ignore[arg-type]
    )
    session.commit()
    return made


def test_a_structure_being_typed_is_recognised_with_why(
    officer: FlaskClient, session: Session
) -> None:
    known = _structure(session, commune_code="62041")
    page = officer.submit("/structures/ressemblances", {**NEW_STRUCTURE, "commune_code": "62041"})
    assert f'href="/structures/{known.id}"' in page.text
    assert "Arras" in page.text
    assert "même commune" in page.text
    assert officer.submit("/structures/ressemblances", {"name": "Am"}).text.strip() == ""
    assert officer.submit("/structures/ressemblances", {"siren": "\x00x"}).status_code == 200


def test_without_scripts_it_is_asked_once_then_created(
    officer: FlaskClient, session: Session
) -> None:
    known = _structure(session, commune_code="62041")
    fields = {**NEW_STRUCTURE, "commune_code": "62041", "description": "Un puits à Parakou"}
    asked = officer.submit("/structures/nouvelle", fields)
    assert asked.status_code == 422
    assert "existe peut-être déjà" in asked.text
    assert "Un puits à Parakou" in asked.text
    created = officer.submit("/structures/nouvelle", {**fields, "vus": str(known.id)})
    assert created.status_code == 303
    assert session.scalar(select(func.count()).select_from(Structure)) == 2


def test_the_same_form_sent_twice_makes_one_record(officer: FlaskClient, session: Session) -> None:
    fields = {"last_name": "Delattre", "first_name": "Anne", "submission_key": "une-seule-fois"}
    first = officer.submit("/contacts/nouveau", fields)
    second = officer.submit("/contacts/nouveau", fields)
    assert first.headers["Location"] == second.headers["Location"]
    assert session.scalar(select(func.count()).select_from(Contact)) == 1


def test_a_person_being_typed_is_recognised_by_sound_and_address(
    officer: FlaskClient, session: Session
) -> None:
    known = _person(session, email="jeanne.dupond@orange.fr")
    page = officer.submit(
        "/contacts/ressemblances",
        {"last_name": "DUPONT", "first_name": "J.", "email": "Jeanne.Dupond@orange.fr"},
    )
    assert f'href="/contacts/{known.id}"' in page.text
    assert "même courriel" in page.text


def test_a_shared_or_generic_address_proves_nothing(session: Session) -> None:
    _person(session, email="mairie@lens.fr")
    for number, name in enumerate(("Leroy", "Caron", "Masson", "Tison")):
        _person(session, first_name="Luc", last_name=name, email="maison@asso.fr")
        assert number < 4
    typed = [
        ContactCandidate("Wattrelos", "Zoé", "mairie@lens.fr"),
        ContactCandidate("Leroy", "Luc", "maison@asso.fr"),
        ContactCandidate("Bernard", "Ève", "maison@asso.fr"),
    ]
    nobody, homonym, other = likely_contacts(session, typed)
    assert (nobody, other) == ([], [])
    assert Reason.SHARED_EMAIL in homonym[0].reasons
    assert homonym[0].score < 0.75


def test_a_father_and_his_son_are_two(session: Session) -> None:
    _person(session, first_name="Michel", last_name="Caron", mobile="+33611223344")
    typed = ContactCandidate("Caron", "Michèle", phones=("+33611223344",))
    assert likely_contacts(session, [typed]) == [[]]


def test_an_acronym_and_a_saint_and_a_siren_are_recognised(session: Session) -> None:
    saint = _structure(session, name="Comité de jumelage de Saint-Omer", commune_code="62765")
    siren = _structure(session, name="Maison du Mali", siren="732829320")
    typed = [
        StructureCandidate("Cté jumelage ST OMER", commune_code="62765"),
        StructureCandidate("CJSO", commune_code="62765"),
        StructureCandidate("La maison du Mali", siren="732829320"),
        StructureCandidate("Tout autre chose", siren="732829320"),
    ]
    first, acronym, number, service = likely_structures(session, typed)
    assert (first[0].record_id, acronym[0].record_id) == (saint.id, saint.id)
    assert Reason.ACRONYM in acronym[0].reasons
    assert (number[0].record_id, number[0].score > 0.95) == (siren.id, True)
    assert service[0].score < 0.75


def test_many_candidates_ask_as_much_as_one(session: Session, connection: Connection) -> None:
    _person(session)
    with counted(connection) as few:
        likely_contacts(session, [ContactCandidate("Dupont", "Jeanne")])
    many_typed = [ContactCandidate(f"Dupont{chr(97 + n % 26)}", "Jeanne") for n in range(300)]
    with counted(connection) as many:
        found = likely_contacts(session, many_typed)
    assert len(many) == len(few)
    assert len(found) == len(many_typed)


def test_what_is_compared_in_parts_is_what_is_compared_at_once(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Leroy", "Leroi", "Leroys", "Caron"):
        _person(session, first_name="Luc", last_name=name)
    typed = [ContactCandidate(name, "Luc") for name in ("Leroy", "Caron", "Tison", "Leroi")]
    at_once = likely_contacts(session, typed)
    assert [bool(group) for group in at_once] == [True, True, False, True]
    for most in (1, 2, 3):
        monkeypatch.setattr(matching, "_MOST_HELD", most)
        assert likely_contacts(session, typed) == at_once
