"""The home page of each role."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from crm.accounts.models import Draft
from crm.agreements.operations import create_action, create_agreement
from crm.agreements.types import ActionData, AgreementData, Rhythm
from crm.core import clock
from crm.home.goals import goals_on
from crm.home.year import periods_on
from crm.jobs.models import JobRun
from crm.jobs.registry import jobs
from tests.factories.contacts import StructureFactory
from tests.factories.followups import FollowUpFactory, SessionFactory
from tests.support.client import PageClient

ROLES = ("officer", "campaign_manager", "director", "administrator")


@pytest.mark.parametrize("role", ROLES)
def test_an_empty_house_says_what_to_do_first(
    backend: str, role: str, request: pytest.FixtureRequest
) -> None:
    assert backend
    page = request.getfixturevalue(role).get("/")
    assert page.status_code == 200
    assert "Rien à relancer" in page.text
    assert "Noter une séance" in page.text


def test_the_day_of_an_officer(officer: PageClient, session: Session) -> None:
    me, today = session.merge(officer.user), clock.today()
    FollowUpFactory(assignee_id=me.id, what="Rappeler Lens", due_on=today - timedelta(days=2))
    FollowUpFactory(assignee_id=me.id, what="Plus tard", due_on=today + timedelta(days=2))
    FollowUpFactory(what="Pour une autre")
    planned = SessionFactory(
        status="prevue", held_on=today - timedelta(days=1), officers=[me],
        structures=[StructureFactory(name="Ville de Douai")],
    )  # fmt: skip
    session.add(
        Draft(
            user_id=me.id,
            form_key="/seances/nouvelle",
            payload=[["notes", "Brouillon"]],
            updated_at=clock.now(),
        )
    )
    session.flush()
    page = officer.get("/").text
    for text in ("Rappeler Lens", "en retard", "Ville de Douai", "Séance à noter"):
        assert text in page
    assert "Plus tard" not in page
    assert "Pour une autre" not in page
    response = officer.submit(f"/seances/{planned.id}/statut", {"statut": "absent", "next": "/"})
    assert response.location == "/"
    assert "A-t-elle eu lieu" not in officer.get("/").text


def test_an_administrator_sees_when_each_job_was_done(
    administrator: PageClient, session: Session
) -> None:
    page = administrator.get("/").text
    assert "Vider la corbeille" in page
    assert "En retard" in page
    now = clock.now()
    runs = [
        JobRun(
            job=job.name, key=clock.today().isoformat(), day=clock.today(), created_at=now,
            started_at=now, finished_at=now,
        )
        for job in jobs()
    ]  # fmt: skip
    session.add_all(runs)
    session.flush()
    run = runs[-1]
    assert "En retard" not in administrator.get("/").text
    run.finished_at, run.failed_at, run.error = None, now, "OSError"
    session.flush()
    assert "La dernière tentative a échoué (OSError)" in administrator.get("/").text


def test_a_campaign_manager_sees_who_joined(campaign_manager: PageClient, session: Session) -> None:
    StructureFactory(collectivite=True, name="Ville de Calais")
    page = campaign_manager.get("/").text
    assert "Ville de Calais" in page
    assert "/structures?famille=collectivite" in page


def test_a_director_sees_the_year_and_each_figure_opens_its_list(
    director: PageClient, session: Session
) -> None:
    today = clock.today()
    structure = StructureFactory()
    this_year, last_year = periods_on(today)
    SessionFactory(held_on=today, structures=[structure])
    SessionFactory(held_on=last_year.end, structures=[structure, StructureFactory()])
    SessionFactory(held_on=last_year.end + timedelta(days=1), structures=[StructureFactory()])
    page = director.get("/").text
    assert "Depuis le 1er janvier" in page
    link = f"/seances/structures?du={this_year.start}&amp;au={this_year.end}"
    assert link in page
    opened = director.get(link.replace("&amp;", "&")).text
    assert "1 structure accompagnée" in opened
    before = f"/seances/structures?du={last_year.start}&au={last_year.end}&famille=association"
    assert "2 structures accompagnées" in director.get(before).text


def test_an_administrator_sees_the_team_and_the_database(administrator: PageClient) -> None:
    page = administrator.get("/").text
    assert "comptes actifs" in page
    assert "base de données à jour" in page


@pytest.mark.parametrize(
    ("today", "end"), [((2024, 2, 29), (2023, 2, 28)), ((2025, 3, 31), (2024, 3, 31))]
)
def test_last_year_stops_on_the_same_day(
    today: tuple[int, int, int], end: tuple[int, int, int]
) -> None:
    this_year, last_year = periods_on(clock.today().replace(*today))
    assert (this_year.start.month, this_year.start.day) == (1, 1)
    assert (last_year.end.year, last_year.end.month, last_year.end.day) == end


def test_a_director_sees_the_months_and_the_goals_of_agreements_in_force(
    director: PageClient, session: Session
) -> None:
    today = clock.today()
    structure = StructureFactory()
    SessionFactory(held_on=today, structures=[structure])
    agreement = create_agreement(
        session,
        data=AgreementData(
            "CPO en cours",
            today.replace(month=1, day=1),
            today.replace(month=12, day=31),
            funders=(str(StructureFactory().id),),
        ),
    )
    action = ActionData(
        "Accompagner", target_text="4 structures", figure_code="accompanied_structures"
    )
    create_action(session, agreement_id=agreement.id, data=action)
    page = director.get("/").text
    assert "Objectifs des conventions en cours" in page
    assert "4 structures" in page
    assert page.count('role="img" aria-label="S') == 2
    assert "à venir" in page or today.month == 12
    link = f"/bilan/chiffres/accompanied_structures?du={today.year}-01-01&amp;au={today.year}-12-31"
    assert link in page
    assert "1 structure" in director.get(link.replace("&amp;", "&")).text


def test_goals_of_this_year_are_not_hidden_by_those_of_others(session: Session) -> None:
    today = clock.today()
    agreement = create_agreement(
        session,
        data=AgreementData(
            "CPO de trois ans",
            today.replace(year=today.year - 2, month=1, day=1),
            today.replace(month=12, day=31),
            funders=(str(StructureFactory().id),),
        ),
    )
    for year in (*(today.year - 2,) * 8, today.year):
        action = ActionData(
            f"En {year}", target_text="4 structures", rhythm=Rhythm.ONE_YEAR, year=year
        )
        create_action(session, agreement_id=agreement.id, data=action)
    session.flush()
    assert [goal.action.label for goal in goals_on(session, today)] == [f"En {today.year}"]
