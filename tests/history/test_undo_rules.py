"""What comes back keeps to the rules that a form keeps to."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts import operations
from crm.contacts.models import Affiliation, ContactPoint, Membership, Structure
from crm.contacts.operations.attached import POINT_OF_STRUCTURE, add_attached, remove_attached
from crm.contacts.operations.memberships import delete_membership
from crm.contacts.operations.people import create_affiliation
from crm.contacts.types import AffiliationData, ContactPointData, StructureData
from crm.core.errors import RuleError
from crm.history.models import Change
from crm.history.undo import undo_changes
from tests.factories.contacts import (
    AffiliationFactory,
    ContactFactory,
    MembershipFactory,
    StructureFactory,
)
from tests.factories.projects import ProjectFactory


def _undo(session: Session, entity: str, action: str) -> None:
    change = session.scalars(
        select(Change).where(Change.entity == entity, Change.action == action)
    ).one()
    undo_changes(session, change_set_id=change.change_set_id, change_id=change.id)
    session.flush()


def test_the_departement_comes_back_with_the_commune(app: Flask, session: Session) -> None:
    data = StructureData(name="A", family_code="association", commune_code="62119")
    structure = operations.create_structure(session, data=data)
    operations.update_structure(
        session,
        structure_id=structure.id,
        version=structure.version,
        data=StructureData(name="A", family_code="association"),
    )
    assert structure.departement_code is None
    change = session.scalars(select(Change).where(Change.action == "updated")).one()
    change.fields = {"commune_code": change.fields["commune_code"]}
    session.flush()
    _undo(session, "structure", "updated")
    assert (structure.commune_code, structure.departement_code) == ("62119", "62")


def test_a_role_taken_up_again_meanwhile_does_not_come_back_twice(
    app: Flask, session: Session
) -> None:
    first = AffiliationFactory()
    contact_id, structure_id = first.contact_id, first.structure_id
    session.delete(first)
    session.flush()
    create_affiliation(
        session,
        contact_id=contact_id,
        structure_id=structure_id,
        data=AffiliationData(role="Présidente"),
    )
    with pytest.raises(RuleError, match="déjà cette fonction"):
        _undo(session, "affiliation", "deleted")
    assert len(session.scalars(select(Affiliation)).all()) == 1


def test_a_membership_does_not_come_back_beside_its_successor(app: Flask, session: Session) -> None:
    first = MembershipFactory(start_on=date(2025, 1, 1))
    group, structure = first.group, first.structure
    delete_membership(session, membership_id=first.id)
    MembershipFactory(group=group, structure=structure, start_on=date(2026, 1, 1))
    with pytest.raises(RuleError, match="déjà membre"):
        _undo(session, "membership", "deleted")
    assert len(session.scalars(select(Membership)).all()) == 1


def test_an_address_noted_again_does_not_come_back_twice(app: Flask, session: Session) -> None:
    structure = StructureFactory()
    data = ContactPointData(medium="courriel", nature="generique", value="a@b.example", label=None)
    point = add_attached(session, kind=POINT_OF_STRUCTURE, owner_id=structure.id, data=data)
    remove_attached(session, kind=POINT_OF_STRUCTURE, record_id=point.id)
    add_attached(session, kind=POINT_OF_STRUCTURE, owner_id=structure.id, data=data)
    with pytest.raises(RuleError, match="déjà notée"):
        _undo(session, "contact_point", "deleted")
    assert len(session.scalars(select(ContactPoint)).all()) == 1


def test_a_project_s_dates_stay_in_order(app: Flask, session: Session) -> None:
    project = ProjectFactory(start_on=date(2024, 1, 1), end_on=date(2024, 6, 1))
    session.flush()
    project.end_on = date(2026, 6, 1)
    session.flush()
    told = session.scalars(select(Change).order_by(Change.id.desc()).limit(1)).one()
    project.start_on = date(2025, 1, 1)
    session.flush()
    with pytest.raises(RuleError, match="précéder"):
        undo_changes(session, change_set_id=told.change_set_id, change_id=told.id)


def test_a_circle_of_parents_does_not_come_back(app: Flask, session: Session) -> None:
    above, below = StructureFactory(), StructureFactory()
    below.parent_id = above.id
    session.flush()
    below.parent_id = None
    session.flush()
    change = session.scalars(select(Change).order_by(Change.id.desc()).limit(1)).one()
    above.parent_id = below.id
    session.flush()
    with pytest.raises(RuleError, match="même de loin"):
        undo_changes(session, change_set_id=change.change_set_id, change_id=change.id)
    assert session.get_one(Structure, below.id).parent_id is None


def test_a_person_of_before_comes_back_with_the_role(app: Flask, session: Session) -> None:
    affiliation = AffiliationFactory(contact=ContactFactory())
    kept = affiliation.id
    session.delete(affiliation)
    session.flush()
    _undo(session, "affiliation", "deleted")
    assert session.get(Affiliation, kept) is not None
