"""What hangs on a structure or a person: addresses, numbers, fees, partners, seats."""

import html
import re
from typing import Any

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from crm.contacts.models import Contact, ContactPoint, NetworkMembership, Partnership, Structure
from crm.core import clock
from crm.history.models import ChangeSet
from tests.factories.contacts import ContactFactory, StructureFactory
from tests.support.client import PageClient
from tests.support.queries import counted

FEE = {"year": "2019", "fee": "150 €", "is_paid": "y", "paid_on": "12/03/2019"}


def _url(structure: Structure, kind: str) -> str:
    return f"/structures/{structure.id}/{kind}/nouvelle"


def test_a_phone_is_kept_as_e164_and_shown_in_pairs(officer: PageClient, session: Session) -> None:
    structure = StructureFactory()
    sent = {"medium": "telephone", "value": "03.20.12.34.56", "label": "Standard"}
    assert officer.submit(_url(structure, "coordonnees"), sent).status_code == 303
    assert session.scalars(select(ContactPoint.value)).one() == "+33320123456"
    page = officer.get(f"/structures/{structure.id}").text.replace("\u00a0", " ")
    assert "03 20 12 34 56" in page
    assert "Standard" in page


def test_a_phone_is_typed_again_as_it_is_shown(officer: PageClient, session: Session) -> None:
    structure = StructureFactory()
    officer.submit(_url(structure, "coordonnees"), {"medium": "telephone", "value": "0320123456"})
    point = session.scalars(select(ContactPoint)).one()
    url = f"/structures/{structure.id}/coordonnees/{point.id}/modifier"
    assert 'value="03 20 12 34 56"' in officer.get(url).text
    changes = session.scalars(select(func.count(ChangeSet.id))).one()
    same = {"medium": "telephone", "value": "03 20 12 34 56", "version": str(point.version)}
    assert officer.submit(url, same).status_code == 303
    session.expire_all()
    assert point.value == "+33320123456"
    assert session.scalars(select(func.count(ChangeSet.id))).one() == changes


def test_an_address_shared_by_other_structures_says_so(
    officer: PageClient, session: Session
) -> None:
    first, second = StructureFactory(), StructureFactory()
    sent = {"medium": "courriel", "value": " Mairie@Commune.example ", "nature": "partagee"}
    for each in (first, second):
        assert officer.submit(_url(each, "coordonnees"), sent).status_code == 303
    page = officer.get(f"/structures/{first.id}").text
    assert "aussi pour 1 autre(s) structure(s)" in page
    assert "Partagée par plusieurs structures" in page


def test_a_membership_of_a_year_has_its_fee_and_its_voter(
    officer: PageClient, session: Session
) -> None:
    structure, voter = StructureFactory(), ContactFactory(last_name="Votante")
    sent = {**FEE, "voting_contact": str(voter.id)}
    assert officer.submit(_url(structure, "adhesions"), sent).status_code == 303
    kept = session.scalars(select(NetworkMembership)).one()
    assert (kept.year, kept.fee_cents, kept.is_paid) == (2019, 15_000, True)
    page = officer.get(f"/structures/{structure.id}").text.replace("\u00a0", " ")
    assert "150,00 €" in page
    assert "Votante" in page
    twice = officer.submit(_url(structure, "adhesions"), FEE)
    assert twice.status_code == 422
    assert "déjà notée" in twice.text


def test_a_partner_abroad_is_created_on_the_spot(officer: PageClient, session: Session) -> None:
    structure = StructureFactory(name="Ville d’ici")
    sent = {"partner": "new:Commune de Bohicon", "about": "Eau"}
    assert officer.submit(_url(structure, "partenaires"), sent).status_code == 303
    partner = session.scalars(select(Structure).where(Structure.name == "Commune de Bohicon")).one()
    assert partner.family_code == "etranger"
    assert "Commune de Bohicon" in officer.get(f"/structures/{structure.id}").text
    assert "Ville d’ici" in officer.get(f"/structures/{partner.id}").text


@pytest.mark.parametrize(
    ("kind", "sent", "sentence"),
    [
        ("coordonnees", {"medium": "telephone", "value": "douze"}, "téléphone"),
        ("coordonnees", {"medium": "courriel", "value": "pas une adresse"}, "Exemple"),
        ("coordonnees", {"medium": "lien", "value": "javascript:alert(1)"}, "site"),
        ("coordonnees", {"medium": "pigeon", "value": "x"}, "Choisissez"),
        ("coordonnees", {"medium": "courriel", "value": ""}, "nécessaire"),
        ("adresses", {"label": "Antenne"}, "au moins une rue"),
        ("adresses", {"label": "Antenne", "postcode": "123"}, "5 chiffres"),
        ("adresses", {"label": "Antenne", "commune_code": "99999"}, "INSEE"),
        ("adhesions", {**FEE, "year": "19"}, "quatre chiffres"),
        ("adhesions", {**FEE, "year": "1789"}, "va de 1980"),
        ("adhesions", {**FEE, "fee": "beaucoup"}, "Montant non compris"),
        ("adhesions", {**FEE, "fee": "-5"}, "négatif"),
        ("adhesions", {"year": "2019", "paid_on": "12/03/2019"}, "réglée"),
        ("adhesions", {**FEE, "voting_contact": "999999"}, "n’existe pas"),
        ("partenaires", {"partner": "999999"}, "Choisissez une structure"),
        ("partenaires", {"partner": "", "start_on": "2020-01-02"}, "Choisissez une structure"),
        ("sieges", {"role": ""}, "nécessaire"),
        ("sieges", {"role": "Maire", "opened_on": "2020-01-02", "closed_on": "2019-01-02"}, "fin"),
    ],
)
def test_a_wrong_input_is_said_and_nothing_is_lost(
    officer: PageClient, kind: str, sent: dict[str, Any], sentence: str
) -> None:
    answer = officer.submit(_url(StructureFactory(), kind), {**sent, "label": "Ma précision"})
    assert answer.status_code == 422
    assert sentence in answer.text
    if kind in {"coordonnees", "adresses"}:
        assert "Ma précision" in answer.text


def test_a_structure_is_not_its_own_partner(officer: PageClient) -> None:
    structure = StructureFactory()
    answer = officer.submit(_url(structure, "partenaires"), {"partner": str(structure.id)})
    assert answer.status_code == 422


def test_the_same_form_sent_twice_adds_once(officer: PageClient, session: Session) -> None:
    structure = StructureFactory()
    sent = {"medium": "courriel", "value": "a@b.example", "submission_key": "twice-1"}
    for _ in range(2):
        assert officer.submit(_url(structure, "coordonnees"), sent).status_code == 303
    assert session.scalar(select(func.count()).select_from(ContactPoint)) == 1


def test_the_second_editor_sees_both_versions(officer: PageClient, session: Session) -> None:
    structure = StructureFactory()
    officer.submit(_url(structure, "coordonnees"), {"medium": "courriel", "value": "a@b.example"})
    record_id = session.scalars(select(ContactPoint.id)).one()
    url = f"/structures/{structure.id}/coordonnees/{record_id}/modifier"
    sent = {"medium": "courriel", "value": "leur@b.example", "version": "1"}
    assert officer.submit(url, sent).status_code == 303
    answer = officer.submit(url, {**sent, "value": "mien@b.example"})
    assert answer.status_code == 409
    assert "leur@b.example" in answer.text
    assert "mien@b.example" in answer.text


def test_what_is_taken_away_comes_back_by_the_message(
    officer: PageClient, session: Session
) -> None:
    structure = StructureFactory()
    officer.submit(_url(structure, "partenaires"), {"partner": "new:Ailleurs"})
    record_id = session.scalars(select(Partnership.id)).one()
    url = f"/structures/{structure.id}/partenaires/{record_id}"
    officer.submit(f"{url}/retirer", {})
    assert session.scalar(select(func.count()).select_from(Partnership)) == 0
    page = officer.get(f"/structures/{structure.id}").text
    undo = page.partition('action="/historique/')[2].partition('"')[0]
    assert officer.submit(f"/historique/{undo}", {}).status_code == 303
    assert session.scalars(select(Partnership.id)).one() == record_id


def test_a_record_of_another_owner_is_not_found(officer: PageClient, session: Session) -> None:
    mine, other = StructureFactory(), StructureFactory()
    officer.submit(_url(mine, "coordonnees"), {"medium": "courriel", "value": "a@b.example"})
    record_id = session.scalars(select(ContactPoint.id)).one()
    for url in (
        f"/structures/{other.id}/coordonnees/{record_id}/modifier",
        f"/contacts/{mine.id}/coordonnees/{record_id}/modifier",
        f"/structures/{mine.id}/licornes/{record_id}/modifier",
    ):
        assert officer.get(url).status_code == 404
    assert officer.submit(
        f"/structures/{other.id}/coordonnees/{record_id}/retirer", {}
    ).status_code == 404  # fmt: skip


def test_a_person_has_several_addresses(officer: PageClient) -> None:
    contact = ContactFactory()
    url = f"/contacts/{contact.id}/coordonnees/nouvelle"
    for value in ("un@b.example", "deux@b.example"):
        assert officer.submit(url, {"medium": "courriel", "value": value}).status_code == 303
    page = officer.get(f"/contacts/{contact.id}").text
    assert "un@b.example" in page
    assert "deux@b.example" in page


def test_a_page_asks_as_much_whatever_hangs_on_the_structure(
    officer: PageClient, session: Session, connection: Connection
) -> None:
    structure = StructureFactory()
    page = f"/structures/{structure.id}"

    def add(count: int) -> None:
        for number in range(count):
            session.add(
                ContactPoint(
                    structure_id=structure.id, medium="courriel",
                    value=f"{number}-{count}@b.example", value_key=f"{number}-{count}@b.example",
                )
            )  # fmt: skip
            StructureFactory(parent_id=structure.id)
        session.flush()

    add(25)
    officer.get(page)
    with counted(connection) as few:
        officer.get(page)
    add(40)
    with counted(connection) as many:
        officer.get(page)
    assert len(many) == len(few)


def test_a_parent_cannot_depend_on_its_child(officer: PageClient, session: Session) -> None:
    university = StructureFactory(name="Université", family_code="universitaire")
    faculty = StructureFactory(name="Faculté", parent_id=university.id)
    master = StructureFactory(name="Master", parent_id=faculty.id)
    sent = {"name": "Université", "family_code": "universitaire", "version": "1"}
    for parent in (university, master):
        url = f"/structures/{university.id}/modifier"
        answer = officer.submit(url, {**sent, "parent": str(parent.id)})
        assert answer.status_code == 422
        assert "dépendre d’elle-même" in answer.text
    assert "Faculté" in officer.get(f"/structures/{university.id}").text


def test_a_siret_of_another_structure_leads_to_it(officer: PageClient) -> None:
    other = StructureFactory(name="La première", siret="21020001000010")
    sent = {"name": "La seconde", "family_code": "association", "siret": "21020001000010"}
    answer = officer.submit("/structures/nouvelle", sent)
    assert answer.status_code == 422
    assert "La première" in answer.text
    assert f'href="/structures/{other.id}"' in answer.text


@pytest.mark.parametrize(
    ("dates", "badge"),
    [
        ({}, "Prospect"),
        ({"listed_on": "2019-01-02"}, None),
        ({"listed_on": "2019-01-02", "dormant_on": "2020-01-02"}, "Dormante"),
        ({"listed_on": "2019-01-02", "closed_on": "2021-01-02"}, "Fermée"),
    ],
)
def test_where_a_structure_stands_comes_from_its_dates(
    officer: PageClient, session: Session, dates: dict[str, str], badge: str | None
) -> None:
    sent = {"name": "Eau pour tous", "family_code": "association", **dates}
    location = officer.submit("/structures/nouvelle", sent).location
    lead = officer.get(location).text.partition('class="page-lead"')[2].partition("</div>")[0]
    for label in ("Prospect", "Dormante", "Fermée"):
        assert (label in lead) == (label == badge)


def test_a_record_is_verified_in_one_click(officer: PageClient, session: Session) -> None:
    structure = StructureFactory()
    assert officer.submit(f"/structures/{structure.id}/verifier", {}).status_code == 303
    session.expire_all()
    assert session.get_one(Structure, structure.id).verified_on is not None


def test_a_person_is_verified_in_one_click_with_a_way_back(
    officer: PageClient, session: Session
) -> None:
    contact = ContactFactory()
    answer = officer.submit(f"/contacts/{contact.id}/verifier", {})
    session.expire_all()
    assert session.get_one(Contact, contact.id).verified_on == clock.today()
    page = officer.get(answer.location).text
    assert "Fiche vérifiée le" in page
    undo = re.search(r'action="(/historique/\d+/annuler[^"]*)"', page)
    assert undo is not None
    # Once more the same day changes nothing, and has nothing to take back.
    again = officer.submit(f"/contacts/{contact.id}/verifier", {})
    assert "/annuler" not in officer.get(again.location).text.partition("</main>")[0]
    officer.submit(html.unescape(undo[1]), {})
    session.expire_all()
    assert session.get_one(Contact, contact.id).verified_on is None
    assert officer.submit("/contacts/999999/verifier", {}).status_code == 404
