"""Whom a call is open to and who was not contacted yet: a list ready to be worked on."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.core import clock
from crm.coverage.queries.eligible import count_eligible, is_eligible, open_call
from crm.followups.models import FollowUp
from crm.funding.models import FundingCall
from crm.territories.models import Commune
from tests.factories.accompaniment import AccompanimentFactory, StageChangeFactory
from tests.factories.contacts import StructureFactory
from tests.factories.followups import FollowUpFactory, SessionFactory
from tests.factories.funding import ApplicationFactory, CallFactory
from tests.factories.introductions import IntroductionFactory, IntroductionSideFactory
from tests.support.client import PageClient
from tests.support.queries import counted

CALAIS = "62193"


@pytest.fixture
def call(session: Session) -> FundingCall:
    """Return a call for associations and collectivités of two départements, open for a month."""
    today = clock.today()
    return CallFactory(
        name="Jeunesse 2030",
        opens_on=today - timedelta(days=30),
        closes_on=today + timedelta(days=60),
        for_families=("association", "collectivite"),
        for_departements=("59", "62"),
    )


def _actor(**changes: object) -> Structure:
    values = {"departement_code": "59", "listed_on": date(2015, 1, 1)}
    return StructureFactory(**(values | changes))


def _found(session: Session, call: FundingCall, since: date | None = None) -> set[int]:
    terms = open_call(session, call.id)
    condition = is_eligible(terms, since or terms.since, clock.today())
    return set(session.scalars(select(Structure.id).where(condition)))


def test_who_fits_and_was_not_contacted(session: Session, call: FundingCall) -> None:
    today, before = clock.today(), clock.today() - timedelta(days=40)
    fits, told_long_ago = _actor(), _actor()
    SessionFactory(held_on=before, structures=[told_long_ago])
    _actor(family_code="entreprise")
    _actor(departement_code="80")
    _actor(departement_code=None)
    _actor(listed_on=None)
    _actor(closed_on=today - timedelta(days=1))
    _actor(deleted_at=clock.now())
    planned, cancelled_with = _actor(), _actor()
    SessionFactory(status="prevue", held_on=today + timedelta(days=9), structures=[planned])
    SessionFactory(status="annulee", structures=[cancelled_with])
    session.flush()
    expected = {each.id for each in (fits, told_long_ago, planned, cancelled_with)}
    assert _found(session, call) == expected
    assert _found(session, call, before) == expected - {told_long_ago.id}


def test_each_kind_of_contact_takes_one_off_the_list(session: Session, call: FundingCall) -> None:
    kept, met, phoned, introduced, moved, opened, merged = (_actor() for _ in range(7))
    gone = _actor(merged_into_id=merged.id, deleted_at=clock.now())
    SessionFactory(structures=[met])
    SessionFactory(structures=[gone])
    FollowUpFactory(structure_id=phoned.id, done_at=clock.now())
    FollowUpFactory(structure_id=kept.id)
    FollowUpFactory(structure_id=kept.id, done_at=clock.now(), deleted_at=clock.now())
    made = IntroductionFactory(status="faite", made_on=clock.today())
    IntroductionSideFactory(introduction_id=made.id, structure_id=introduced.id)
    IntroductionSideFactory(structure_id=kept.id)  # proposed, not made
    path = AccompanimentFactory(structure_id=moved.id, opened_on=date(2018, 1, 1))
    StageChangeFactory(accompaniment_id=path.id)
    AccompanimentFactory(structure_id=opened.id)
    session.flush()
    assert _found(session, call) == {kept.id}


def test_who_has_an_application_to_the_call_is_not_asked_again(
    session: Session, call: FundingCall
) -> None:
    kept, applies, applied_before, merged = (_actor() for _ in range(4))
    gone = _actor(merged_into_id=merged.id, deleted_at=clock.now())
    ApplicationFactory(call=call, beneficiary=applies)
    ApplicationFactory(call=call, beneficiary=gone)
    ApplicationFactory(call=call, beneficiary=kept, deleted_at=clock.now())
    ApplicationFactory(call=CallFactory(), beneficiary=applied_before)
    session.flush()
    assert _found(session, call) == {kept.id, applied_before.id}


def test_communes_to_come_are_a_list_of_their_own(
    officer: PageClient, session: Session, call: FundingCall
) -> None:
    terms = open_call(session, call.id)
    covered = session.scalar(select(func.count()).where(Commune.departement_code.in_(("59", "62"))))
    assert count_eligible(session, terms, terms.since, clock.today()) == (0, covered)
    # An actor is in the other list; a prospect without a contact is still to come.
    _actor(insee_code="59350", family_code="collectivite")
    prospect = _actor(insee_code=CALAIS, family_code="collectivite", listed_on=None)
    met = _actor(insee_code="62041", family_code="collectivite", listed_on=None)
    SessionFactory(structures=[met])
    session.flush()
    found = count_eligible(session, terms, terms.since, clock.today())
    assert found == (1, (covered or 0) - 2)
    page = officer.get(f"/appels/{call.id}/eligibles?onglet=communes&q=Calais&filtres=1").text
    assert f"/structures/{prospect.id}" in page
    assert "communes à ouvrir" in page
    text = officer.get(f"/appels/{call.id}/eligibles/export.csv?onglet=communes&q=Calais").text
    assert "Calais" in text


def test_a_call_for_others_has_no_list_of_communes(officer: PageClient, session: Session) -> None:
    call = CallFactory(for_families=("association",))
    _actor(departement_code=None)
    session.flush()
    terms = open_call(session, call.id)
    assert count_eligible(session, terms, terms.since, clock.today()) == (1, 0)
    page = officer.get(f"/appels/{call.id}/eligibles?onglet=communes").text
    assert "1 structure pas encore contactée" in page
    assert "Communes à ouvrir" not in page


def test_the_call_page_says_how_many_and_opens_them(
    officer: PageClient, session: Session, call: FundingCall
) -> None:
    _actor(name="Puits du Nord")
    session.flush()
    page = officer.get(f"/appels/{call.id}").text
    assert "Éligibles et pas encore contactées" in page
    assert f"/appels/{call.id}/eligibles" in page
    page = officer.get(f"/appels/{call.id}/eligibles").text
    assert "Puits du Nord" in page
    assert officer.get("/appels/999999/eligibles").status_code == 404


def test_those_ticked_get_a_follow_up_about_the_call(
    officer: PageClient, session: Session, call: FundingCall
) -> None:
    first, second = _actor(name="Premier"), _actor(name="Second")
    session.flush()
    url = f"/appels/{call.id}/eligibles/relances"
    page = officer.submit(url, {"selection": [str(first.id)], "action": "relances"}).text
    due = clock.today() + timedelta(days=60) - timedelta(weeks=4)
    assert f"{due:%d/%m/%Y}" in page
    assert "Jeunesse 2030" in page
    whole = officer.submit(url, {"tout": "1", "filtre": "q=", "action": "relances"}).text
    assert set(re.findall(r'name="selection" value="(\d+)"', whole)) == {
        str(first.id),
        str(second.id),
    }
    key = re.search(r'name="submission_key"[^>]*value="([^"]*)"', whole)
    assert key is not None
    sent = {
        "submission_key": key[1], "selection": [str(first.id), str(second.id), f"commune:{CALAIS}"],
        "what": "Proposer l’appel", "due_on": f"{due:%d/%m/%Y}",
        "assignee": str(officer.user.id),  # type: ignore[attr-defined]
    }  # fmt: skip
    assert officer.submit(url, sent | {"assignee": "999999"}).status_code == 422
    gone = officer.submit(url, sent | {"selection": [str(first.id), "999999"]})
    assert gone.status_code == 422
    assert session.scalar(select(func.count()).select_from(FollowUp)) == 0
    answer = officer.submit(url, sent)
    assert answer.status_code == 303
    made = session.scalars(select(FollowUp).order_by(FollowUp.id)).all()
    assert len(made) == 3
    assert {each.call_id for each in made} == {call.id}
    assert {each.due_on for each in made} == {due}
    undo = re.search(r'action="(/historique/\d+/annuler[^"]*)"', officer.get(answer.location).text)
    assert undo is not None
    officer.submit(unescape(undo[1]), {})
    left = select(func.count()).select_from(FollowUp).where(FollowUp.deleted_at.is_(None))
    assert session.scalar(left) == 0


def test_the_list_asks_as_many_questions_however_long(
    officer: PageClient, session: Session, connection: Connection, call: FundingCall
) -> None:
    def asked() -> list[int]:
        found = []
        for page in ("", "?onglet=communes", "?filtres=1&colonnes=toutes"):
            with counted(connection) as statements:
                assert officer.get(f"/appels/{call.id}/eligibles{page}").status_code == 200
            found.append(len(statements))
        return found

    _actor()
    session.flush()
    asked()
    before = asked()
    for _ in range(30):
        SessionFactory(structures=[_actor()], held_on=date(2016, 1, 1))
    session.flush()
    assert asked() == before
