"""The form and the page of a project, as people use them."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.accounts.models import Draft
from crm.contacts.models import Structure
from crm.core import clock
from crm.projects.models import Project, ProjectPartner
from tests.factories.contacts import StructureFactory
from tests.factories.followups import reference
from tests.factories.projects import ProjectFactory, ProjectPartnerFactory
from tests.support.client import PageClient


def _count(session: Session, model: type = Project) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(model)) or 0


def _roles(session: Session) -> set[tuple[int, str]]:
    rows = session.execute(select(ProjectPartner.structure_id, ProjectPartner.role))
    return set(rows.tuples())


@pytest.fixture
def typed(session: Session) -> dict[str, object]:
    """Return a whole form, with two structures that exist."""
    lead, partner = StructureFactory(name="Eau vive"), StructureFactory(name="Ville de Kayes")
    return {
        "name": "Adduction d’eau à Kayes",
        "lead": str(lead.id),
        "partenaire": [str(partner.id)],
        "accueil": [str(partner.id)],
        "status": "en_cours",
        "summary": "Trois forages",
        "themes": [str(reference("theme", "sante").id)],
        "sdgs": [str(reference("sdg", "1_pas_de_pauvrete").id)],
        "countries": ["ML", "SN"],
        "places_abroad": "Région de Kayes, Matam",
        "start_on": "01/01/2019",
        "end_on": "",
        "budget": "25 k€",
        "is_pooled": "y",
        "submission_key": "projet-1",
    }


def test_a_whole_project_is_created_once_by_a_double_submit(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    first = officer.submit("/projets/nouveau", typed)
    assert first.status_code == 303
    assert officer.submit("/projets/nouveau", typed).location == first.location
    project = session.scalars(select(Project)).one()
    assert project.budget_cents == 2_500_000
    assert (project.is_pooled, project.is_publishable) == (True, False)
    partner_id = int(typed["partenaire"][0])  # type: ignore[index]
    assert _roles(session) == {(partner_id, "partenaire"), (partner_id, "accueil")}
    page = officer.get(first.location).text
    for words in (
        "Eau vive", "Ville de Kayes", "Partenaire", "Accueil", "mutualisé", "Mali", "Sénégal",
        "Région de Kayes, Matam", "25\u202f000", "1 Pas de pauvreté", "Trois forages",
        "Participation à un projet\u00a0: création",
    ):  # fmt: skip
        assert words in page
    partner = officer.get(f"/structures/{partner_id}").text
    assert "partenaire, accueil" in partner
    assert f"/projets/nouveau?structure={partner_id}" in partner


def test_it_opens_led_by_the_structure_of_the_address(
    officer: PageClient, session: Session
) -> None:
    structure = StructureFactory(name="Eau vive")
    page = officer.get(f"/projets/nouveau?structure={structure.id}").text
    assert f'<option value="{structure.id}" selected>Eau vive</option>' in page
    for forged in ("abc", "9" * 30, "new:x"):
        assert officer.get(f"/projets/nouveau?structure={forged}").status_code == 200


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Ce champ est nécessaire"),
        ({"name": "x" * 10_000}, "200 caractères au plus"),
        ({"lead": ""}, "Dites qui est chef de file"),
        ({"lead": "999999"}, "Choisissez une structure dans la liste"),
        ({"partenaire": ["abc"]}, "Choisissez une structure dans la liste"),
        ({"partenaire": ["9" * 30]}, "Ce choix n’existe pas"),
        ({"envoi": ["new:a\x00b"], "new_family": "association"}, "Ce choix n’existe pas"),
        ({"countries": ["\x00"]}, "Un de ces pays"),
        ({"operateur": ["epci:000"]}, "SIREN"),
        ({"relais": ["new:Nouvelle"]}, "Choisissez la famille de"),
        ({"status": "presque"}, "Choisissez un statut"),
        ({"themes": ["999999"]}, "Un de ces thèmes"),
        ({"themes": ["abc"]}, "Un de ces thèmes"),
        ({"sdgs": ["999999"]}, "Un de ces objectifs"),
        ({"countries": ["ZZ"]}, "Un de ces pays"),
        ({"countries": ["' OR 1=1"]}, "Un de ces pays"),
        ({"budget": "beaucoup"}, "Montant non compris"),
        ({"budget": "-5"}, "négatif"),
        ({"end_on": "31/12/2018"}, "précéder"),
        ({"start_on": "01/01/2090", "status": "termine"}, "ne peut pas être terminé"),
        ({"start_on": "hier ou demain"}, "Date non comprise"),
        ({"places_abroad": "x" * 600}, "500 caractères au plus"),
    ],
)
def test_a_wrong_input_is_said_and_writes_nothing(
    officer: PageClient,
    session: Session,
    typed: dict[str, object],
    changes: dict[str, object],
    sentence: str,
) -> None:
    structures = _count(session, Structure)
    response = officer.submit("/projets/nouveau", typed | changes)
    assert response.status_code == 422
    assert sentence in response.text
    assert "Trois forages" in response.text
    assert _count(session) == _count(session, ProjectPartner) == 0
    assert _count(session, Structure) == structures


def test_a_theme_of_another_list_is_refused(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    forged = typed | {"sdgs": [str(reference("theme", "sante").id)]}
    assert officer.submit("/projets/nouveau", forged).status_code == 422


def test_new_and_adopted_structures_are_made_with_it(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    sent = typed | {
        "lead": "new:Amis du Sahel", "partenaire": ["commune:62119", "new:Amis du Sahel"],
        "accueil": [], "new_family": "association",
    }  # fmt: skip
    page = officer.get(officer.submit("/projets/nouveau", sent).location).text
    assert "Béthune" in page
    found = select(func.count()).where(Structure.name == "Amis du Sahel")
    assert session.scalar(found) == 1


def test_a_lead_typed_without_a_list(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    sent = typed | {"lead": "", "lead_text": "Béthune"}
    response = officer.submit("/projets/nouveau", sent)
    assert response.status_code in (303, 422)
    unknown = officer.submit("/projets/nouveau", typed | {"lead": "", "lead_text": "Zzyzx"})
    assert unknown.status_code == 422
    assert "Choisissez la famille de" in unknown.text


def test_the_second_editor_sees_both_versions_and_chooses(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    url = officer.submit("/projets/nouveau", typed).location + "/modifier"
    page = officer.get(url).text
    assert "25\u202f000,00" in page
    assert "Ville de Kayes" in page
    mine, theirs = typed | {"version": "1"}, typed | {"version": "1"}
    other = StructureFactory(name="Autre partenaire")
    assert officer.submit(url, theirs | {"partenaire": [str(other.id)]}).status_code == 303
    late = officer.submit(url, mine | {"budget": "30 k€"})
    assert late.status_code == 409
    for words in ("Autre partenaire", "Ville de Kayes"):
        assert words in late.text
    version = str(session.scalar(select(Project.version)))
    chosen = mine | {"budget": "30 k€", "version": version, "choix-partenaire": "theirs"}
    assert officer.submit(url, chosen).status_code == 303
    session.expire_all()
    assert session.scalars(select(Project.budget_cents)).one() == 3_000_000
    assert (other.id, "partenaire") in _roles(session)
    wrong = officer.submit(url, chosen | {"version": "3", "budget": "mille"})
    assert wrong.status_code == 422


def test_a_draft_is_taken_up_again_and_leaves_with_the_save(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    officer.submit("/brouillons?formulaire=/projets/nouveau", {"name": "Commencé", "lead": ""})
    page = officer.get("/projets/nouveau").text
    assert "Votre brouillon est repris" in page
    assert 'value="Commencé"' in page
    assert officer.submit("/projets/nouveau", typed).status_code == 303
    assert _count(session, Draft) == 0


def test_a_project_in_the_trash_is_not_found(officer: PageClient, session: Session) -> None:
    project = ProjectFactory(deleted_at=clock.now())
    partner = ProjectPartnerFactory(project_id=project.id)
    for path in ("", "/modifier", "/participants", "/effectifs"):
        assert officer.get(f"/projets/{project.id}{path}").status_code == 404, path
    assert officer.submit(f"/projets/participants/{partner.id}/retirer", {}).status_code == 404
    assert officer.get("/projets/99999999999").status_code == 404
    assert project.name not in officer.get(f"/structures/{partner.structure_id}").text


class TestParticipants:
    """A role is given, and taken away, from the project's page."""

    def test_several_structures_take_a_role_once(
        self, officer: PageClient, session: Session
    ) -> None:
        project, known = ProjectFactory(), StructureFactory()
        url = f"/projets/{project.id}"
        sent = {"structures": [str(known.id), "commune:62119"], "role": "relais"}
        for _ in range(2):
            response = officer.submit(f"{url}/participants", sent)
            assert response.location == url
        assert len(_roles(session)) == 2
        officer.submit(f"{url}/participants", {"structures": [str(known.id)], "role": "envoi"})
        assert {role for one, role in _roles(session) if one == known.id} == {"relais", "envoi"}
        officer.submit(
            f"{url}/participants",
            {"structures": [str(project.lead_structure_id)], "role": "chef_de_file"},
        )
        assert len(_roles(session)) == 3
        session.refresh(project)
        assert project.version > 1

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"structures": []}, "au moins une structure"),
            ({"structures": ["999999"]}, "Choisissez une structure"),
            ({"structures": ["new:Neuve"]}, "Choisissez la famille"),
            ({"role": "ami"}, "Choisissez un rôle"),
            ({"structures": [], "structures_text": "Zzyzx"}, "Choisissez la famille"),
        ],
    )
    def test_a_wrong_input_is_said(
        self,
        officer: PageClient,
        session: Session,
        changes: dict[str, object],
        sentence: str,
    ) -> None:
        project, known = ProjectFactory(), StructureFactory()
        sent = {"structures": [str(known.id)], "role": "relais"} | changes
        response = officer.submit(f"/projets/{project.id}/participants", sent)
        assert response.status_code == 422
        assert sentence in response.text
        assert _roles(session) == set()

    def test_a_role_is_taken_away_and_given_back(
        self, officer: PageClient, session: Session
    ) -> None:
        partner = ProjectPartnerFactory(role="relais")
        project_id, structure_id = partner.project_id, partner.structure_id
        response = officer.submit(f"/projets/participants/{partner.id}/retirer", {})
        assert response.location == f"/projets/{project_id}"
        assert _roles(session) == set()
        undo = f"/projets/{project_id}/participants/retablir?structure={structure_id}&role=relais"
        assert undo.replace("&", "&amp;") in officer.get(response.location).text
        assert officer.submit(undo, {}).status_code == 303
        assert _roles(session) == {(structure_id, "relais")}
        forged = f"/projets/{project_id}/participants/retablir?structure=x&role=y"
        assert officer.submit(forged, {}).status_code == 422
        assert officer.submit("/projets/participants/999999/retirer", {}).status_code == 404


def test_the_history_tells_what_changed(
    officer: PageClient, session: Session, typed: dict[str, object]
) -> None:
    url = officer.submit("/projets/nouveau", typed).location
    changed = typed | {"version": "1", "status": "termine", "budget": "30 k€", "is_pooled": ""}
    assert officer.submit(f"{url}/modifier", changed).status_code == 303
    page = officer.get(url).text
    for words in ("En cours", "Terminé", "30\u202f000,00", "Projet\u00a0: modification"):
        assert words in page
    project = session.scalars(select(Project)).one()
    assert (project.start_on, project.status) == (date(2019, 1, 1), "termine")
