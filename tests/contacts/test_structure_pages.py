"""The pages of structures, as people use them."""

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from crm.contacts import operations
from crm.contacts.models import Structure
from crm.contacts.types import StructureData
from crm.territories.models import Commune, FormerCommune
from tests.factories.contacts import AffiliationFactory, StructureFactory
from tests.support.client import PageClient
from tests.support.queries import counted

FIELDS = {"name": "Les Amis du Sahel", "family_code": "association", "submission_key": "k1"}


def _indexed(session: Session, name: str, **fields: object) -> Structure:
    data = StructureData(name=name, family_code="association", **fields)  # type: ignore[arg-type]
    return operations.create_structure(session, data=data)


def test_an_empty_list_says_what_to_do(officer: PageClient) -> None:
    page = officer.get("/structures").text
    assert "Rien ici pour l’instant" in page
    assert "/structures/nouvelle" in page


def test_the_list_is_narrowed_by_the_url(officer: PageClient, session: Session) -> None:
    _indexed(session, "Eau pour tous", commune_code="62119", country_codes=("ML",))
    _indexed(session, "Soleil partagé", commune_code="80021", tag_labels=("énergie",))
    page = officer.get("/structures?departement=62").text
    assert "Eau pour tous" in page
    assert "Soleil partagé" not in page
    assert "Pas-de-Calais (62)" in page
    assert "Soleil partagé" in officer.get("/structures?commune=80021").text
    assert "Soleil partagé" not in officer.get("/structures?pays=ML").text
    assert "Eau pour tous" in officer.get("/structures?epci=200072460").text


def test_a_search_with_a_slip_says_what_it_shows(officer: PageClient, session: Session) -> None:
    _indexed(session, "Comité de jumelage")
    page = officer.get("/structures?q=jumlage").text
    assert "Comité de jumelage" in page
    assert "voici les résultats pour" in page


def test_filters_are_laid_open_on_request(officer: PageClient, session: Session) -> None:
    _indexed(session, "Eau pour tous", tag_labels=("eau",))
    assert 'name="famille"' not in officer.get("/structures").text
    page = officer.get("/structures?filtres=1").text
    for name in ("famille", "sous-type", "departement", "epci", "commune", "theme", "etiquette"):
        assert f'name="{name}"' in page


def test_a_structure_is_created_once_by_a_double_submit(
    officer: PageClient, session: Session
) -> None:
    first = officer.submit("/structures/nouvelle", FIELDS)
    second = officer.submit("/structures/nouvelle", FIELDS)
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert session.scalar(select(func.count()).select_from(Structure)) == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Ce champ est nécessaire"),
        ("name", "x" * 10_000, "200 caractères au plus"),
        ("family_code", "licorne", None),
        ("siren", "210200011", "il devrait être 0"),
        ("siret", "123", "14 chiffres"),
        ("rna", "595", "W suivi de 9 chiffres"),
        ("commune_code", "99999", "INSEE"),
        ("phone", "douze", "téléphone"),
        ("email", "pas une adresse", "adresse"),
        ("website", "javascript:alert(1)", "site"),
        ("listed_on", "31/02/2019", "calendrier"),
        ("theme_ids", "999999", None),
    ],
)
def test_a_wrong_input_is_said_beside_its_field_and_nothing_typed_is_lost(
    officer: PageClient, session: Session, field: str, value: str, sentence: str | None
) -> None:
    typed = {**FIELDS, "description": "Tout ce que j’ai écrit", field: value}
    response = officer.submit("/structures/nouvelle", typed)
    assert response.status_code == 422
    assert "Tout ce que j’ai écrit" in response.text
    if sentence:
        assert sentence in response.text
    assert session.scalar(select(func.count()).select_from(Structure)) == 0


def test_the_second_editor_sees_both_versions(officer: PageClient, session: Session) -> None:
    structure = _indexed(session, "Avant")
    url = f"/structures/{structure.id}/modifier"
    mine = {"name": "La mienne", "family_code": "association", "version": "1"}
    officer.submit(url, {**mine, "name": "La leur", "acronym": "LL"})
    response = officer.submit(url, mine)
    assert response.status_code == 409
    assert "La mienne" in response.text
    assert "La leur" in response.text
    chosen = {**mine, "version": "2", "choix-name": "mine", "choix-acronym": "theirs"}
    assert officer.submit(url, chosen).status_code == 303
    session.expire_all()
    found = session.get_one(Structure, structure.id)
    assert (found.name, found.acronym) == ("La mienne", "LL")


def test_a_phone_is_typed_again_as_it_is_shown(officer: PageClient, session: Session) -> None:
    structure = _indexed(session, "Eau pour tous", phone="+33320111111")
    url = f"/structures/{structure.id}/modifier"
    assert 'value="03 20 11 11 11"' in officer.get(url).text
    same = {"name": "Eau pour tous", "family_code": "association", "version": "1"}
    assert officer.submit(url, {**same, "phone": "03 20 11 11 11"}).status_code == 303
    session.expire_all()
    assert structure.version == 1
    assert structure.phone == "+33320111111"


def test_a_page_shows_identity_people_and_changes(officer: PageClient, session: Session) -> None:
    structure = _indexed(session, "Eau pour tous", commune_code="62119", siren="210200010")
    AffiliationFactory(structure=structure, role="Trésorière")
    page = officer.get(f"/structures/{structure.id}").text
    for words in ("Eau pour tous", "Béthune", "210200010", "Trésorière", "Structure : création"):
        assert words in page.replace("\u00a0", " ")


def test_a_commune_is_adopted_from_the_search(officer: PageClient, session: Session) -> None:
    page = officer.get("/recherche?q=béthune").text
    assert "commune:62119" in page
    response = officer.submit("/structures/adopter", {"value": "commune:62119"})
    assert response.status_code == 303
    assert "Béthune" in officer.get(response.location).text
    assert "commune:62119" not in officer.get("/recherche?q=béthune").text
    assert session.scalar(select(Structure.insee_code)) == "62119"


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_the_list_is_exported_as_narrowed(
    officer: PageClient, session: Session, extension: str
) -> None:
    _indexed(session, "Eau pour tous", commune_code="62119")
    _indexed(session, "Soleil partagé", commune_code="80021")
    response = officer.get(f"/structures/export.{extension}?departement=62")
    assert response.status_code == 200
    if extension == "csv":
        text = response.get_data().decode("utf-8-sig")
        assert "Eau pour tous" in text
        assert "Soleil" not in text


@pytest.mark.parametrize(
    "url", ["/structures", "/structures?q=exempl", "/structures?famille=association"]
)
def test_a_list_asks_no_more_queries_for_more_rows(
    officer: PageClient, session: Session, connection: Connection, url: str
) -> None:
    counts = []
    for size in (5, 40):
        for number in range(size):
            _indexed(session, f"Association exemplaire {number}")
        session.flush()
        with counted(connection) as queries:
            officer.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_page_asks_no_more_queries_for_more_people(
    officer: PageClient, session: Session, connection: Connection
) -> None:
    structure = StructureFactory()
    officer.get(f"/structures/{structure.id}")
    counts = []
    for size in (2, 30):
        for _ in range(size):
            AffiliationFactory(structure=structure)
        with counted(connection) as queries:
            officer.get(f"/structures/{structure.id}")
        counts.append(len(queries))
    assert counts[1] <= counts[0]


def test_a_missing_structure_is_a_page_that_helps(officer: PageClient) -> None:
    response = officer.get("/structures/999999")
    assert response.status_code == 404
    assert 'href="/"' in response.text


def test_an_export_holds_what_the_list_shows(officer: PageClient, session: Session) -> None:
    _indexed(session, "Comité de jumelage", commune_code="62119")
    _indexed(session, "Comité des fêtes", commune_code="80021")
    shown = officer.get("/structures/export.csv?departement=62&departement=59").text
    assert "Comité de jumelage" in shown
    assert "fêtes" not in shown
    assert "Comité de jumelage" in officer.get("/structures/export.csv?q=jumlage").text
    assert "Comité" not in officer.get("/structures/export.csv?q=jumelage&departement=80").text


def test_a_commune_and_its_epci_lead_to_one_another(officer: PageClient, session: Session) -> None:
    commune = operations.structures.adopt_commune(session, insee_code="62119")
    epci = operations.structures.adopt_epci(session, siren="200072460")
    assert f'href="/structures/{epci.id}"' in officer.get(f"/structures/{commune.id}").text
    page = officer.get(f"/structures/{epci.id}").text
    assert f'href="/structures/{commune.id}"' in page.partition('id="communes"')[2]


def test_a_commune_of_the_past_leads_to_the_present_one(
    officer: PageClient, session: Session
) -> None:
    former = session.scalars(select(FormerCommune).where(FormerCommune.name == "Faucoucourt")).one()
    present = session.get_one(Commune, former.current_insee_code).name
    found = officer.get("/territoires/communes?q=faucouc").text
    assert former.current_insee_code in found
    assert present in officer.get("/recherche?q=faucoucourt").text


def test_what_it_may_already_be_stands_before_the_form(
    officer: PageClient, session: Session
) -> None:
    _indexed(session, "Les Amis de Zagora")
    page = officer.submit("/structures/nouvelle", {**FIELDS, "name": "Amis de Zagora"})
    assert page.status_code == 422
    assert page.text.index("Créer quand même") < page.text.index('name="name"')
    assert page.text.count("Créer quand même") == 1
