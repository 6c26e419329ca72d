"""What a session is about: projects and axes; and a session made after another."""

import re
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.followups.models import AccompanimentSession
from tests.factories.accounts import UserFactory
from tests.factories.contacts import ContactFactory, StructureFactory
from tests.factories.followups import SessionFactory, reference
from tests.factories.projects import ProjectFactory
from tests.support.client import PageClient

NEW = "/seances/nouvelle"


def typed(**changes: Any) -> dict[str, Any]:
    values = {
        "submission_key": "a-key-of-the-form-000000",
        "structures": [str(StructureFactory().id)],
        "held_on": "hier",
        "kind": str(reference("session_kind", "rdv").id),
    }
    return values | changes


def test_a_session_about_two_projects_is_on_both_pages_and_in_the_list(
    officer: PageClient, session: Session
) -> None:
    wells, school = ProjectFactory(name="Puits de Kayes"), ProjectFactory(name="École de Thiès")
    axis = reference("axis", "axe_3")
    officer.submit(NEW, typed(projects=[str(wells.id), str(school.id)], axes=[str(axis.id)]))
    record = session.scalars(select(AccompanimentSession)).one()
    page = officer.get(f"/seances/{record.id}").text
    for project in (wells, school):
        assert f"/projets/{project.id}" in page
        assert f"/seances/{record.id}" in officer.get(f"/projets/{project.id}").text
        found = officer.get(f"/seances?projet={project.id}&colonnes=projets,axes").text
        assert project.name in found
    assert axis.label in page
    assert f"/seances/{record.id}" not in officer.get("/seances?projet=0").text
    exported = officer.get(f"/seances/export.csv?projet={wells.id}").data.decode("utf-8-sig")
    assert "Puits de Kayes" in exported
    assert axis.label in exported
    chosen = officer.get("/seances/export.csv?colonnes=projets").data.decode("utf-8-sig")
    assert "Puits de Kayes" in chosen


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"projects": ["999999"]}, "Un de ces projets"),
        ({"projects": ["abc"]}, "Un de ces projets"),
        ({"axes": ["999999"]}, "Un de ces axes"),
        ({"projects": [str(number) for number in range(1, 23)]}, "20 projets au plus"),
    ],
)
def test_what_is_not_there_is_refused(
    officer: PageClient, changes: dict[str, Any], sentence: str
) -> None:
    response = officer.submit(NEW, typed(**changes))
    assert response.status_code == 422
    assert sentence in response.text


def test_a_theme_is_no_axis_and_a_retired_axis_stays_where_it_is(
    officer: PageClient, session: Session
) -> None:
    theme, axis = reference("theme", "sante"), reference("axis", "axe_1")
    assert officer.submit(NEW, typed(axes=[str(theme.id)])).status_code == 422
    record = SessionFactory(structures=[StructureFactory()], axes=[axis])
    axis.is_active = False
    session.flush()
    assert axis.label in officer.get(f"/seances/{record.id}/modifier").text
    assert axis.label not in officer.get(NEW).text
    assert officer.submit(NEW, typed(axes=[str(axis.id)])).status_code == 422


def test_a_project_in_use_does_not_go_to_the_trash(officer: PageClient, session: Session) -> None:
    project = ProjectFactory()
    SessionFactory(structures=[StructureFactory()], projects=[project])
    page = officer.submit(f"/corbeille/project/{project.id}/ajouter", {})
    assert page.status_code == 422
    assert f"/seances?projet={project.id}" in page.text


def test_a_past_session_serves_as_a_model(officer: PageClient, session: Session) -> None:
    me, colleague, gone = session.merge(officer.user), UserFactory(), UserFactory(is_active=False)
    structure, person, project = StructureFactory(), ContactFactory(), ProjectFactory()
    record = SessionFactory(
        structures=[structure], contacts=[person], projects=[project],
        officers=[colleague, gone], themes=[reference("theme", "sante")],
        axes=[reference("axis", "axe_2")], duration_minutes=45, notes="Un secret de la séance",
        status="annulee", held_on=clock.today().replace(year=2019, day=1),
    )  # fmt: skip
    page = officer.get(f"{NEW}?modele={record.id}").text
    for value in (structure.id, person.id, project.id):
        assert f'value="{value}" selected' in page
    assert re.search(rf'name="officers" id="[^"]+" value="{colleague.id}" checked', page)
    assert not re.search(rf'name="officers" id="[^"]+" value="{me.id}" checked', page)
    assert "45 min" in page.replace("\u00a0", " ")
    assert "Un secret de la séance" not in page
    assert 'value="realisee" checked' in page
    assert clock.today().strftime('value="%d/%m/%Y"') in page
    following = officer.get(f"{NEW}?copie={record.id}").text
    assert re.search(rf'name="officers" id="[^"]+" value="{me.id}" checked', following)


def test_a_model_in_the_trash_or_made_up_opens_the_blank_form(
    officer: PageClient, session: Session
) -> None:
    structure = StructureFactory()
    record = SessionFactory(structures=[structure], deleted_at=clock.now())
    for query in (f"modele={record.id}", "modele=999999", "modele=zzz"):
        page = officer.get(f"{NEW}?{query}")
        assert page.status_code == 200
        assert f'value="{structure.id}" selected' not in page.text


def test_the_picker_of_projects_finds_them_by_a_word(officer: PageClient) -> None:
    ProjectFactory(name="Puits de Kayes")
    assert officer.get("/projets/suggestions?q=").json == []
    assert officer.get("/projets/suggestions?q=zzzz").json == []
