"""The criteria that the random trees leave out, each on a handful of records."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.accompaniment.models import Accompaniment
from crm.core import clock
from crm.criteria.compiling import matching
from crm.criteria.problems import problems_of
from crm.criteria.registry import asked_of
from crm.criteria.types import Branch, Leaf, Mode, Raw, Subject, Tree
from crm.duplicates.merging import merge_records
from crm.reference.models import ReferenceItem
from crm.territories.models import Commune
from tests.factories.accompaniment import AccompanimentFactory
from tests.factories.contacts import ContactFactory, StructureFactory
from tests.factories.followups import SessionFactory
from tests.factories.funding import ApplicationFactory

S, C = Subject.STRUCTURE, Subject.CONTACT


def _found(
    session: Session, subject: Subject, code: str, values: dict[str, Raw], *, negated: bool = False
) -> set[int]:
    session.flush()
    tree = Tree(subject, Branch(Mode.ALL, (Leaf(code, values, negated),)))
    assert problems_of(session, tree) == []
    return set(session.scalars(matching(session, tree, clock.today())))


def test_sub_types_expertises_and_arrondissements(session: Session) -> None:
    subtype = session.scalars(
        select(ReferenceItem).where(ReferenceItem.list_code == "subtype").limit(1)
    ).one()
    expertise = session.scalars(
        select(ReferenceItem).where(ReferenceItem.list_code == "expertise").limit(1)
    ).one()
    lens = session.get_one(Commune, "62498")
    one = StructureFactory(
        subtype_id=subtype.id, expertises=[expertise], commune_code="62498", themes=[], tags=[]
    )
    other = StructureFactory(commune_code="59350")
    for code, values in (
        ("sous_type", {"subtypes": (str(subtype.id),)}),
        ("expertise", {"expertises": (str(expertise.id),)}),
        ("arrondissement", {"arrondissements": (str(lens.arrondissement_code),)}),
    ):
        assert _found(session, S, code, values) == {one.id}
        assert _found(session, S, code, values, negated=True) == {other.id}


def test_when_a_record_was_made(session: Session) -> None:
    today = clock.today()
    old = StructureFactory(created_at=clock.now() - timedelta(days=40))
    new = StructureFactory()
    since = {"day": (today - timedelta(days=7)).isoformat()}
    assert _found(session, S, "creee", since) == {new.id}
    assert _found(session, S, "creee", since, negated=True) == {old.id}
    person = ContactFactory()
    assert _found(session, C, "creee", {"day": "hier"}) == {person.id}


def test_silence_is_broken_by_any_exchange(session: Session) -> None:
    today = clock.today()
    silent, met, followed = (StructureFactory() for _ in range(3))
    session.flush()
    SessionFactory(structures=[silent], held_on=today - timedelta(days=100))
    SessionFactory(structures=[met], held_on=today - timedelta(days=10))
    SessionFactory(structures=[silent], held_on=today, status="annulee")
    path: Accompaniment = AccompanimentFactory(
        structure_id=followed.id, opened_on=today - timedelta(days=5)
    )
    assert path.structure_id == followed.id
    assert _found(session, S, "silence", {"days": "30"}) == {silent.id}
    assert _found(session, S, "silence", {"days": "30"}, negated=True) == {met.id, followed.id}
    assert _found(session, S, "silence", {"days": "100"}) == set()
    assert _found(session, S, "parcours", {}) == {followed.id}
    assert _found(session, S, "parcours", {"people": (str(path.person_id),)}) == {followed.id}
    assert _found(session, S, "parcours", {"stages": ("bilan",)}) == set()


def test_people_met_in_a_session(session: Session) -> None:
    met, other = ContactFactory(), ContactFactory()
    session.flush()
    SessionFactory(contacts=[met], held_on=clock.today() - timedelta(days=3))
    assert _found(session, C, "rencontree", {"months": "1"}) == {met.id}
    assert _found(session, C, "rencontree", {"months": "1"}, negated=True) == {other.id}


@pytest.mark.parametrize("code", ["accompagnee", "dossier", "commune_couverte"])
def test_what_was_merged_is_what_it_is_now(session: Session, code: str) -> None:
    kept = StructureFactory(commune_code="59350", departement_code="59")
    merged = StructureFactory(commune_code="59350", departement_code="59")
    other = StructureFactory(commune_code="62498", departement_code="62")
    session.flush()
    SessionFactory(structures=[merged])
    ApplicationFactory(
        beneficiary=merged, status="depose", filed_on=date(2024, 3, 1), commune_code="59350"
    )
    session.flush()
    merge_records(session, kind="structure", kept_id=kept.id, merged_id=merged.id)
    values: dict[str, Raw] = {"state": ("depose",)} if code == "dossier" else {}
    assert _found(session, S, code, values) == {kept.id}
    assert _found(session, S, code, values, negated=True) == {other.id}


def test_every_criterion_is_told_both_ways(session: Session) -> None:
    for subject in Subject:
        for asked in asked_of(subject):
            for words in (asked.yes, asked.no):
                named = {each.name for each in asked.fields} | {"branch"}
                assert words % dict.fromkeys(named, "x")
                assert all(f"%({each.name})s" in words for each in asked.fields)
            assert asked.yes != asked.no
            for each in asked.fields:
                assert "%(value)s" in each.phrase
                assert each.is_chosen == bool(each.options or each.named)


def test_people_not_verified_for_long(session: Session) -> None:
    today = clock.today()
    never = ContactFactory()
    long_ago, lately = (
        ContactFactory(verified_on=today - timedelta(days=days)) for days in (181, 180)
    )
    values: dict[str, Raw] = {"days": "180"}
    assert _found(session, C, "non_verifiee", values) == {never.id, long_ago.id}
    assert _found(session, C, "non_verifiee", values, negated=True) == {lately.id}
    assert _found(session, C, "manque", {"what": ("verification",)}) == {never.id}
    structures = [StructureFactory(), StructureFactory(verified_on=today)]
    assert _found(session, S, "manque", {"what": ("verification",)}) == {structures[0].id}
