"""One change to many records: what is selected, all that the filters keep, and its undo."""

from typing import Any

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from crm.contacts.models import Membership, Structure, Tag, contact_tag, structure_tag
from crm.contacts.operations.structures import get_structure
from crm.core import clock
from crm.history.models import Change, ChangeSet
from tests.factories.accounts import UserFactory
from tests.factories.contacts import ContactFactory, GroupFactory, StructureFactory
from tests.factories.followups import reference
from tests.support.client import PageClient
from tests.support.queries import counted


def _lot(browser: PageClient, ids: list[int], action: str, value: str, **more: Any) -> int:
    sent = {"selection": [str(each) for each in ids], "action": action, "value": value, **more}
    return browser.submit("/structures/lot", sent).status_code


def _structures(count: int, **fields: Any) -> list[int]:
    return [StructureFactory(**fields).id for _ in range(count)]


def _undo_last(browser: PageClient, session: Session) -> None:
    last = session.scalars(select(ChangeSet.id).order_by(ChangeSet.id.desc()).limit(1)).one()
    assert browser.submit(f"/historique/{last}/annuler", {}).status_code == 303
    session.expire_all()


def _tagged(session: Session, label: str) -> int:
    return session.scalar(
        select(func.count())
        .select_from(structure_tag)
        .join(Tag, Tag.id == structure_tag.c.tag_id)
        .where(Tag.label == label)
    ) or 0  # fmt: skip


def test_a_tag_is_put_on_hundreds_and_taken_back(
    officer: PageClient, session: Session, connection: Connection
) -> None:
    ids = _structures(300)
    with counted(connection) as statements:
        assert _lot(officer, ids, "etiqueter", "À relancer") == 303
    assert len(statements) < 40
    assert _tagged(session, "À relancer") == 300
    assert session.get_one(Structure, ids[0], populate_existing=True).version == 2
    told = session.scalars(select(Change).order_by(Change.id.desc()).limit(1)).one()
    assert told.fields["tags"][0] == []
    _undo_last(officer, session)
    assert _tagged(session, "À relancer") == 0


def test_structures_go_under_one_by_its_name(officer: PageClient, session: Session) -> None:
    university = StructureFactory(name="Université d’Élan", sort_name="universite d elan").id
    ids = _structures(3)
    assert _lot(officer, ids, "parente", "université d’élan") == 303
    session.expire_all()
    assert {session.get_one(Structure, each).parent_id for each in ids} == {university}
    _undo_last(officer, session)
    assert {session.get_one(Structure, each).parent_id for each in ids} == {None}
    _lot(officer, ids, "parente", str(university))
    _lot(officer, ids[:1], "parente", "")
    session.expire_all()
    assert session.get_one(Structure, ids[0]).parent_id is None
    assert session.get_one(Structure, ids[1]).parent_id == university


@pytest.mark.parametrize("parent", ["inconnue", "99999999", "Petite-fille", "Homonyme", "Mère"])
def test_no_structure_goes_under_what_depends_on_it(
    officer: PageClient, session: Session, parent: str
) -> None:
    mother = StructureFactory(name="Mère", sort_name="mere")
    child = StructureFactory(parent_id=mother.id)
    StructureFactory(name="Petite-fille", sort_name="petite fille", parent_id=child.id)
    for _ in range(2):
        StructureFactory(name="Homonyme", sort_name="homonyme")
    other = StructureFactory()
    _lot(officer, [other.id, mother.id], "parente", parent)
    session.expire_all()
    assert session.get_one(Structure, mother.id).parent_id is None
    assert session.get_one(Structure, other.id).parent_id is None


def test_all_that_the_filters_keep_is_changed(officer: PageClient, session: Session) -> None:
    _structures(60, family_code="entreprise")
    _structures(3)
    page = officer.get("/structures?famille=entreprise").text
    assert 'value="famille=entreprise"' in page
    assert _lot(officer, [], "etiqueter", "zone", tout="1", filtre="famille=entreprise") == 303
    assert _tagged(session, "zone") == 60


@pytest.mark.parametrize("action", ["theme", "suivi", "groupe", "statut"])
def test_each_choice_is_made_and_undone(officer: PageClient, session: Session, action: str) -> None:
    ids = _structures(5)
    value = {
        "theme": str(reference("theme", "sante").id),
        "suivi": str(UserFactory().id),
        "groupe": str(GroupFactory().id),
        "statut": "dormante",
    }[action]

    def state() -> list[object]:
        session.expire_all()
        found = [get_structure(session, each) for each in ids]
        members = session.scalar(select(func.count()).select_from(Membership))
        return [
            [(s.referent_id, s.dormant_on, [t.id for t in s.themes]) for s in found], members
        ]  # fmt: skip

    before = state()
    sent = {"selection": [str(each) for each in ids], "autre": "1"}
    assert f'value="{value}"' in officer.submit("/structures/lot", sent).text
    assert _lot(officer, ids, action, "", **{f"valeur-{action}": value}) == 303
    assert state() != before
    if action == "statut":
        assert {get_structure(session, each).dormant_on for each in ids} == {clock.today()}
    _undo_last(officer, session)
    assert state() == before


@pytest.mark.parametrize(
    ("action", "value"),
    [
        ("etiqueter", ""),
        ("etiqueter", "x" * 200),
        ("desetiqueter", "jamais vue"),
        ("theme", "999999"),
        ("groupe", "999999"),
        ("suivi", "999999"),
        ("statut", "licorne"),
        ("theme", "abc"),
    ],
)
def test_a_value_that_is_none_changes_nothing(
    officer: PageClient, session: Session, action: str, value: str
) -> None:
    ids = _structures(2)
    assert _lot(officer, ids, action, value) == 303
    assert 'role="alert"' in officer.get("/structures").text
    assert session.get_one(Structure, ids[0], populate_existing=True).version == 1


def test_a_record_that_is_gone_stops_the_whole(officer: PageClient, session: Session) -> None:
    ids = [*_structures(2), 999_999]
    assert _lot(officer, ids, "etiqueter", "eau") == 303
    assert "n’existent plus" in officer.get("/structures").text
    assert _tagged(session, "eau") == 0


def test_nothing_selected_and_unknown_actions_are_refused(officer: PageClient) -> None:
    assert _lot(officer, [], "etiqueter", "eau") == 303
    assert "au moins une fiche" in officer.get("/structures").text
    assert _lot(officer, _structures(1), "effacer", "tout") == 404


def test_people_are_tagged_too(officer: PageClient, session: Session) -> None:
    ids = [str(ContactFactory().id) for _ in range(3)]
    sent = {"selection": ids, "action": "etiqueter", "value": "voeux"}
    assert officer.submit("/contacts/lot", sent).status_code == 303
    assert session.scalar(select(func.count()).select_from(contact_tag)) == 3
    _undo_last(officer, session)
    assert session.scalar(select(func.count()).select_from(contact_tag)) == 0


@pytest.mark.parametrize("action", ["etiqueter", "groupe"])
def test_undoing_hundreds_asks_little_for_each(
    officer: PageClient, session: Session, connection: Connection, action: str
) -> None:
    ids = _structures(200)
    value = "Eau" if action == "etiqueter" else str(GroupFactory().id)
    assert _lot(officer, ids, action, value) == 303
    with counted(connection) as statements:
        _undo_last(officer, session)
    # SQLAlchemy checks the version of each row by a statement of its own.
    assert len(statements) < 200 + 60
    assert not _tagged(session, "Eau")
    assert not session.scalar(select(func.count()).select_from(Membership))
