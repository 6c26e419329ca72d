"""Views of lists: whose they are, what they keep, how they come back."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from crm.history.models import ChangeSet
from crm.saved_views.models import SavedView
from tests.factories.contacts import StructureFactory
from tests.factories.projects import ProjectFactory
from tests.support.client import PageClient
from tests.support.people import sign_in
from tests.support.queries import counted

NEW = "/vues/structures/nouvelle"
FILTERED = f"{NEW}?departement=62&tri=-nom"


@pytest.fixture
def colleague(app: Flask, session: Session) -> PageClient:
    """Return the browser of another officer."""
    app.test_client_class = PageClient
    return sign_in(app.test_client(), session, "officer")  # type: ignore[return-value]


def _saved(browser: PageClient, session: Session, name: str, **fields: Any) -> SavedView:
    assert browser.submit(FILTERED, {"name": name, **fields}).status_code == 303
    return session.scalars(select(SavedView).where(SavedView.name == name)).one()


def _count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(SavedView)) or 0


def test_a_view_keeps_what_its_list_knows_and_nothing_else(
    officer: PageClient, session: Session
) -> None:
    url = f"{FILTERED}&q=mer&apres=x&avant=y&filtres=1&ouvre=colonnes&vue=9&pirate=1"
    assert officer.submit(url, {"name": "  Du   62 "}).status_code == 303
    view = session.scalars(select(SavedView)).one()
    assert (view.name, view.is_shared) == ("Du 62", False)
    assert view.query == "departement=62&tri=-nom&q=mer"
    answer = officer.get(f"/vues/{view.id}")
    assert answer.status_code == 302
    assert answer.location == f"/structures?{view.query}&vue={view.id}"
    assert "Du 62" in officer.get(answer.location).text


def test_what_a_list_no_longer_knows_is_dropped_when_opened(
    officer: PageClient, session: Session
) -> None:
    view = _saved(officer, session, "Ancienne")
    view.query = "departement=62&disparu=1&tri=disparu"
    session.flush()
    assert officer.get(f"/vues/{view.id}").location == f"/structures?departement=62&vue={view.id}"


@pytest.mark.parametrize("path", ["contacts", "projects", "structures"])
def test_each_list_offers_its_own_views(officer: PageClient, session: Session, path: str) -> None:
    ProjectFactory(name="Au bord de la mer")
    assert officer.submit(f"/vues/{path}/nouvelle?q=mer", {"name": "À moi"}).status_code == 303
    pages = {"contacts": "/contacts", "projects": "/projets", "structures": "/structures"}
    assert [code for code, url in pages.items() if "À moi" in officer.get(url).text] == [path]


@pytest.mark.parametrize("code", ["users", "follow_ups", "xxx"])
def test_an_unknown_list_has_no_views(officer: PageClient, session: Session, code: str) -> None:
    assert officer.get(f"/vues/{code}/nouvelle").status_code == 404
    assert officer.submit(f"/vues/{code}/nouvelle", {"name": "x"}).status_code == 404
    assert _count(session) == 0


def test_a_private_view_is_its_owner_s_alone(
    officer: PageClient, colleague: PageClient, session: Session
) -> None:
    view = _saved(officer, session, "Secret de Polichinelle")
    for method, url in (
        ("get", f"/vues/{view.id}"),
        ("get", f"/vues/{view.id}/modifier"),
        ("submit", f"/vues/{view.id}/modifier"),
        ("submit", f"/vues/{view.id}/supprimer"),
    ):
        arguments = [{"name": "volée", "version": "1"}] if method == "submit" else []
        assert getattr(colleague, method)(url, *arguments).status_code == 404, url
    for url in ("/structures", f"/structures?vue={view.id}", "/", "/corbeille"):
        assert "Polichinelle" not in colleague.get(url).text
    assert "Polichinelle" in officer.get("/structures").text


def test_a_shared_view_is_read_by_all_and_changed_by_its_owner(
    officer: PageClient, colleague: PageClient, session: Session
) -> None:
    view = _saved(officer, session, "Pour tous", is_shared="y")
    page = colleague.get("/structures").text
    assert "Pour tous" in page
    assert officer.user.name in page  # type: ignore[attr-defined]
    assert colleague.get(f"/vues/{view.id}").status_code == 302
    assert colleague.get(f"/vues/{view.id}/modifier").status_code == 404
    assert colleague.submit(f"/vues/{view.id}/supprimer", {}).status_code == 404
    changed = {"name": "À moi seul", "version": "1"}
    assert colleague.submit(f"/vues/{view.id}/modifier", changed).status_code == 404
    assert officer.submit(f"/vues/{view.id}/modifier", changed).status_code == 303
    assert "À moi seul" not in colleague.get("/structures").text
    assert officer.submit(f"/vues/{view.id}/modifier", changed).status_code == 409


def test_a_deleted_view_comes_back_to_its_owner_alone(
    officer: PageClient, colleague: PageClient, session: Session
) -> None:
    view_id = _saved(officer, session, "À retrouver").id
    answer = officer.submit(f"/vues/{view_id}/supprimer", {})
    assert answer.location == "/structures?departement=62&tri=-nom"
    assert _count(session) == 0
    saved = session.scalars(select(ChangeSet.id).order_by(ChangeSet.id.desc())).first()
    undo = f"/historique/{saved}/annuler"
    assert undo in officer.get(answer.location).text
    assert colleague.get(f"/historique/{saved}").status_code == 404
    assert colleague.submit(undo, {}).status_code == 404
    assert officer.submit(undo, {}).location == f"/vues/{view_id}"
    assert "À retrouver" in officer.get("/structures").text


def test_the_number_of_a_deleted_view_never_serves_again(
    officer: PageClient, colleague: PageClient, session: Session
) -> None:
    first = _saved(officer, session, "La première").id
    officer.submit(f"/vues/{first}/supprimer", {})
    assert _saved(colleague, session, "La suivante").id > first


@pytest.mark.parametrize("name", ["", "   ", "\x00", "x" * 61, "x" * 10_000])
def test_a_name_that_cannot_be_is_told_beside_its_field(
    officer: PageClient, session: Session, name: str
) -> None:
    answer = officer.submit(FILTERED, {"name": name, "is_shared": "y"})
    assert answer.status_code == 422
    assert "name-error" in answer.text
    assert _count(session) == 0


def test_a_name_serves_once_for_a_person_and_a_list(
    officer: PageClient, colleague: PageClient, session: Session
) -> None:
    _saved(officer, session, "Élus")
    answer = officer.submit(NEW, {"name": "ÉLUS"})
    assert answer.status_code == 422
    assert "Vous avez déjà une vue de ce nom" in answer.text
    assert officer.submit("/vues/contacts/nouvelle", {"name": "Élus"}).status_code == 303
    assert colleague.submit(NEW, {"name": "Élus"}).status_code == 303


def test_sending_twice_saves_once(officer: PageClient, session: Session) -> None:
    fields = {"name": "Une fois", "submission_key": "k" * 24}
    answers = [officer.submit(FILTERED, fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert _count(session) == 1


def test_a_form_without_its_token_is_refused(
    app: Flask, officer: PageClient, session: Session
) -> None:
    assert officer.post(FILTERED, data={"name": "Forgée"}).status_code in (400, 422)
    assert _count(session) == 0


@pytest.mark.parametrize(
    ("query", "status"), [("q=" + "x" * 10_000, 422), ("q=a%00b&departement=%00", 303)]
)
def test_odd_filters_are_refused_or_cleaned(
    officer: PageClient, session: Session, query: str, status: int
) -> None:
    assert officer.submit(f"{NEW}?{query}", {"name": "Drôle"}).status_code == status
    assert [v.query for v in session.scalars(select(SavedView))] == ["q=ab"] * (status == 303)


def test_a_view_of_a_value_that_is_gone_finds_nothing_and_says_so(
    officer: PageClient, session: Session
) -> None:
    StructureFactory(name="Ne doit pas paraître")
    officer.submit(f"{NEW}?theme=999999", {"name": "Thème perdu"})
    view = session.scalars(select(SavedView)).one()
    page = officer.get(officer.get(f"/vues/{view.id}").location).text
    assert "demande une valeur qui n’existe plus" in page
    assert "Ne doit pas paraître" not in page


def test_a_list_costs_the_same_statements_whatever_its_views(
    officer: PageClient, connection: Connection, session: Session
) -> None:
    def statements() -> int:
        with counted(connection) as sent:
            officer.get("/structures")
        return len(sent)

    _saved(officer, session, "Vue 0")
    officer.get("/structures")
    before = statements()
    for number in range(1, 12):
        _saved(officer, session, f"Vue {number}", is_shared="y")
    assert statements() == before
