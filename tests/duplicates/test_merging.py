"""A merge moves everything attached and can be taken apart; past counts stay."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.indicators import count_actors_listed_on
from crm.contacts.models import (
    Affiliation,
    Contact,
    ContactPoint,
    Membership,
    NetworkMembership,
    Structure,
)
from crm.contacts.operations.attached import NETWORK_MEMBERSHIP, add_attached
from crm.contacts.queries.identities import MODELS
from crm.contacts.types import NetworkMembershipData
from crm.core import clock
from crm.core.errors import RuleError
from crm.core.text import words
from crm.database import Base
from crm.duplicates.merging import merge_records
from crm.duplicates.moves import POLYMORPHIC, REFERENCES, Policy
from crm.duplicates.presentation import ATTACHED
from crm.duplicates.unmerging import get_merge, later_items, unmerge_records
from crm.followups.indicators import ACCOMPANIED_STRUCTURES, By, Period, count, split
from crm.followups.models import AccompanimentSession, FollowUp
from crm.history.kinds import find_kind
from crm.notes.models import Note
from crm.projects.models import Project, ProjectPartner
from crm.search.queries import matching_ids
from tests.factories.accounts import UserFactory
from tests.factories.contacts import (
    AffiliationFactory,
    ContactFactory,
    GroupFactory,
    MembershipFactory,
    StructureFactory,
)
from tests.factories.followups import FollowUpFactory, SessionFactory
from tests.factories.projects import ProjectFactory, ProjectPartnerFactory

Y2019 = Period.of_year(2019)


@pytest.mark.parametrize("kind", ["structure", "contact"])
def test_every_foreign_key_has_been_thought_of(kind: str) -> None:
    known = {(each.table, each.column) for each in REFERENCES[kind]}
    target = MODELS[kind].__table__
    assert known == {
        (table.name, key.parent.name)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is target
    }


@pytest.mark.parametrize("kind", ["structure", "contact"])
def test_what_can_be_attached_is_told_in_words(kind: str) -> None:
    tables = {each.table for each in REFERENCES[kind] if each.policy is not Policy.UNION}
    assert tables <= set(ATTACHED)


def test_every_table_that_names_records_without_a_key_has_been_thought_of() -> None:
    # duplicate_pair and record_merge are this package's own.
    found = {
        table.name
        for table in Base.metadata.sorted_tables
        if "record_id" in table.c and not table.c.record_id.foreign_keys
    }
    assert found == set(POLYMORPHIC)


def _snapshot(session: Session) -> dict[str, set[tuple[object, ...]]]:
    """Return every row of what can be attached, its version apart."""
    session.flush()
    names = {each.table for group in REFERENCES.values() for each in group} | {"note"}
    return {
        name: {
            tuple(value for key, value in row.items() if key not in ("version", "deleted_at"))
            for row in session.execute(select(Base.metadata.tables[name])).mappings()
        }
        for name in names
    }


def _furnished(**values: object) -> Structure:
    """Return a structure with one of everything."""
    structure = StructureFactory(**values)
    affiliation = AffiliationFactory(structure=structure)
    SessionFactory(structures=[structure], held_on=date(2019, 5, 2))
    FollowUpFactory(structure_id=structure.id)
    ProjectFactory(lead_structure=structure)
    ProjectPartnerFactory(structure=structure)
    MembershipFactory(structure=structure)
    StructureFactory(parent_id=structure.id)
    assert affiliation.id
    return structure


def _merge(session: Session, kept: object, merged: object, kind: str = "structure") -> int:
    return merge_records(session, kind=kind, kept_id=kept.id, merged_id=merged.id).id  # type: ignore[attr-defined]


def test_everything_attached_moves_and_comes_back(session: Session) -> None:
    kept, merged = _furnished(name="Les amis du Bénin"), _furnished(name="Amis du Bénin")
    user = UserFactory()
    session.add(
        Note(
            entity="structure", record_id=merged.id, body="À voir", author_id=user.id,
            created_at=clock.now(),
        )
    )  # fmt: skip
    before = _snapshot(session)
    merge_id = _merge(session, kept, merged)
    for model, column in (
        (Affiliation, "structure_id"),
        (FollowUp, "structure_id"),
        (Project, "lead_structure_id"),
        (ProjectPartner, "structure_id"),
        (Membership, "structure_id"),
        (Structure, "parent_id"),
        (Note, "record_id"),
    ):
        rows = session.scalars(select(getattr(model, column))).all()
        assert merged.id not in rows, (model, column)
        assert kept.id in rows
    assert merged.merged_into_id == kept.id
    assert merged.deleted_at is not None
    unmerge_records(session, merge_id=merge_id)
    session.expire_all()
    assert _snapshot(session) == before
    assert session.get_one(Structure, merged.id).deleted_at is None


def test_past_counts_do_not_move(session: Session) -> None:
    one = StructureFactory(listed_on=date(2016, 1, 1), family_code="association")
    other = StructureFactory(listed_on=date(2018, 1, 1), family_code="reseau")
    for structure in (one, other):
        SessionFactory(structures=[structure], held_on=date(2019, 5, 2))
    SessionFactory(structures=[one, other], held_on=date(2019, 6, 2))

    def figures() -> tuple[object, ...]:
        return (
            count(session, ACCOMPANIED_STRUCTURES, Y2019),
            split(session, ACCOMPANIED_STRUCTURES, Y2019, By.FAMILY),
            count_actors_listed_on(session, date(2017, 12, 31)),
            count_actors_listed_on(session, date(2019, 12, 31)),
        )

    before = figures()
    merge_id = _merge(session, one, other)
    assert figures() == before
    assert count_actors_listed_on(session, clock.today()) == before[3] - 1  # type: ignore[operator]
    unmerge_records(session, merge_id=merge_id)
    assert figures() == before


def test_what_cannot_be_twice_stays_where_it_was(session: Session) -> None:
    kept, merged = StructureFactory(), StructureFactory()
    group, person = GroupFactory(), ContactFactory()
    for structure in (kept, merged):
        add_attached(
            session,
            kind=NETWORK_MEMBERSHIP,
            owner_id=structure.id,
            data=NetworkMembershipData(year=2019, fee="50", is_paid=True),
        )
        MembershipFactory(structure=structure, group=group)
        AffiliationFactory(structure=structure, contact=person, role="Maire")
    merge = merge_records(session, kind="structure", kept_id=kept.id, merged_id=merged.id)
    assert {line[0] for line in merge.kept} == {"network_membership", "membership", "affiliation"}
    assert len(session.scalars(select(NetworkMembership)).all()) == 2
    assert session.scalars(
        select(Membership.structure_id).where(Membership.group_id == group.id)
    ).all() == [kept.id, merged.id]


def test_fields_are_chosen_and_an_address_that_loses_is_kept(session: Session) -> None:
    kept = ContactFactory(first_name="J.", last_name="DUPONT", email="a@ex.fr", email_key="a@ex.fr")
    merged = ContactFactory(
        first_name="Jeanne", last_name="Dupont", email="b@ex.fr", email_key="b@ex.fr",
        mobile="+33611223344",
    )  # fmt: skip
    merge_id = _merge(session, kept, merged, "contact")
    assert (kept.full_name, kept.email, kept.mobile) == ("Jeanne Dupont", "a@ex.fr", "+33611223344")
    assert session.scalars(select(ContactPoint.value)).all() == ["b@ex.fr"]
    unmerge_records(session, merge_id=merge_id)
    assert (kept.full_name, kept.mobile) == ("J. DUPONT", None)
    assert session.scalars(select(ContactPoint.value)).all() == []


def test_sessions_of_a_person_move_and_both_may_have_been_there(session: Session) -> None:
    kept, merged = ContactFactory(), ContactFactory()
    alone = SessionFactory(structures=[StructureFactory()], contacts=[merged])
    both = SessionFactory(structures=[StructureFactory()], contacts=[kept, merged])
    merge_id = _merge(session, kept, merged, "contact")
    session.expire_all()
    assert _people(session, alone.id) == {kept.id}
    assert _people(session, both.id) == {kept.id, merged.id}
    unmerge_records(session, merge_id=merge_id)
    session.expire_all()
    assert _people(session, alone.id) == {merged.id}
    assert _people(session, both.id) == {kept.id, merged.id}


def _people(session: Session, session_id: int) -> set[int]:
    kind = find_kind("session")
    assert kind is not None
    return set(
        session.scalars(
            select(Contact.id)
            .join(AccompanimentSession.contacts)
            .where(AccompanimentSession.id == session_id)
        )
    )


def test_what_came_after_goes_where_it_is_told(session: Session) -> None:
    kept, merged = StructureFactory(), StructureFactory()
    merge_id = _merge(session, kept, merged)
    mine, theirs = FollowUpFactory(structure_id=kept.id), FollowUpFactory(structure_id=kept.id)
    later = SessionFactory(structures=[kept])
    items = later_items(session, get_merge(session, merge_id))
    assert [each.record_id for each in items] == [mine.id, theirs.id, later.id]
    unmerge_records(session, merge_id=merge_id, given_back={items[1].key, items[2].key})
    session.expire_all()
    assert session.get_one(FollowUp, mine.id).structure_id == kept.id
    assert session.get_one(FollowUp, theirs.id).structure_id == merged.id
    assert count(session, ACCOMPANIED_STRUCTURES, Period(clock.today(), clock.today())) == 1


def test_a_field_changed_since_stays(session: Session) -> None:
    kept, merged = StructureFactory(acronym=None), StructureFactory(acronym="AB")
    merge_id = _merge(session, kept, merged)
    kept.acronym = "ABX"
    session.flush()
    assert unmerge_records(session, merge_id=merge_id).fields == ["acronym"]
    assert (kept.acronym, merged.acronym) == ("ABX", "AB")


def test_merges_out_of_order_are_refused_with_the_reason(session: Session) -> None:
    one, two, three = StructureFactory(), StructureFactory(), StructureFactory()
    first = _merge(session, two, one)
    with pytest.raises(RuleError, match="a déjà été fusionné dans"):
        _merge(session, two, one)
    second = _merge(session, three, two)
    assert one.merged_into_id == three.id
    with pytest.raises(RuleError, match="défaites d’abord"):
        unmerge_records(session, merge_id=first)
    unmerge_records(session, merge_id=second)
    session.expire_all()
    assert session.get_one(Structure, one.id).merged_into_id == two.id
    unmerge_records(session, merge_id=first)
    with pytest.raises(RuleError, match="déjà été défaite"):
        unmerge_records(session, merge_id=first)


def test_what_is_surely_two_is_not_merged(session: Session) -> None:
    arras = StructureFactory(name="Arras", insee_code="62041", commune_code="62041")
    lens = StructureFactory(name="Lens", insee_code="62498", commune_code="62498")
    free = StructureFactory(name="Mairie d’Arras")
    with pytest.raises(RuleError, match="collectivités différentes"):
        _merge(session, arras, lens)
    with pytest.raises(RuleError, match="gardez plutôt"):
        _merge(session, free, arras)
    child = StructureFactory(parent_id=arras.id)
    with pytest.raises(RuleError, match="dépend de l’autre"):
        _merge(session, arras, child)
    listed, prospect = StructureFactory(listed_on=date(2018, 1, 1)), StructureFactory()
    with pytest.raises(RuleError, match="les chiffres des années passées"):
        _merge(session, prospect, listed)
    _merge(session, arras, free)


def test_the_old_name_leads_to_the_one_kept(session: Session) -> None:
    kept, merged = StructureFactory(name="Horizon partagé"), StructureFactory(name="Zanzibarito")
    _merge(session, kept, merged)
    found = session.scalars(matching_ids("structure", tuple(words("zanzibarito")))).all()
    assert list(found) == [kept.id]
