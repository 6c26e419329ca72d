"""Follow-ups counted back from the closing of a call."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import RuleError
from crm.followups.call_plans import PlanStep, clean_steps, due_on
from crm.followups.models import FollowUp
from crm.funding.models import FundingCall
from crm.funding.operations import update_call
from crm.funding.types import CallData
from crm.history.models import ChangeSet
from tests.factories.accounts import UserFactory
from tests.factories.funding import CallFactory
from tests.support.client import PageClient

TODAY = date(2026, 11, 27)


def planned(session: Session) -> list[FollowUp]:
    session.expire_all()
    return list(session.scalars(select(FollowUp).order_by(FollowUp.due_on, FollowUp.id)))


def form(**changes: Any) -> dict[str, Any]:
    values = {
        "assignee": str(UserFactory().id),
        "submission_key": "a-key-of-the-form-000000",
        "is_wanted_0": "y",
        "what_0": "Relire les dossiers",
        "days_before_0": "21",
        "what_1": "Étape laissée de côté",
        "days_before_1": "7",
    }
    return values | changes


def test_steps_are_in_order_and_each_can_be_planned() -> None:
    steps = [PlanStep(" Relire ", 7), PlanStep("Informer", 30)]
    assert clean_steps(steps, date(2027, 1, 31), TODAY) == [
        PlanStep("Informer", 30),
        PlanStep("Relire", 7),
    ]
    assert due_on(date(2028, 3, 1), 1) == date(2028, 2, 29)


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [PlanStep("  ", 3)],
        [PlanStep("Relire", -1)],
        [PlanStep("Relire", 731)],
        [PlanStep("Relire", 66)],
        [PlanStep("x" * 301, 3)],
    ],
)
def test_steps_that_cannot_be_planned_are_refused(steps: list[PlanStep]) -> None:
    with pytest.raises(RuleError):
        clean_steps(steps, date(2027, 1, 31), TODAY)


def test_steps_still_ahead_are_proposed_with_their_days(officer: PageClient) -> None:
    closes_on = clock.today() + timedelta(days=30)
    call = CallFactory(name="Édition à venir", closes_on=closes_on)
    page = officer.get(f"/relances/retroplanning/{call.id}").text
    assert "Informer les structures éligibles" in page
    ticked = re.findall(r'<input checked[^>]* name="is_wanted_(\d)"', page)
    assert ticked == ["2", "3", "4"]  # 21, 7 and 1 days before: the others would be past
    assert "Compter à rebours" in officer.get(f"/appels/{call.id}").text


def test_a_plan_makes_follow_ups_once_and_is_undone(officer: PageClient, session: Session) -> None:
    call = CallFactory(closes_on=clock.today() + timedelta(days=40))
    colleague = UserFactory()
    path = f"/relances/retroplanning/{call.id}"
    for _ in range(2):
        assert officer.submit(path, form(assignee=str(colleague.id))).status_code == 303
    (record,) = planned(session)
    assert record.what == "Relire les dossiers"
    assert record.due_on == clock.today() + timedelta(days=19)
    assert (record.call_id, record.assignee_id) == (call.id, colleague.id)
    again = officer.submit(path, form(submission_key="another-key-00000000000"))
    assert again.status_code == 422
    assert "déjà prévues" in again.text
    saved = session.scalar(select(func.max(ChangeSet.id)))
    officer.submit(f"/historique/{saved}/annuler", {})
    assert [each for each in planned(session) if each.deleted_at is None] == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"is_wanted_0": ""}, "Cochez au moins une étape"),
        ({"days_before_0": ""}, "0 à 730"),
        ({"days_before_0": "beaucoup"}, "days_before_0-error"),
        ({"days_before_0": "60"}, "jour passé"),
        ({"what_0": ""}, "Dites ce qu’il y a à faire"),
        ({"assignee": "999999"}, "membre actuel"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_all_that_was_typed(
    officer: PageClient, session: Session, changes: dict[str, Any], sentence: str
) -> None:
    call = CallFactory(closes_on=clock.today() + timedelta(days=40))
    response = officer.submit(f"/relances/retroplanning/{call.id}", form(**changes))
    assert response.status_code == 422
    assert sentence in response.text
    assert "Étape laissée de côté" in response.text
    assert planned(session) == []


def test_a_call_without_a_closing_day_says_what_to_do(officer: PageClient) -> None:
    call = CallFactory()
    page = officer.get(f"/relances/retroplanning/{call.id}").text
    assert "Pas de date de clôture" in page
    assert f"/appels/{call.id}/modifier" in page


def test_what_is_still_to_do_moves_with_the_closing(officer: PageClient, session: Session) -> None:
    closes_on = clock.today() + timedelta(days=40)
    call = CallFactory(closes_on=closes_on)
    officer.submit(
        f"/relances/retroplanning/{call.id}",
        form(
            is_wanted_1="y",
            is_wanted_2="y",
            what_2="Vérifier les dépôts",
            days_before_2="1",
        ),
    )
    read, left, checked = planned(session)
    officer.submit(f"/relances/{left.id}/faite", {})
    officer.submit(f"/relances/{checked.id}/reporter", {"de": "jour"})
    later = closes_on + timedelta(days=10)
    data = CallData(call.scheme_id, call.name, call.year, closes_on=later)
    update_call(session, call_id=call.id, version=call.version, data=data)
    days = {each.id: each.due_on for each in planned(session)}
    assert days[read.id] == later - timedelta(days=21)
    assert days[left.id] == closes_on - timedelta(days=7)  # done: it stays on its day
    assert days[checked.id] == closes_on  # given a day of its own


def closing(session: Session, call: FundingCall, closes_on: date | None) -> None:
    """Say that a call closes on another day, or that its day is not known any more."""
    data = CallData(call.scheme_id, call.name, call.year, closes_on=closes_on)
    update_call(session, call_id=call.id, version=call.version, data=data)


def one_step(officer: PageClient, session: Session, call: FundingCall) -> FollowUp:
    officer.submit(f"/relances/retroplanning/{call.id}", form())
    (record,) = planned(session)
    return record


def test_a_closing_postponed_without_a_day_is_followed_once_it_has_one(
    officer: PageClient, session: Session
) -> None:
    closes_on = clock.today() + timedelta(days=40)
    call = CallFactory(closes_on=closes_on)
    record = one_step(officer, session, call)
    closing(session, call, None)
    assert record.due_on == closes_on - timedelta(days=21)
    later = closes_on + timedelta(days=60)
    closing(session, call, later)
    assert record.due_on == later - timedelta(days=21)


def test_undoing_a_move_takes_the_steps_back(officer: PageClient, session: Session) -> None:
    closes_on = clock.today() + timedelta(days=40)
    call = CallFactory(closes_on=closes_on)
    later = (closes_on + timedelta(days=28)).strftime("%d/%m/%Y")
    sent = {"name": call.name, "year": str(call.year), "closes_on": later, "version": "1"}
    assert officer.submit(f"/appels/{call.id}/modifier", sent).status_code == 303
    moved = session.scalar(select(func.max(ChangeSet.id)))
    record = one_step(officer, session, call)
    assert record.due_on == closes_on + timedelta(days=28 - 21)
    officer.submit(f"/historique/{moved}/annuler", {})
    (record,) = planned(session)
    assert record.due_on == closes_on - timedelta(days=21)


def test_a_step_opened_again_is_where_the_closing_is_now(
    officer: PageClient, session: Session
) -> None:
    closes_on = clock.today() + timedelta(days=40)
    call = CallFactory(closes_on=closes_on)
    record = one_step(officer, session, call)
    officer.submit(f"/relances/{record.id}/faite", {})
    later = closes_on + timedelta(days=10)
    session.expire_all()
    closing(session, call, later)
    officer.submit(f"/relances/{record.id}/rouvrir", {})
    (record,) = planned(session)
    assert record.due_on == later - timedelta(days=21)
