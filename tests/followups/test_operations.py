"""Logging sessions, changing them, and what follows from them."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.core import clock
from crm.core.errors import NotFoundError, RuleError, StaleRecordError
from crm.followups import operations
from crm.followups.bulk import add_item, remove_item
from crm.followups.models import AccompanimentSession, FollowUp
from crm.followups.operations.sessions import get_session
from crm.followups.types import FollowUpData, NextStep, SessionData
from crm.history.queries import history_of
from crm.reference.models import ReferenceItem
from crm.territories.models import Commune
from tests.factories.accounts import UserFactory
from tests.factories.contacts import StructureFactory
from tests.factories.followups import FollowUpFactory, SessionFactory, reference


def data(*structures: object, **changes: Any) -> SessionData:
    values = {
        "structures": tuple(str(each) for each in structures),
        "held_on": clock.today(),
        "kind_id": reference("session_kind", "rdv").id,
    }
    return SessionData(**(values | changes))


def log(session: Session, what: SessionData, key: str = "k" * 20, **more: Any) -> Any:
    return operations.log_session(session, data=what, submission_key=key, user_id=None, **more)


def test_a_session_keeps_the_structure_as_it_was_that_day(session: Session) -> None:
    structure = StructureFactory(name="Ville d’hier", departement_code="62")
    record = log(session, data(structure.id))
    structure.name, structure.family_code = "Ville d’aujourd’hui", "reseau"
    structure.departement_code = "59"
    session.flush()
    added = StructureFactory(name="Nouvelle venue")
    operations.update_session(
        session,
        session_id=record.id,
        version=record.version,
        data=data(structure.id, added.id, notes="relu"),
    )
    session.expire_all()
    seats = {
        seat.structure_id: (seat.structure_name, seat.family_code, seat.departement_code)
        for seat in get_session(session, record.id).structures
    }
    assert seats[structure.id] == ("Ville d’hier", "association", "62")
    assert seats[added.id] == ("Nouvelle venue", "association", None)


def test_a_structure_in_the_trash_stays_in_its_old_sessions(session: Session) -> None:
    structure = StructureFactory()
    record = log(session, data(structure.id))
    structure.deleted_at = clock.now()
    session.flush()
    operations.update_session(
        session, session_id=record.id, version=record.version, data=data(structure.id, notes="n")
    )
    assert [seat.structure_id for seat in record.structures] == [structure.id]


def test_a_commune_and_a_new_structure_enter_with_the_session(session: Session) -> None:
    commune = session.scalars(select(Commune).order_by(Commune.insee_code).limit(1)).one()
    values = (f"commune:{commune.insee_code}", "new:Les Amis du fleuve")
    record = log(session, data(*values, new_family="association", contacts=("new:Awa Diop",)))
    names = {seat.structure_name: seat.family_code for seat in record.structures}
    assert names == {commune.name: "collectivite", "Les Amis du fleuve": "association"}
    assert [contact.full_name for contact in record.contacts] == ["Awa Diop"]


def test_a_new_structure_needs_a_family_that_exists(session: Session) -> None:
    for family in (None, "inconnue"):
        with pytest.raises(RuleError) as caught:
            log(session, data("new:Sans famille", new_family=family))
        assert caught.value.field == "new_family"


def test_the_same_form_twice_makes_one_session(session: Session) -> None:
    structure = StructureFactory()
    step = NextStep("Rappeler", clock.today())
    officer = UserFactory()
    what = data(structure.id, officer_ids=(officer.id,))
    first, second = (log(session, what, next_step=step) for _ in range(2))
    assert first is second
    assert session.scalar(select(func.count()).select_from(AccompanimentSession)) == 1
    assert session.scalar(select(func.count()).select_from(FollowUp)) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind_id": 999_999_999}, "kind"),
        ({"theme_ids": (999_999_999,)}, "themes"),
        ({"country_codes": ("ZZ",)}, "countries"),
        ({"country_codes": ("a\x00",)}, "countries"),
        ({"officer_ids": (999_999_999,)}, "officers"),
        ({"contacts": ("999999999",)}, "contacts"),
        ({"structures": ("999999999",)}, "structures"),
        ({"structures": ("commune:99999",)}, "structures"),
        ({"structures": ("n’importe quoi",)}, "structures"),
        ({"held_on": date(2100, 1, 1)}, "held_on"),
    ],
)
def test_nothing_from_a_form_is_taken_on_trust(
    session: Session, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(RuleError) as caught:
        log(session, data(StructureFactory().id, **changes))
    assert caught.value.field == field


def test_a_kind_of_another_list_or_retired_is_refused(session: Session) -> None:
    structure = StructureFactory()
    theme = reference("theme", _any_theme(session))
    with pytest.raises(RuleError):
        log(session, data(structure.id, kind_id=theme.id))
    kind = reference("session_kind", "b2b")
    record = log(session, data(structure.id, kind_id=kind.id))
    kind.is_active = False
    session.flush()
    with pytest.raises(RuleError):
        log(session, data(structure.id, kind_id=kind.id), key="another key of a form")
    operations.update_session(
        session,
        session_id=record.id,
        version=record.version,
        data=data(structure.id, kind_id=kind.id, notes="La nature d’alors reste."),
    )


def test_a_version_that_has_moved_on_is_refused(session: Session) -> None:
    structure = StructureFactory()
    record = log(session, data(structure.id))
    opened_on = record.version
    theme = reference("theme", _any_theme(session))
    operations.update_session(
        session,
        session_id=record.id,
        version=opened_on,
        data=data(structure.id, theme_ids=(theme.id,)),
    )
    assert record.version > opened_on
    with pytest.raises(StaleRecordError):
        operations.update_session(
            session, session_id=record.id, version=opened_on, data=data(structure.id)
        )


def _any_theme(session: Session) -> str:
    return session.scalars(
        select(ReferenceItem.code).where(ReferenceItem.list_code == "theme").limit(1)
    ).one()


def test_a_session_goes_to_the_trash_and_back(session: Session) -> None:
    record = log(session, data(StructureFactory().id))
    operations.delete_session(session, session_id=record.id)
    with pytest.raises(NotFoundError):
        operations.delete_session(session, session_id=record.id)
    operations.restore_session(session, session_id=record.id)
    assert record.deleted_at is None
    with pytest.raises(NotFoundError):
        operations.restore_session(session, session_id=record.id)


def test_a_change_is_told_once_on_the_session_and_its_structures(session: Session) -> None:
    structure = StructureFactory()
    record = log(session, data(structure.id))
    operations.update_session(
        session,
        session_id=record.id,
        version=record.version,
        data=data(structure.id, "new:Autre", new_family="autre", notes="Relu"),
    )
    told = history_of(session, entity="session", record_id=record.id)
    assert [change.action for change in told] == ["updated", "created"]
    assert set(told[0].fields) == {"notes", "structures"}
    of_structure = history_of(session, entity="structure", record_id=structure.id)
    assert {change.entity for change in of_structure} >= {"session"}


def test_the_status_of_a_planned_session_is_said_later(session: Session) -> None:
    record = SessionFactory(
        status="prevue",
        held_on=clock.today() + timedelta(days=1),
        structures=[StructureFactory()],
    )
    with pytest.raises(RuleError):
        operations.set_status(session, session_id=record.id, status="realisee")
    assert operations.set_status(session, session_id=record.id, status="annulee") == "prevue"


def test_a_theme_goes_on_many_sessions_and_comes_off(session: Session) -> None:
    theme = reference("theme", _any_theme(session))
    had = SessionFactory(structures=[StructureFactory()], themes=[theme])
    lacked = SessionFactory(structures=[StructureFactory()])
    ids = [had.id, lacked.id]
    assert add_item(session, ids=ids, name="themes", item_id=theme.id) == 1
    assert (had.themes, lacked.themes) == ([theme], [theme])
    assert remove_item(session, ids=[lacked.id], name="themes", item_id=theme.id) == 1
    assert (had.themes, lacked.themes) == ([theme], [])


def test_a_follow_up_is_done_opened_again_and_put_off(session: Session) -> None:
    record = FollowUpFactory()
    operations.complete_follow_up(session, follow_up_id=record.id)
    done_at = record.done_at
    operations.complete_follow_up(session, follow_up_id=record.id)
    assert record.done_at == done_at
    operations.reopen_follow_up(session, follow_up_id=record.id)
    assert record.done_at is None
    later = clock.today() + timedelta(days=7)
    before = operations.postpone_follow_up(session, follow_up_id=record.id, due_on=later)
    assert (before, record.due_on) == (clock.today(), later)


def test_a_follow_up_is_for_someone_of_the_team(session: Session) -> None:
    gone = UserFactory(is_active=False)
    for user_id in (gone.id, 999_999_999):
        with pytest.raises(RuleError) as caught:
            operations.create_follow_up(
                session,
                data=FollowUpData(what="Rappeler", due_on=clock.today(), assignee_id=user_id),
            )
        assert caught.value.field == "assignee"


def test_a_follow_up_adopts_the_commune_it_is_about(session: Session) -> None:
    commune = session.scalars(select(Commune).order_by(Commune.insee_code).limit(1)).one()
    record = operations.create_follow_up(
        session,
        data=FollowUpData(
            what="Rappeler",
            due_on=clock.today(),
            assignee_id=UserFactory().id,
            structure=f"commune:{commune.insee_code}",
        ),
    )
    structure = session.get(Structure, record.structure_id)
    assert structure is not None
    assert structure.insee_code == commune.insee_code
