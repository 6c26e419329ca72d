"""Changes are put back: one field, one change, a whole save; nothing saved since is lost unseen."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts import operations
from crm.contacts.models import Structure
from crm.contacts.operations.attached import POINT_OF_STRUCTURE, add_attached, remove_attached
from crm.contacts.types import ContactPointData, StructureData
from crm.core.errors import RuleError
from crm.history.models import Change, ChangeSet
from crm.history.undo import undo_changes
from tests.factories.contacts import StructureFactory
from tests.factories.followups import SessionFactory
from tests.support.client import PageClient

FIELDS = {"name": "Eau pour tous", "family_code": "association"}


def _typed(version: int, **fields: Any) -> dict[str, Any]:
    return {**FIELDS, "version": str(version), **fields}


def _last_set(session: Session) -> int:
    return session.scalars(select(ChangeSet.id).order_by(ChangeSet.id.desc()).limit(1)).one()


def _structure(session: Session, **fields: Any) -> Structure:
    data = StructureData(name="Eau pour tous", family_code="association", **fields)
    return operations.create_structure(session, data=data)


def test_a_whole_save_is_put_back_from_the_record(officer: PageClient, session: Session) -> None:
    structure = _structure(session)
    url = f"/structures/{structure.id}/modifier"
    officer.submit(url, _typed(1, name="Autre nom", acronym="AN", tags="eau, sahel"))
    page = officer.get(f"/structures/{structure.id}").text
    assert "/historique/" in page
    saved = _last_set(session)
    shown = officer.get(f"/historique/{saved}").text
    for words in ("Autre nom", "Eau pour tous", "eau"):
        assert words in shown
    answer = officer.submit(f"/historique/{saved}/annuler", {})
    assert answer.status_code == 303
    session.expire_all()
    found = operations.structures.get_structure(session, structure.id)
    assert (found.name, found.acronym, found.tags) == ("Eau pour tous", None, [])
    assert found.sort_name == "eau pour tous"
    assert found.version > 2
    assert "Eau pour tous" in officer.get("/structures?q=tous").text
    assert "Autre nom" not in officer.get("/structures?q=autre").text.partition("resultats")[2]


def test_the_undo_can_be_undone(officer: PageClient, session: Session) -> None:
    structure = _structure(session)
    officer.submit(f"/structures/{structure.id}/modifier", _typed(1, name="Autre nom"))
    officer.submit(f"/historique/{_last_set(session)}/annuler", {})
    officer.submit(f"/historique/{_last_set(session)}/annuler", {})
    session.expire_all()
    assert session.get_one(Structure, structure.id).name == "Autre nom"


def test_what_changed_since_is_shown_and_stays(officer: PageClient, session: Session) -> None:
    structure = _structure(session)
    url = f"/structures/{structure.id}/modifier"
    officer.submit(url, _typed(1, name="Deuxième", acronym="D"))
    saved = _last_set(session)
    officer.submit(url, _typed(2, name="Troisième", acronym="D"))
    shown = officer.get(f"/historique/{saved}").text
    assert "Modifié depuis" in shown
    officer.submit(f"/historique/{saved}/annuler", {})
    session.expire_all()
    found = session.get_one(Structure, structure.id)
    assert (found.name, found.acronym) == ("Troisième", None)


def test_what_changed_since_is_replaced_when_ticked(officer: PageClient, session: Session) -> None:
    structure = _structure(session)
    url = f"/structures/{structure.id}/modifier"
    officer.submit(url, _typed(1, name="Deuxième"))
    saved = _last_set(session)
    change_id = session.scalars(select(Change.id).where(Change.change_set_id == saved)).one()
    officer.submit(url, _typed(2, name="Troisième"))
    officer.submit(f"/historique/{saved}/annuler", {"force": f"{change_id}:name"})
    session.expire_all()
    assert session.get_one(Structure, structure.id).name == "Eau pour tous"


def test_members_added_since_stay(app: Flask, session: Session) -> None:
    structure = _structure(session, tag_labels=("un", "deux"))
    data = StructureData(**{**FIELDS, "tag_labels": ("deux", "trois")})
    operations.update_structure(
        session, structure_id=structure.id, version=structure.version, data=data
    )
    change = session.scalars(select(Change).order_by(Change.id.desc()).limit(1)).one()
    later = operations.structures.get_structure(session, structure.id)
    later.tags = [*later.tags, *operations.tags.find_or_create_tags(session, ["quatre"])]
    session.flush()
    undo_changes(session, change_set_id=change.change_set_id, change_id=change.id)
    found = {tag.label for tag in operations.structures.get_structure(session, structure.id).tags}
    assert found == {"un", "deux", "quatre"}


def test_a_creation_goes_to_the_trash(officer: PageClient, session: Session) -> None:
    answer = officer.submit("/structures/nouvelle", {**FIELDS, "submission_key": "undo-1"})
    structure_id = int(answer.location.rsplit("/", 1)[1])
    officer.submit(f"/historique/{_last_set(session)}/annuler", {})
    session.expire_all()
    assert session.get_one(Structure, structure_id).deleted_at is not None
    assert "Eau pour tous" in officer.get("/corbeille").text


def test_what_was_taken_away_comes_back_with_its_id(app: Flask, session: Session) -> None:
    structure = _structure(session)
    data = ContactPointData(medium="courriel", value="accueil@eau.example", nature="generique")
    point = add_attached(session, kind=POINT_OF_STRUCTURE, owner_id=structure.id, data=data)
    point_id = point.id
    remove_attached(session, kind=POINT_OF_STRUCTURE, record_id=point_id)
    change = session.scalars(select(Change).order_by(Change.id.desc()).limit(1)).one()
    assert change.action == "deleted"
    undo_changes(session, change_set_id=change.change_set_id, change_id=change.id)
    back = session.get_one(type(point), point_id)
    assert (back.value, back.value_key, back.nature) == (
        "accueil@eau.example", "accueil@eau.example", "generique",
    )  # fmt: skip


def test_a_session_gets_its_structure_back_as_it_was_that_day(app: Flask, session: Session) -> None:
    kept, removed = StructureFactory(name="Reste"), StructureFactory(name="Ancien nom")
    record = SessionFactory(structures=[kept, removed])
    removed.name = "Nouveau nom"
    record.structures = [seat for seat in record.structures if seat.structure_id == kept.id]
    session.flush()
    change = session.scalars(
        select(Change).where(Change.entity == "session").order_by(Change.id.desc()).limit(1)
    ).one()
    undo_changes(session, change_set_id=change.change_set_id, change_id=change.id)
    session.flush()
    names = {seat.structure_name for seat in record.structures}
    assert names == {"Reste", "Ancien nom"}


def test_a_number_taken_meanwhile_stops_the_undo(app: Flask, session: Session) -> None:
    structure = _structure(session, siret="21020001000010")
    data = StructureData(**FIELDS)
    operations.update_structure(
        session, structure_id=structure.id, version=structure.version, data=data
    )
    change = session.scalars(select(Change).order_by(Change.id.desc()).limit(1)).one()
    other = StructureData(name="L’autre", family_code="association", siret="21020001000010")
    operations.create_structure(session, data=other)
    with pytest.raises(RuleError):
        undo_changes(session, change_set_id=change.change_set_id, change_id=change.id)


def test_an_unknown_save_is_not_found(officer: PageClient) -> None:
    assert officer.get("/historique/999999").status_code == 404
    assert officer.submit("/historique/999999/annuler", {}).status_code == 404


def test_a_list_of_users_is_not_undone_here(administrator: PageClient, session: Session) -> None:
    answer = administrator.submit(
        "/administration/utilisateurs/nouveau",
        {"email": "a@b.example", "name": "A", "role": "officer", "submission_key": "u1"},
    )
    assert answer.status_code == 303
    saved = _last_set(session)
    assert administrator.submit(f"/historique/{saved}/annuler", {}).status_code == 422
