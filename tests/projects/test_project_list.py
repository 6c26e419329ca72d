"""The list of projects: what narrows it, its exports, its figure."""

from datetime import date

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.projects.indicators import count_projects_listed_on
from crm.territories.models import Country
from tests.factories.contacts import StructureFactory
from tests.factories.followups import reference
from tests.factories.projects import ProjectFactory, ProjectPartnerFactory
from tests.support.client import PageClient
from tests.support.queries import counted


@pytest.fixture
def projects(session: Session) -> dict[str, int]:
    """Make three projects that each filter tells apart."""
    mali = session.get_one(Country, "ML")
    arras = StructureFactory(name="Ville d’Arras", collectivite=True, departement_code="62")
    sahel = StructureFactory(name="Association Sahel", departement_code="59")
    puits = ProjectFactory(
        name="Puits de Kayes", lead_structure=sahel, countries=[mali], places_abroad="Région Kayes",
        places_key="region kayes",
        themes=[reference("theme", "sante")], start_on=date(2018, 1, 1), end_on=date(2019, 6, 30),
        status="termine", budget_cents=0, listed_on=date(2018, 2, 1),
    )  # fmt: skip
    festival = ProjectFactory(
        name="Festival", lead_structure=arras, is_pooled=True, start_on=date(2020, 1, 1),
        sdgs=[reference("sdg", "1_pas_de_pauvrete")], budget_cents=1_250_050,
    )  # fmt: skip
    idee = ProjectFactory(name="=1+1", lead_structure=sahel, status="idee", is_publishable=True)
    ProjectPartnerFactory(project_id=festival.id, structure=sahel, role="accueil")
    ProjectFactory(name="À la corbeille", deleted_at=clock.now())
    return {
        "puits": puits.id, "festival": festival.id, "idee": idee.id,
        "arras": arras.id, "sahel": sahel.id,
        "sante": reference("theme", "sante").id, "sdg": reference("sdg", "1_pas_de_pauvrete").id,
    }  # fmt: skip


ALL = {"puits", "festival", "idee"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ALL),
        ("statut=termine", {"puits"}),
        ("statut=termine&statut=idee", {"puits", "idee"}),
        ("theme={sante}", {"puits"}),
        ("odd={sdg}", {"festival"}),
        ("pays=ML", {"puits"}),
        ("famille=collectivite", {"festival"}),
        ("departement=59", {"puits", "idee"}),
        ("mutualise=oui", {"festival"}),
        ("mutualise=non", {"puits", "idee"}),
        ("mutualise=zzz", set()),
        ("publiable=oui", {"idee"}),
        ("structure={sahel}", ALL),
        ("structure={arras}", {"festival"}),
        ("structure={sahel}&role=accueil", {"festival"}),
        ("structure={sahel}&role=chef_de_file", {"puits", "idee"}),
        ("role=accueil", {"festival"}),
        ("role=chef_de_file", ALL),
        ("role=ami", set()),
        ("structure=99999999999", set()),
        ("du=2019-07-01", {"festival", "idee"}),
        ("au=2019-07-01", {"puits"}),
        ("du=2018-05-01&au=2018-12-31", {"puits"}),
        ("du=pas une date", set()),
        ("q=kayes puits", {"puits"}),
        ("q=SAHEL", ALL),
        ("q=région", {"puits"}),
        ("q=arras", {"festival"}),
        ("q=%25", ALL),
        ("tri=-budget&filtres=1", ALL),
        ("tri=debut&apres=zzz", ALL),
        ("tri=chef-de-file", ALL),
    ],
)
def test_the_url_narrows_the_list(
    officer: PageClient, projects: dict[str, int], query: str, expected: set[str]
) -> None:
    page = officer.get(f"/projets?{query.format(**projects)}").text
    assert {name for name in ALL if f'href="/projets/{projects[name]}"' in page} == expected
    assert "À la corbeille" not in page


def test_an_empty_list_offers_to_create_the_first(officer: PageClient) -> None:
    page = officer.get("/projets").text
    assert "Créer le premier projet" in page


def test_the_list_is_exported_as_narrowed(officer: PageClient, projects: dict[str, int]) -> None:
    text = officer.get("/projets/export.csv?tri=nom").data.decode("utf-8-sig")
    lines = text.split("\r\n")
    assert len(lines) == 5
    assert lines[0].startswith("Nom;Statut;Chef de file;Famille du chef de file;Département")
    assert "'=1+1;Idée;Association Sahel;" in text
    assert "Festival;En cours;Ville d’Arras;" in text
    assert '"Association Sahel (accueil)"' in text or "Association Sahel (accueil)" in text
    assert "12500,5;oui;non" in text
    assert "Région Kayes;Santé" in text
    narrowed = officer.get("/projets/export.csv?pays=ML").data.decode("utf-8-sig")
    assert narrowed.count("\r\n") == 2
    assert officer.get("/projets/export.xlsx").status_code == 200


def test_a_page_is_followed_by_the_next_in_each_order(
    officer: PageClient, session: Session
) -> None:
    lead = StructureFactory()
    for rank in range(60):
        start = date(2015, 1, 1) if rank % 3 else None
        ProjectFactory(lead_structure=lead, start_on=start, budget_cents=rank or None)
    for order in ("nom", "-debut", "debut", "-budget", "chef-de-file", "-recent"):
        page = officer.get(f"/projets?tri={order}").text
        following = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        seen = {part.split('"')[0] for text in (page, officer.get(following).text)
                for part in text.split('<th scope="row"><a href="')[1:]}  # fmt: skip
        assert len(seen) == 60, order


def test_the_figure_counts_what_is_listed(session: Session, projects: dict[str, int]) -> None:
    assert count_projects_listed_on(session, date(2018, 1, 31)) == 0
    assert count_projects_listed_on(session, date(2018, 12, 31)) == 1


def test_the_number_of_queries_does_not_grow(
    officer: PageClient, session: Session, connection: Connection
) -> None:
    project, structure = ProjectFactory(), StructureFactory()
    mali = session.scalars(select(Country).where(Country.code == "ML")).one()

    def sizes(count: int) -> list[int]:
        for _ in range(count):
            other = ProjectFactory(countries=[mali], themes=[reference("theme", "sante")])
            ProjectPartnerFactory(project_id=project.id)
            ProjectPartnerFactory(project_id=other.id, structure=structure)
        found = []
        for url in (
            "/projets", f"/projets/{project.id}", f"/structures/{structure.id}",
            "/projets/export.csv", f"/projets/{project.id}/modifier",
        ):  # fmt: skip
            with counted(connection) as statements:
                assert officer.get(url).status_code == 200
            found.append(len(statements))
        return found

    sizes(1)
    before = sizes(10)
    # The history shows the latest changes only: their kinds, so their lookups, may become fewer.
    assert all(after <= at_first for after, at_first in zip(sizes(35), before, strict=True))
    assert max(before) <= 30
