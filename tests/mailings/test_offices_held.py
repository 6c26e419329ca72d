"""By which function a person is written to, when it is a structure that the mailing is for."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from crm.contacts.models import Affiliation, Contact, Structure
from crm.core import clock
from crm.mail.models import Delivery
from crm.mail.types import DeliveryState
from crm.mailings.messages import values_of
from crm.mailings.models import Mailing
from crm.mailings.operations.mailings import follow_up, get_mailing
from crm.mailings.presentation import foresee
from crm.mailings.types import Reach, Why
from tests.factories.contacts import AffiliationFactory, StructureFactory
from tests.mailings.builders import draft, listed, reader, recipients, send
from tests.support.queries import counted

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def association() -> Structure:
    return StructureFactory(name="Lanterne sans rivage")


@pytest.fixture
def town() -> Structure:
    return StructureFactory(name="Ronchin", departement_code="59", family_code="collectivite")


@pytest.fixture
def elected(session: Session, association: Structure, town: Structure) -> Contact:
    """Return someone who presided an association before being elected in a town, twice."""
    person = reader(session, "elue@exemple.fr", last_name="Élue")
    yesterday = clock.today() - timedelta(days=1)
    AffiliationFactory(contact=person, structure=town, role="Ancienne maire", end_on=yesterday)
    AffiliationFactory(contact=person, structure=association, role="Présidence")
    AffiliationFactory(contact=person, structure=town, role="Adjointe")
    AffiliationFactory(contact=person, structure=town, role="Conseillère")
    session.flush()
    return person


def _told(session: Session, mailing: Mailing) -> list[tuple[str | None, str | None, str]]:
    return [(each.role, each.structure_name, each.reason) for each in recipients(session, mailing)]


def test_a_town_is_written_to_by_what_someone_does_there(
    session: Session, town: Structure, elected: Contact
) -> None:
    segment = listed(session, [town])
    mailing = draft(session, segment)
    (seen,) = foresee(session, get_mailing(session, mailing.id)).first_in
    assert (seen.contact_id, seen.role, seen.structure_name) == (elected.id, "Adjointe", "Ronchin")

    send(session, mailing, seen=1)

    (row,) = recipients(session, mailing)
    assert (row.role, row.structure_id, row.structure_name) == ("Adjointe", town.id, "Ronchin")
    assert (row.reason, row.segment_id) == (Why.IN_OFFICE, segment.id)
    assert (row.departement_code, row.family_code) == ("59", "collectivite")
    written = values_of(session, row)
    assert (written["structure"], written["fonction"]) == ("Ronchin", "Adjointe")


def test_someone_thought_of_themselves_is_written_to_as_lists_show_them(
    session: Session, elected: Contact
) -> None:
    mailing = send(session, draft(session, listed(session, [elected])), seen=1)
    assert _told(session, mailing) == [("Présidence", "Lanterne sans rivage", Why.SEGMENT)]


def test_themselves_and_by_a_structure_is_by_the_structure_and_its_segment(
    session: Session, town: Structure, elected: Contact
) -> None:
    other = reader(session, "autre@exemple.fr", last_name="Autre")
    people, places = listed(session, [elected, other]), listed(session, [town])
    mailing = send(session, draft(session, people, places), seen=2)
    assert [
        (each.contact_id, each.structure_name, each.reason, each.segment_id)
        for each in recipients(session, mailing)
    ] == [
        (elected.id, "Ronchin", Why.IN_OFFICE, places.id),
        (other.id, None, Why.SEGMENT, people.id),
    ]


def test_two_structures_of_an_audience_leave_the_first_function(
    session: Session, town: Structure, association: Structure, elected: Contact
) -> None:
    towns, others = listed(session, [town]), listed(session, [association])
    mailing = send(session, draft(session, towns, others), seen=1)
    (row,) = recipients(session, mailing)
    assert (row.structure_name, row.role) == ("Lanterne sans rivage", "Présidence")
    # The segment that is named is the one that keeps this structure.
    assert row.segment_id == others.id


@pytest.mark.parametrize("reach", list(Reach))
def test_a_follow_up_writes_to_the_same_structure(
    session: Session, town: Structure, elected: Contact, reach: Reach
) -> None:
    segment = listed(session, [town])
    first = draft(session, segment, reach=reach, functions="adjoint")
    send(session, first, seen=1)
    session.query(Delivery).update({"state": DeliveryState.ACCEPTED, "settled_at": clock.now()})
    second = follow_up(session, mailing_id=first.id, name="Relance")
    send(session, second, seen=1)
    (row,) = recipients(session, second)
    assert (row.contact_id, row.reason, row.segment_id) == (elected.id, Why.FOLLOW_UP, segment.id)
    assert (row.structure_name, row.role) == ("Ronchin", "Adjointe")


def test_who_has_left_the_town_since_is_followed_up_as_they_are(
    session: Session, town: Structure, elected: Contact
) -> None:
    first = send(session, draft(session, listed(session, [town])), seen=1)
    session.query(Delivery).update({"state": DeliveryState.ACCEPTED, "settled_at": clock.now()})
    yesterday = clock.today() - timedelta(days=1)
    session.query(Affiliation).filter_by(structure_id=town.id).update({"end_on": yesterday})
    second = send(session, follow_up(session, mailing_id=first.id, name="Relance"), seen=1)
    assert _told(session, second) == [("Présidence", "Lanterne sans rivage", Why.FOLLOW_UP)]


def test_more_people_in_office_are_found_by_as_many_statements(
    session: Session, town: Structure, elected: Contact
) -> None:
    mailing = get_mailing(session, draft(session, listed(session, [town])).id)
    sizes = []
    for number in range(2):
        with counted(session.connection()) as statements:
            foresee(session, mailing)
        sizes.append(len(statements))
        for each in range(5):
            person = reader(session, f"{number}-{each}@exemple.fr")
            AffiliationFactory(contact=person, structure=town)
        session.flush()
    assert sizes[0] == sizes[1]
