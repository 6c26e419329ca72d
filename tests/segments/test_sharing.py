"""Who may share a segment, and who finds it where everything is searched."""

import pytest
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import RuleError
from crm.criteria.types import Branch, Leaf, Mode, Subject, Tree
from crm.history.trash import move_to_trash
from crm.segments.bulk import set_shared
from crm.segments.models import Segment
from crm.segments.operations import SegmentData, create_segment, update_segment
from crm.territories.models import Territory
from tests.factories.accounts import UserFactory
from tests.support.client import PageClient

_TREE = Tree(Subject.STRUCTURE, Branch(Mode.ALL, (Leaf("manque", {"what": ("siren",)}),)))


def _of_colleague(session: Session, name: str = "Secret", *, is_shared: bool) -> Segment:
    colleague = UserFactory()
    session.flush()
    data = SegmentData(name, _TREE, is_shared=is_shared)
    return create_segment(session, owner_id=colleague.id, data=data)


def _is_shared(session: Session, segment: Segment) -> bool:
    session.expire_all()
    return session.get_one(Segment, segment.id).is_shared


@pytest.mark.parametrize("is_shared", [True, False])
def test_the_segment_of_a_colleague_is_shared_or_hidden_by_them_alone(
    officer: PageClient, session: Session, is_shared: bool
) -> None:
    segment = _of_colleague(session, is_shared=is_shared)
    officer.submit(
        "/segments/lot",
        {"selection": [str(segment.id)], "action": "partage",
         "valeur-partage": "non" if is_shared else "oui"},
    )  # fmt: skip
    assert _is_shared(session, segment) is is_shared
    mine = set_shared(session, ids=[segment.id], is_shared=not is_shared, user_id=segment.owner_id)
    assert mine == 1


def test_nothing_of_a_selection_changes_for_one_of_someone_else(session: Session) -> None:
    theirs, mine = _of_colleague(session, is_shared=True), _of_colleague(session, is_shared=True)
    with pytest.raises(RuleError, match="quelqu’un d’autre"):
        set_shared(session, ids=[mine.id, theirs.id], is_shared=False, user_id=mine.owner_id)


def test_a_colleague_changes_a_shared_segment_but_not_who_sees_it(session: Session) -> None:
    segment = _of_colleague(session, is_shared=True)
    reader = UserFactory()
    session.flush()
    with pytest.raises(RuleError, match="quelqu’un d’autre") as refusal:
        update_segment(session, segment_id=segment.id, user_id=reader.id, version=segment.version,
                       data=SegmentData("Autre nom", _TREE, is_shared=False))  # fmt: skip
    assert refusal.value.field == "is_shared"
    update_segment(session, segment_id=segment.id, user_id=reader.id, version=segment.version,
                   data=SegmentData("Autre nom", _TREE, is_shared=True))  # fmt: skip
    assert segment.name == "Autre nom"


def test_the_search_finds_segments_one_may_see(officer: PageClient, session: Session) -> None:
    _of_colleague(session, "Zéphyr partagé", is_shared=True)
    hidden = _of_colleague(session, "Zéphyr caché", is_shared=False)
    page = officer.get("/recherche?q=zephyr").text
    assert "Zéphyr partagé" in page
    assert "Zéphyr caché" not in page
    hidden.is_shared = True
    session.flush()
    assert "Zéphyr caché" in officer.get("/recherche?q=zephyr").text
    move_to_trash(session, entity="segment", record_id=hidden.id)
    session.flush()
    assert "Zéphyr caché" not in officer.get("/recherche?q=zephyr").text


def test_a_new_segment_is_offered_with_what_is_new(officer: PageClient) -> None:
    assert "Nouveau segment" in officer.get("/").text


def test_a_territory_says_which_segments_lose_their_people(
    officer: PageClient, session: Session
) -> None:
    territory = Territory(name="Bassin", sort_name="bassin", created_at=clock.now(), communes=[])
    session.add(territory)
    session.flush()
    address = f"/corbeille/territory/{territory.id}/ajouter"
    tree = Leaf("territoire", {"territories": (str(territory.id),)})
    before = officer.get(address)
    assert before.status_code == 200
    assert "Segments qui l’utilisent" not in before.text
    owner = UserFactory()
    session.flush()
    create_segment(
        session,
        owner_id=owner.id,
        data=SegmentData("Bassin", Tree(Subject.STRUCTURE, Branch(Mode.ALL, (tree,)))),
    )
    page = officer.get(address).text
    assert "Segments qui l’utilisent : 1" in page
    assert "ne trouveront plus personne sans ce territoire" in page
