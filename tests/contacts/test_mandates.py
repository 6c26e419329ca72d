"""After an election: mandates close together, seats stand vacant, successors are met."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Affiliation, Seat
from crm.core import clock
from crm.followups.models import FollowUp
from tests.factories.accounts import UserFactory
from tests.factories.contacts import AffiliationFactory, ContactFactory, StructureFactory
from tests.support.client import PageClient

START, END = date(2014, 4, 1), date(2020, 3, 15)


def _mayor(name: str, **fields: object) -> Affiliation:
    values = {"role": "Maire", "is_elected": True, "start_on": START} | fields
    found: Affiliation = AffiliationFactory(contact=ContactFactory(last_name=name), **values)
    return found


def _close(browser: PageClient, *ids: int, day: str = "15/03/2020") -> int:
    sent = {"selection": [str(each) for each in ids], "value": day}
    return browser.submit("/mandats/clore", sent).status_code


def test_mandates_close_together_and_seats_stand_vacant(
    officer: PageClient, session: Session
) -> None:
    first, second, staff = _mayor("Avant"), _mayor("Aussi"), AffiliationFactory(role="DGS")
    page = officer.get("/mandats").text
    assert "Avant" in page
    assert "DGS" not in page
    assert _close(officer, first.id, second.id) == 303
    session.expire_all()
    for each in (first, second):
        kept = session.get_one(Affiliation, each.id)
        assert (kept.end_on, kept.end_reason) == (END, "fin_de_mandat")
        assert kept.seat_id is not None
    assert session.get_one(Affiliation, staff.id).end_on is None
    vacant = officer.get("/mandats/vacants").text
    for words in ("Avant", "Aussi", "Maire", "15/03/2020"):
        assert words in vacant
    assert "vacant depuis" in officer.get(f"/structures/{first.structure_id}").text


def test_closing_can_be_undone_at_once(officer: PageClient, session: Session) -> None:
    first, second = _mayor("Avant"), _mayor("Aussi")
    _close(officer, first.id, second.id)
    page = officer.get("/mandats/vacants").text
    undo = page.partition('action="/historique/')[2].partition('"')[0]
    assert officer.submit(f"/historique/{undo}", {}).status_code == 303
    session.expire_all()
    assert session.get_one(Affiliation, first.id).end_on is None
    assert session.scalars(select(Seat)).all() == []
    assert "Aucun" not in officer.get("/mandats").text.partition("resultats")[2][:400]


def test_all_that_a_filter_keeps_closes_at_once(officer: PageClient, session: Session) -> None:
    here = _mayor("Avant", structure=StructureFactory(departement_code="62"))
    there = _mayor("Aussi", structure=StructureFactory(departement_code="59"))
    sent = {"tout": "1", "filtre": "departement=62&le=01/01/2020", "value": "15/03/2020"}
    assert officer.submit("/mandats/clore", sent).status_code == 303
    session.expire_all()
    assert session.get_one(Affiliation, here.id).end_on == END
    assert session.get_one(Affiliation, there.id).end_on is None
    everyone = {"tout": "1", "filtre": ""}
    assert officer.submit("/mandats/vacants/rencontrer", everyone).status_code == 303
    assert len(session.scalars(select(FollowUp)).all()) == 1


def test_closed_today_a_seat_is_shown_vacant_from_tomorrow(officer: PageClient) -> None:
    mayor = _mayor("Avant", structure=StructureFactory(name="Ville-Claire"))
    sent = {"selection": str(mayor.id), "value": "aujourd’hui"}
    answer = officer.submit("/mandats/clore", sent)
    assert "Ville-Claire" in officer.get(answer.location).text


def test_a_successor_is_not_met_by_someone_who_left(officer: PageClient, session: Session) -> None:
    gone = UserFactory(is_active=False)
    former = _mayor("Avant", structure=StructureFactory(referent_id=gone.id))
    _close(officer, former.id)
    seats = [str(seat_id) for seat_id in session.scalars(select(Seat.id))]
    officer.submit("/mandats/vacants/rencontrer", {"selection": seats})
    found = session.scalars(select(FollowUp)).one()
    assert found.assignee_id == officer.user.id  # type: ignore[attr-defined]


def test_a_seat_is_filled_by_naming_someone(officer: PageClient, session: Session) -> None:
    former = _mayor("Avant")
    _close(officer, former.id)
    seat = session.scalars(select(Seat)).one()
    town = former.structure_id
    url = f"/contacts/nouveau?structure={town}&fonction=Maire&siege={seat.id}&electif=1"
    form = officer.get(url).text
    assert 'value="Maire"' in form
    sent = {
        "last_name": "Après", "structure": str(former.structure_id), "role": "Maire",
        "is_elected": "y", "seat_id": str(seat.id), "start_on": "28/03/2020",
    }  # fmt: skip
    assert officer.submit(url, sent).status_code == 303
    assert "Après" not in officer.get("/mandats/vacants").text
    assert "Avant" not in officer.get("/mandats/vacants").text.partition("resultats")[2]
    assert "Après" in officer.get("/mandats").text


def test_who_was_there_on_a_day_is_on_screen(officer: PageClient, session: Session) -> None:
    town = StructureFactory(name="Ville")
    _mayor("Ancienne", structure=town, end_on=END)
    _mayor("Nouvelle", structure=town, start_on=date(2020, 3, 28))
    page = officer.get(f"/structures/{town.id}?le=15/03/2019").text
    people = page.partition('id="contacts"')[2].partition("<details")[0]
    assert "Ancienne" in people
    assert "Nouvelle" not in people
    today = officer.get(f"/structures/{town.id}").text.partition('id="contacts"')[2]
    assert "Nouvelle" in today.partition("<details")[0]
    assert "Ancienne" in officer.get("/mandats?le=15/03/2019").text


def test_successors_are_to_be_met_by_the_person_in_charge(
    officer: PageClient, session: Session
) -> None:
    charged = UserFactory()
    former = _mayor("Avant", structure=StructureFactory(referent_id=charged.id))
    other = _mayor("Aussi")
    _close(officer, former.id, other.id)
    seats = [str(seat_id) for seat_id in session.scalars(select(Seat.id))]
    assert officer.submit("/mandats/vacants/rencontrer", {"selection": seats}).status_code == 303
    found = {each.structure_id: each for each in session.scalars(select(FollowUp))}
    assert found[former.structure_id].assignee_id == charged.id
    assert found[other.structure_id].assignee_id == officer.user.id  # type: ignore[attr-defined]
    assert "Maire" in found[former.structure_id].what
    assert found[former.structure_id].due_on > clock.today()


@pytest.mark.parametrize("day", ["", "bientôt", "31/02/2020"])
def test_a_day_that_is_none_closes_nothing(officer: PageClient, session: Session, day: str) -> None:
    mayor = _mayor("Avant")
    assert _close(officer, mayor.id, day=day) == 303
    assert "Date non comprise" in (page := officer.get("/mandats").text) or "calendrier" in page
    session.expire_all()
    assert session.get_one(Affiliation, mayor.id).end_on is None


def test_a_role_that_had_ended_is_left_alone(officer: PageClient, session: Session) -> None:
    mayor = _mayor("Avant", end_on=date(2018, 1, 1))
    _close(officer, mayor.id)
    assert "Aucun de ces mandats" in officer.get("/mandats").text
    session.expire_all()
    assert session.get_one(Affiliation, mayor.id).end_on == date(2018, 1, 1)


def test_the_lists_are_exported(officer: PageClient) -> None:
    mayor = _mayor("Avant")
    assert "Avant" in officer.get("/mandats/export.csv").text
    _close(officer, mayor.id)
    assert "Avant" in officer.get("/mandats/vacants/export.csv").text


def test_overlapping_identical_roles_are_refused(officer: PageClient) -> None:
    mayor = _mayor("Avant")
    sent = {"structure": str(mayor.structure_id), "role": "Maire", "start_on": "01/01/2016"}
    answer = officer.submit(f"/contacts/{mayor.contact_id}/fonctions/nouvelle", sent)
    assert answer.status_code == 422
    assert "a déjà cette fonction" in answer.text
