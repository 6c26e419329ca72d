"""The pages of people, their roles, and groups, as people use them."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.contacts.models import Affiliation, Contact
from crm.history.models import ChangeSet
from tests.factories.contacts import (
    AffiliationFactory,
    ContactFactory,
    GroupFactory,
    MembershipFactory,
    StructureFactory,
)
from tests.support.client import PageClient

TYPED = {"first_name": "Dominique", "last_name": "Exemple", "submission_key": "c1"}


def test_a_person_is_created_with_a_first_role(officer: PageClient, session: Session) -> None:
    structure = StructureFactory(name="Eau vive")
    sent = {**TYPED, "structure": str(structure.id), "role": "Maire", "is_elected": "y"}
    response = officer.submit("/contacts/nouveau", sent)
    assert response.status_code == 303
    page = officer.get(response.location).text
    assert "Eau vive" in page
    assert "Maire" in page
    assert officer.submit("/contacts/nouveau", sent).location == response.location
    assert session.scalar(select(func.count()).select_from(Contact)) == 1


def test_a_person_is_found_with_accents_and_a_slip(officer: PageClient) -> None:
    officer.submit("/contacts/nouveau", {**TYPED, "first_name": "Élise", "last_name": "Wattrelos"})
    for typed in ("éli", "ELISE watt", "watrelos", "wattrelos elise"):
        assert "Wattrelos" in officer.get("/contacts", query_string={"q": typed}).text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("last_name", "", "Ce champ est nécessaire"),
        ("last_name", "x" * 10_000, "100 caractères au plus"),
        ("email", "nobody", "adresse"),
        ("mobile", "12", "téléphone"),
        ("structure", "999999", "Choisissez une structure"),
        ("start_on", "31/02/2019", "calendrier"),
    ],
)
def test_a_wrong_input_is_said_and_writes_nothing(
    officer: PageClient, session: Session, field: str, value: str, sentence: str
) -> None:
    response = officer.submit("/contacts/nouveau", {**TYPED, "notes": "à garder", field: value})
    assert response.status_code == 422
    assert sentence in response.text
    assert "à garder" in response.text
    assert session.scalar(select(func.count()).select_from(Contact)) == 0


def test_the_second_editor_sees_both_versions(officer: PageClient, session: Session) -> None:
    contact = ContactFactory(last_name="Avant")
    url = f"/contacts/{contact.id}/modifier"
    officer.submit(url, {"last_name": "La leur", "version": "1"})
    response = officer.submit(url, {"last_name": "La mienne", "version": "1"})
    assert response.status_code == 409
    assert "La leur" in response.text
    assert "La mienne" in response.text


def test_a_phone_is_typed_again_as_it_is_shown(officer: PageClient, session: Session) -> None:
    typed = {**TYPED, "phone": "0320111111", "mobile": "+262 692 12 34 56"}
    shown = officer.submit("/contacts/nouveau", typed).location
    contact = session.scalars(select(Contact)).one()
    page = officer.get(f"{shown}/modifier").text
    assert 'value="03 20 11 11 11"' in page
    assert 'value="+262692123456"' in page
    changes = session.scalar(select(func.count(ChangeSet.id)))
    again = {**TYPED, "phone": "03 20 11 11 11", "mobile": "+262692123456", "version": "1"}
    assert officer.submit(f"{shown}/modifier", again).status_code == 303
    session.expire_all()
    assert (contact.phone, contact.mobile) == ("+33320111111", "+262692123456")
    assert session.scalar(select(func.count(ChangeSet.id))) == changes


def test_the_phone_of_both_versions_reads_as_on_the_record(officer: PageClient) -> None:
    shown = officer.submit("/contacts/nouveau", {**TYPED, "phone": "0320111111"}).location
    mine = {"last_name": "La mienne", "phone": "03 20 11 11 11", "version": "1"}
    officer.submit(f"{shown}/modifier", {**mine, "last_name": "La leur", "phone": "0320222222"})
    page = officer.submit(f"{shown}/modifier", mine).text.replace("\u00a0", " ")
    assert "03 20 11 11 11" in page
    assert "03 20 22 22 22" in page


def test_a_role_ends_and_the_past_stays(officer: PageClient, session: Session) -> None:
    affiliation = AffiliationFactory(role="Maire", start_on=date(2014, 4, 1))
    url = f"/fonctions/{affiliation.id}/modifier"
    sent = {"role": "Maire", "start_on": "01/04/2014", "end_on": "30/06/2020", "version": "1"}
    assert officer.submit(url, {**sent, "end_on": "01/01/2010"}).status_code == 422
    assert officer.submit(url, sent).status_code == 303
    page = officer.get(f"/structures/{affiliation.structure_id}").text
    assert "Auparavant (1)" in page
    assert "du 01/04/2014 au 30/06/2020" in page
    assert "Aucun contact pour l’instant" in page


def test_the_same_role_twice_at_once_is_refused(officer: PageClient, session: Session) -> None:
    affiliation = AffiliationFactory(role="Maire")
    response = officer.submit(
        f"/contacts/{affiliation.contact_id}/fonctions/nouvelle",
        {"structure": str(affiliation.structure_id), "role": "Maire", "submission_key": "a"},
    )
    assert response.status_code == 422
    assert "a déjà cette fonction" in response.text
    assert session.scalar(select(func.count()).select_from(Affiliation)) == 1


def test_the_list_is_narrowed_by_the_present_structure(
    officer: PageClient, session: Session
) -> None:
    there = AffiliationFactory(structure=StructureFactory(departement_code="62"))
    AffiliationFactory(structure=StructureFactory(departement_code="62"), end_on=date(2019, 1, 1))
    page = officer.get("/contacts?departement=62").text
    assert "1 contact" in page
    assert there.contact.last_name in page


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_people_are_exported(officer: PageClient, session: Session, extension: str) -> None:
    AffiliationFactory(contact=ContactFactory(last_name="=1+1"))
    response = officer.get(f"/contacts/export.{extension}")
    assert response.status_code == 200
    if extension == "csv":
        assert ";'=1+1;" in response.get_data().decode("utf-8-sig")


def test_a_group_counts_its_members_on_a_day(officer: PageClient, session: Session) -> None:
    group = GroupFactory(name="Groupe-pays Mali", launched_on=date(2017, 1, 1))
    MembershipFactory(group=group, start_on=date(2018, 1, 1), end_on=date(2018, 12, 31))
    MembershipFactory(group=group, start_on=date(2018, 6, 1))
    for day, count in (("2018-07-01", 2), ("31/12/2018", 2), ("2019-01-01", 1), ("2017-05-05", 0)):
        page = officer.get(f"/groupes/{group.id}", query_string={"au": day}).text
        words = {0: "Aucun membre", 1: "1 structure membre"}.get(
            count, f"{count} structures membres"
        )
        assert words in page, day
    assert "Groupe-pays Mali" in officer.get("/groupes?au=n'importe quoi").text
    assert officer.get(f"/groupes/{group.id}/membres.csv?au=2018-07-01").text.count("\r\n") == 3
