"""Planned sessions: said to have taken place, moved, called off, each in one click."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import RuleError
from crm.followups.models import AccompanimentSession
from crm.followups.rules import check_postponement, is_to_confirm
from tests.factories.contacts import StructureFactory
from tests.factories.followups import SessionFactory
from tests.support.client import PageClient

QUESTION = "A-t-elle eu lieu"


@pytest.fixture
def planned(officer: PageClient, session: Session) -> AccompanimentSession:
    """Return a session of mine that was planned for yesterday."""
    return SessionFactory(
        status="prevue",
        held_on=clock.today() - timedelta(days=1),
        structures=[StructureFactory(name="Ville de Lens")],
        officers=[session.merge(officer.user)],
    )


def toast_undo(page: str) -> str:
    """Return where the toast's undo leads."""
    start = page.index('<section class="toasts"')
    return page[page.index('action="', start) + 8 :].partition('"')[0]


def test_the_question_is_asked_at_home_in_the_list_and_on_the_page(
    officer: PageClient, planned: AccompanimentSession
) -> None:
    for url in ("/", "/seances", f"/seances/{planned.id}"):
        page = officer.get(url).text
        assert QUESTION in page, url
        assert f"/seances/{planned.id}/reporter" in page, url


@pytest.mark.parametrize("status", ["realisee", "annulee", "absent"])
def test_one_click_answers_and_the_toast_takes_it_back(
    officer: PageClient, session: Session, planned: AccompanimentSession, status: str
) -> None:
    officer.submit(f"/seances/{planned.id}/statut", {"statut": status, "next": "/"})
    session.refresh(planned)
    assert planned.status == status
    home = officer.get("/").text
    assert QUESTION not in home
    officer.submit(toast_undo(home).replace("&amp;", "&"), {})
    session.refresh(planned)
    assert planned.status == "prevue"


def test_a_session_is_moved_and_its_history_keeps_the_day_it_had(
    officer: PageClient, session: Session, planned: AccompanimentSession
) -> None:
    before = planned.held_on
    response = officer.submit(
        f"/seances/{planned.id}/reporter", {"held_on": "dans 15 jours", "next": "/"}
    )
    assert (response.status_code, response.location) == (303, "/")
    session.refresh(planned)
    assert (planned.status, planned.held_on) == ("prevue", clock.today() + timedelta(days=15))
    home = officer.get("/").text
    assert "Séance reportée au" in home
    assert before.strftime("%d/%m/%Y") in officer.get(f"/seances/{planned.id}").text
    officer.submit(toast_undo(home), {})
    session.refresh(planned)
    assert planned.held_on == before


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Dites quel jour"),
        ("un de ces jours", "Date non comprise"),
        ("01/01/2019", "Ce jour est passé"),
    ],
)
def test_a_new_day_that_cannot_be_is_said_beside_its_field(
    officer: PageClient, session: Session, planned: AccompanimentSession, typed: str, sentence: str
) -> None:
    before = planned.held_on
    response = officer.submit(f"/seances/{planned.id}/reporter", {"held_on": typed})
    assert response.status_code == 422
    assert sentence in response.text
    session.refresh(planned)
    assert planned.held_on == before


def test_a_session_that_is_done_is_not_moved(officer: PageClient, session: Session) -> None:
    record = SessionFactory(structures=[StructureFactory()])
    response = officer.submit(f"/seances/{record.id}/reporter", {"held_on": "demain"})
    assert response.status_code == 422
    assert "Seule une séance prévue" in response.text
    assert officer.get("/seances/999999/reporter").status_code == 404


def test_the_list_is_narrowed_to_what_is_to_confirm(
    officer: PageClient, session: Session, planned: AccompanimentSession
) -> None:
    others = [
        SessionFactory(structures=[StructureFactory()]),
        SessionFactory(
            structures=[StructureFactory()],
            status="prevue",
            held_on=clock.today() + timedelta(days=1),
        ),
    ]
    page = officer.get("/seances?confirmation=attendue&filtres=1").text
    assert f'href="/seances/{planned.id}"' in page
    assert all(f'href="/seances/{each.id}"' not in page for each in others)
    assert "Prévues à confirmer (1)" in page.replace("\u202f", " ")


def test_the_form_plans_a_session(officer: PageClient) -> None:
    page = officer.get("/seances/nouvelle?statut=prevue").text
    assert 'value="prevue" checked' in page
    day = clock.today() + timedelta(days=3)
    page = officer.get(f"/seances/nouvelle?jour={day.isoformat()}").text
    assert 'value="prevue" checked' in page
    assert day.strftime('value="%d/%m/%Y"') in page
    assert 'value="realisee" checked' in officer.get("/seances/nouvelle?jour=zzz").text


def test_only_a_planned_day_that_has_passed_is_to_confirm() -> None:
    today = clock.today()
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)
    assert is_to_confirm("prevue", yesterday, today)
    assert not is_to_confirm("prevue", today, today)
    assert not is_to_confirm("realisee", yesterday, today)
    check_postponement("prevue", tomorrow, today)
    with pytest.raises(RuleError):
        check_postponement("annulee", tomorrow, today)
    with pytest.raises(RuleError):
        check_postponement("prevue", yesterday, today)
