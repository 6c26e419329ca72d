"""What is written is found at once, what is in the trash is not, and rebuilding changes nothing."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts import operations
from crm.contacts.indexing import index_contact, index_group, index_structure
from crm.contacts.models import Contact, Structure
from crm.contacts.operations.structures import adopt_commune, adopt_epci
from crm.contacts.types import AffiliationData, ContactData, StructureData
from crm.core import clock
from crm.criteria.types import Branch, Leaf, Mode, Subject, Tree
from crm.events.indexing import index_event
from crm.followups.indexing import number_of
from crm.followups.operations import delete_session, log_session, restore_session, update_session
from crm.followups.types import SessionData
from crm.funding.application_indexing import index_application
from crm.funding.call_indexing import index_call, index_scheme
from crm.introductions.indexing import index_introduction
from crm.introductions.models import Introduction
from crm.projects.indexing import index_project
from crm.projects.models import ProjectPartner
from crm.search.everywhere import Sought, find_everywhere
from crm.search.kinds import kinds, reindex_all
from crm.search.models import SearchVariant, SearchWord
from crm.search.rules import read_search
from crm.segments.operations import SegmentData, create_segment
from crm.territories.indexing import code_of
from crm.territories.indexing import number_of as number_of_code
from crm.territories.models import Commune, Country
from tests.factories.accounts import UserFactory
from tests.factories.contacts import GroupFactory
from tests.factories.events import EventFactory
from tests.factories.followups import reference
from tests.factories.funding import ApplicationFactory, CallFactory
from tests.factories.introductions import IntroductionSideFactory
from tests.factories.projects import ProjectFactory

pytestmark = pytest.mark.usefixtures("app")


def _found(session: Session, kind: str, typed: str) -> list[int]:
    found = find_everywhere(session, [Sought(kind, read_search(typed).wanted)], 20)
    return [each.record_id for each in found.get(kind, ())]


def _structure(session: Session, name: str, **values: object) -> int:
    data = StructureData(name=name, family_code="association", **values)  # type: ignore[arg-type]
    return operations.create_structure(session, data=data).id


def _person(session: Session, structure_id: int, **values: object) -> int:
    data = ContactData(first_name="Jeanne", last_name="Zorba", **values)  # type: ignore[arg-type]
    contact = operations.create_contact(session, data=data)
    operations.create_affiliation(
        session,
        contact_id=contact.id,
        structure_id=structure_id,
        data=AffiliationData(role="Présidente"),
    )
    return contact.id


def _log(session: Session, structure_id: int, held_on: date = date(2019, 3, 12)) -> int:
    data = SessionData(
        structures=(str(structure_id),),
        held_on=held_on,
        kind_id=reference("session_kind", "rdv").id,
        theme_ids=(reference("theme", "acces_a_l_energie").id,),
        officer_ids=(),
    )
    return log_session(session, data=data, submission_key="k" * 20, user_id=None).id


def test_a_structure_is_found_by_its_names_and_numbers(session: Session) -> None:
    found = _structure(
        session,
        "Comité de jumelage Zorglub",
        acronym="CJZ",
        siret="21370012300010",
        rna="W595012345",
        phone="03 20 12 34 56",
        email="contact@zorglub.example",
        postcode="62400",
    )
    for typed in (
        "zorglub comité",
        "cjz",
        "213 700 123",
        "21370012300010",
        "w595012345",
        "03 20 12",
        "contact@zor",
        "zorglub 62400",
    ):
        assert found in _found(session, "structure", typed), typed


def test_a_town_hall_is_found_by_its_codes_and_by_what_people_call_it(session: Session) -> None:
    found = adopt_commune(session, insee_code="62119").id
    for typed in (
        "béthune",
        "mairie de Béthune",
        "mairie bethune",
        "ville béthune",
        "62119",
        "62400",
    ):
        assert _found(session, "structure", typed)[:1] == [found], typed
    epci = adopt_epci(session, siren="200072460").id
    for typed in ("communauté d’agglomération béthune", "epci bethune", "cabbalr", "200 072 460"):
        assert epci in _found(session, "structure", typed), typed


def test_people_follow_their_structure_when_it_is_renamed(session: Session) -> None:
    structure = _structure(session, "Zorglub")
    other = _structure(session, "Bulgroz")
    contact = _person(session, structure, email="jz@ici.example", phone="+33 3 20 12 34 56")
    project = ProjectFactory(
        name="Puits de Kayes", lead_structure=session.get_one(Structure, other)
    )
    session.add(ProjectPartner(project_id=project.id, structure_id=structure))
    session.flush()
    index_project(session, project)
    operations.update_structure(
        session,
        structure_id=structure,
        version=1,
        data=StructureData(name="Nouveau nom", family_code="association"),
    )
    assert _found(session, "contact", "zorba nouveau") == [contact]
    assert _found(session, "contact", "zorba zorglub") == []
    assert _found(session, "project", "kayes nouveau nom") == [project.id]
    assert _found(session, "project", "kayes zorglub") == []
    assert _found(session, "project", "kayes bulgroz") == [project.id]
    assert _found(session, "contact", "0320 123456") == [contact]
    assert _found(session, "contact", "jz@ici") == [contact]


def test_a_session_is_found_by_its_day_and_the_names_of_that_day(session: Session) -> None:
    structure = _structure(session, "Zorglub")
    logged = _log(session, structure)
    number = number_of(logged)
    for typed in ("zorglub", "zorglub mars 2019", "12 mars 2019 zorglub", "zorglub rendez-vous"):
        assert _found(session, "session", typed) == [number], typed
    operations.update_structure(
        session,
        structure_id=structure,
        version=1,
        data=StructureData(name="Nouveau nom", family_code="association"),
    )
    assert _found(session, "session", "zorglub mars") == [number]
    data = SessionData(
        structures=(str(structure),),
        held_on=date(2018, 6, 1),
        kind_id=reference("session_kind", "rdv").id,
        theme_ids=(reference("theme", "acces_a_l_energie").id,),
    )
    update_session(session, session_id=logged, version=1, data=data)
    assert _found(session, "session", "zorglub mars 2019") == []
    assert _found(session, "session", "zorglub juin 2018") == [number]
    delete_session(session, session_id=logged)
    assert _found(session, "session", "zorglub") == []
    restore_session(session, session_id=logged)
    assert _found(session, "session", "zorglub") == [number]


def test_the_latest_sessions_come_first(session: Session) -> None:
    structure = _structure(session, "Zorglub")
    data = SessionData(
        structures=(str(structure),),
        held_on=date(2019, 3, 12),
        kind_id=reference("session_kind", "rdv").id,
        theme_ids=(reference("theme", "acces_a_l_energie").id,),
    )
    logged = [
        log_session(session, data=data, submission_key=f"key-{n}" * 4, user_id=None).id
        for n in range(3)
    ]
    assert _found(session, "session", "zorglub") == [number_of(each) for each in reversed(logged)]


def test_a_project_and_a_group_are_found_by_what_is_around(session: Session) -> None:
    project = ProjectFactory(name="Eau pour Kayes")
    project.countries = [session.get_one(Country, "ML")]
    session.flush()
    index_project(session, project)
    group = GroupFactory(name="Groupe-pays Zorglub", country_code="TG")
    index_group(session, group)
    assert _found(session, "project", "eau mali") == [project.id]
    assert _found(session, "group", "zorglub togo") == [group.id]
    project.deleted_at = clock.now()
    session.flush()
    index_project(session, project)
    assert _found(session, "project", "eau mali") == []
    project.deleted_at = None
    session.flush()
    index_project(session, project)
    assert _found(session, "project", "eau mali") == [project.id]


def test_the_trash_hides_structures_and_people_until_they_come_back(session: Session) -> None:
    structure = session.get_one(Structure, _structure(session, "Zorglub"))
    contact = session.get_one(Contact, _person(session, structure.id))
    for deleted_at, is_found in ((clock.now(), False), (None, True)):
        structure.deleted_at = contact.deleted_at = deleted_at
        session.flush()
        index_structure(session, structure)
        index_contact(session, contact)
        assert (_found(session, "structure", "zorglub") == [structure.id]) is is_found
        assert (_found(session, "contact", "zorba") == [contact.id]) is is_found


def test_communes_are_found_before_they_are_actors(session: Session) -> None:
    for typed in ("béthune", "62119", "mairie de bethune", "bethune 62400", "St Omer 62500"):
        codes = [code_of(number) for number in _found(session, "commune", typed)]
        assert codes[:1] == ["62765" if "Omer" in typed else "62119"], typed


def test_every_code_has_its_number(session: Session) -> None:
    codes = session.scalars(select(Commune.insee_code)).all()
    assert [code_of(number_of_code(code)) for code in codes] == list(codes)
    assert code_of(number_of_code("2A004")) == "2A004"
    assert len(codes) > 1000


def test_rebuilding_gives_what_the_writes_gave(session: Session) -> None:
    structure = _structure(session, "Zorglub d’Arras", commune_code="62041", siren="213700123")
    adopt_commune(session, insee_code="62119")
    adopt_epci(session, siren="200072460")
    _person(session, structure, email="jz@ici.example", phone="+33320123456")
    _log(session, structure)
    index_project(
        session,
        ProjectFactory(name="Eau pour Kayes", lead_structure=session.get_one(Structure, structure)),
    )
    index_group(session, GroupFactory(name="Groupe Zorglub", country_code="TG"))
    side = IntroductionSideFactory(structure_id=structure)
    index_introduction(session, session.get_one(Introduction, side.introduction_id))
    application = ApplicationFactory(
        call=CallFactory(), reference="AB-12", beneficiary=session.get_one(Structure, structure)
    )
    index_scheme(session, application.scheme)
    index_call(session, application.call)
    index_application(session, application)
    index_event(session, EventFactory(title="Webinaire Zorglub"))
    tree = Tree(
        Subject.STRUCTURE, Branch(Mode.ALL, (Leaf("famille", {"families": ("association",)}),))
    )
    create_segment(session, owner_id=UserFactory().id, data=SegmentData("Associations", tree))
    _structure(session, "À la corbeille")

    def held() -> set[tuple[object, ...]]:
        rows = session.execute(select(*SearchWord.__table__.columns)).all()
        return {tuple(row) for row in rows}

    before = held()
    assert reindex_all(session) == len(before)
    assert held() == before
    assert {kind.name for kind in kinds()} <= {row[0] for row in before}
    misspelt = select(SearchVariant.word).where(SearchVariant.word.regexp_match("[^a-z]"))
    assert session.scalars(misspelt).all() == []
