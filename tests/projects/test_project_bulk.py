"""Projects changed together, undone at once; columns chosen in the URL."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.projects.models import Project
from crm.projects.operations import get_project
from tests.factories.contacts import StructureFactory
from tests.factories.followups import reference
from tests.factories.projects import ProjectFactory, ProjectPartnerFactory
from tests.support.client import PageClient


def _send(browser: PageClient, action: str, value: str, *ids: int, **more: str) -> str:
    sent = {"action": action, f"valeur-{action}": value, "selection": [str(i) for i in ids], **more}
    answer = browser.submit("/projets/lot", sent)
    assert answer.status_code == 303
    return browser.get(answer.location).text


def _undo(browser: PageClient, page: str) -> None:
    undo = page.partition('action="/historique/')[2].partition('"')[0]
    assert browser.submit(f"/historique/{undo}", {}).status_code == 303


def test_a_theme_goes_on_and_off_a_selection(officer: PageClient, session: Session) -> None:
    theme = reference("theme", "sante")
    first, second = ProjectFactory(themes=[theme]), ProjectFactory()
    page = _send(officer, "theme", str(theme.id), first.id, second.id)
    assert "Fiches modifiées\u00a0: 1." in page
    session.expire_all()
    assert get_project(session, second.id).themes == [theme]
    _undo(officer, page)
    session.expire_all()
    assert get_project(session, second.id).themes == []
    _send(officer, "sans-theme", str(theme.id), first.id, second.id)
    session.expire_all()
    assert get_project(session, first.id).themes == []


def test_all_that_a_filter_keeps_changes_status(officer: PageClient, session: Session) -> None:
    lead = StructureFactory(departement_code="62")
    here, there = ProjectFactory(lead_structure=lead, status="idee"), ProjectFactory(status="idee")
    page = _send(officer, "statut", "montage", tout="1", filtre="departement=62")
    session.expire_all()
    assert session.get_one(Project, here.id).status == "montage"
    assert session.get_one(Project, there.id).status == "idee"
    _undo(officer, page)
    session.expire_all()
    assert session.get_one(Project, here.id).status == "idee"


def test_dates_that_do_not_allow_it_change_nothing(officer: PageClient, session: Session) -> None:
    ready = ProjectFactory(start_on=date(2019, 1, 1), end_on=date(2019, 6, 1))
    coming = ProjectFactory(name="À venir", start_on=clock.today().replace(year=2099))
    page = _send(officer, "statut", "termine", ready.id, coming.id)
    assert "« À venir »" in page.replace("\u00a0", " ")
    session.expire_all()
    assert set(session.scalars(select(Project.status))) == {"en_cours"}


@pytest.mark.parametrize(
    ("action", "value"), [("theme", "99999999"), ("statut", "licorne"), ("statut", "\x00")]
)
def test_a_value_that_is_none_changes_nothing(
    officer: PageClient, session: Session, action: str, value: str
) -> None:
    project = ProjectFactory()
    _send(officer, action, value, project.id)
    session.expire_all()
    assert session.get_one(Project, project.id).status == "en_cours"


def test_what_can_be_done_is_offered(officer: PageClient, session: Session) -> None:
    project = ProjectFactory()
    page = officer.submit("/projets/lot", {"autre": "1", "selection": str(project.id)})
    assert page.status_code == 200
    for words in ("Ajouter un thème", "Changer le statut", "Publiable"):
        assert words in page.text
    _send(officer, "publiable", "oui", project.id)
    session.expire_all()
    assert session.get_one(Project, project.id).is_publishable


def test_columns_are_chosen_in_the_url(officer: PageClient, session: Session) -> None:
    project = ProjectFactory(
        name="Puits", places_abroad="Région Kayes", start_on=date(2018, 1, 1),
        end_on=date(2019, 6, 30), budget_cents=1_250_050, themes=[reference("theme", "sante")],
    )  # fmt: skip
    ProjectPartnerFactory(project_id=project.id)
    usual = officer.get("/projets").text
    assert "2018–2019" in usual
    assert "12\u202f500,50\u00a0€" in usual
    assert "Région Kayes" not in usual.partition("resultats")[2]
    page = officer.get("/projets?colonnes=lieux,themes,partenaires").text.partition("resultats")[2]
    for words in ("Région Kayes", "Santé", '<td data-label="Partenaires" class="numeric">1</td>'):
        assert words in page
    assert "2018–2019" not in page
    text = officer.get("/projets/export.csv?colonnes=periode,budget").data.decode("utf-8-sig")
    assert text.splitlines()[0].endswith("Nom;Début;Fin;Budget (euros)")
    assert text.splitlines()[1].endswith("Puits;01/01/2018;30/06/2019;12500,5")
