"""Whom a mailing is frozen for: each once, with the reason of each in and out."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from crm.consents.types import Refusal
from crm.contacts.models import Contact, ContactPoint, Structure, Tag
from crm.contacts.types import AddressNature, Medium
from crm.core import clock
from crm.core.errors import RuleError, StaleRecordError
from crm.criteria.rules import tree_to_text
from crm.criteria.types import Branch, Leaf, Subject, Tree
from crm.mail.models import Delivery
from crm.mail.rules import address_hash
from crm.mail.types import DeliveryState, Purpose
from crm.mailings.functions import roles_by_rank
from crm.mailings.models import Mailing, MailingLink, MailingRecipient
from crm.mailings.operations.mailings import set_audience
from crm.mailings.types import AudienceData, Reach, Status, Why
from tests.factories.contacts import AffiliationFactory, ContactFactory, StructureFactory
from tests.mailings.builders import (
    LINK,
    accept,
    decline,
    deliveries,
    draft,
    listed,
    reader,
    recipients,
    send,
)

pytestmark = pytest.mark.usefixtures("context")


def _told(session: Session, mailing: Mailing) -> dict[str | None, tuple[bool, str]]:
    return {each.last_name: (each.is_in, each.reason) for each in recipients(session, mailing)}


def test_each_person_is_in_once_or_out_with_the_reason(session: Session) -> None:
    kept = reader(session, "a@commune.fr", last_name="Dedans")
    twin = reader(session, "A@commune.fr", last_name="Jumelle")
    aside = reader(session, "b@commune.fr", last_name="Écartée")
    mute = reader(session, None, last_name="Sans adresse")
    gone = reader(session, "c@commune.fr", last_name="Retirée")
    decline(session, gone)
    never = ContactFactory(email="d@commune.fr", email_key="d@commune.fr", last_name="Inconnue")
    session.flush()
    everybody = listed(session, [kept, twin, aside, mute, gone, never])
    again = listed(session, [kept])
    mailing = draft(session, everybody, again, excluded=[listed(session, [aside])])

    send(session, mailing, seen=1)

    assert _told(session, mailing) == {
        "Dedans": (True, Why.SEGMENT),
        "Jumelle": (False, Why.SAME_ADDRESS),
        "Écartée": (False, Why.EXCLUDED),
        "Sans adresse": (False, Refusal.NO_EMAIL),
        "Retirée": (False, Refusal.WITHDRAWN),
        "Inconnue": (False, Refusal.NEVER_ASKED),
    }
    (delivery,) = deliveries(session, mailing)
    assert (delivery.recipient, delivery.state) == ("a@commune.fr", DeliveryState.QUEUED)
    assert delivery.address_hash == address_hash("a@commune.fr")
    assert len(delivery.token) == 32


def test_a_frozen_audience_keeps_what_was_known_that_day(session: Session) -> None:
    town = StructureFactory(name="Ville d’Avion", departement_code="62", family_code="collectivite")
    person = reader(session, "maire@avion.fr", last_name="Durand", first_name="Léa")
    AffiliationFactory(contact=person, structure=town, role="Maire")
    session.flush()
    mailing = send(session, draft(session, listed(session, [person])), seen=1)

    town.name, person.last_name, person.email = "Autre", "Autre", "autre@avion.fr"
    session.flush()

    (row,) = recipients(session, mailing)
    assert (row.structure_name, row.role, row.family_code) == (
        "Ville d’Avion", "Maire", "collectivite",
    )  # fmt: skip
    assert (row.last_name, row.first_name, row.address) == ("Durand", "Léa", "maire@avion.fr")
    assert row.delivery_id == deliveries(session, mailing)[0].id
    links = session.query(MailingLink).filter_by(mailing_id=mailing.id).all()
    assert [(each.number, each.url) for each in links] == [(0, LINK)]


def test_a_segment_of_structures_reaches_the_people_in_office(session: Session) -> None:
    town = StructureFactory()
    present = reader(session, "present@ville.fr", last_name="Présente")
    past = reader(session, "passee@ville.fr", last_name="Passée")
    AffiliationFactory(contact=present, structure=town, role="Maire")
    AffiliationFactory(
        contact=past, structure=town, role="Maire", end_on=clock.today() - timedelta(days=1)
    )
    session.flush()
    mailing = send(session, draft(session, listed(session, [town])), seen=1)
    assert _told(session, mailing) == {"Présente": (True, Why.IN_OFFICE)}


@pytest.fixture
def towns(session: Session) -> list[Structure]:
    """Return four town halls, from the one whose mayor is known to the one nobody can reach."""
    made = [StructureFactory(name=f"Ville {n}", email=None) for n in range(4)]
    mayor = reader(session, "maire@ville0.fr", last_name="Maire")
    deputy = reader(session, "adjoint@ville0.fr", last_name="Adjoint")
    clerk = reader(session, "dgs@ville1.fr", last_name="Directrice")
    AffiliationFactory(contact=deputy, structure=made[0], role="Adjoint au maire")
    AffiliationFactory(contact=mayor, structure=made[0], role="Maire")
    AffiliationFactory(contact=clerk, structure=made[1], role="DGS")
    made[2].email = "mairie@ville2.fr"
    session.flush()
    return made


def test_one_address_a_structure(session: Session, towns: list[Structure]) -> None:
    mailing = draft(
        session,
        listed(session, towns),
        reach=Reach.STRUCTURES,
        functions="maire, dgs",
        purpose=Purpose.NEWSLETTER,
    )
    send(session, mailing, seen=3)
    found = {each.structure_name: each for each in recipients(session, mailing)}
    assert {name: (row.address, row.reason) for name, row in found.items()} == {
        "Ville 0": ("maire@ville0.fr", Why.FUNCTION),
        "Ville 1": ("dgs@ville1.fr", Why.FUNCTION),
        "Ville 2": ("mairie@ville2.fr", Why.GENERIC),
        "Ville 3": (None, Refusal.NO_EMAIL),
    }


def test_whoever_withdrew_leaves_the_function_to_the_generic_address(
    session: Session, towns: list[Structure]
) -> None:
    decline(session, session.query(Contact).filter_by(last_name="Maire").one())
    session.add(
        ContactPoint(
            structure_id=towns[0].id,
            medium=Medium.EMAIL,
            nature=AddressNature.GENERIC,
            value="mairie@ville0.fr",
            value_key="mairie@ville0.fr",
        )
    )
    session.flush()
    mailing = draft(session, listed(session, towns[:1]), reach=Reach.STRUCTURES, functions="maire")
    send(session, mailing, seen=1)
    (row,) = recipients(session, mailing)
    assert (row.address, row.reason) == ("mairie@ville0.fr", Why.GENERIC)


def test_an_address_that_serves_several_town_halls_gets_one_message(session: Session) -> None:
    towns = [StructureFactory(name=f"Ville {n}", email="syndicat@canton.fr") for n in range(3)]
    session.flush()
    mailing = draft(session, listed(session, towns), reach=Reach.STRUCTURES)
    send(session, mailing, seen=1)
    assert [each.reason for each in recipients(session, mailing)] == [
        Why.GENERIC, Why.SAME_ADDRESS, Why.SAME_ADDRESS,
    ]  # fmt: skip


def test_a_segment_of_nobody_leaves_nothing_behind(session: Session) -> None:
    mailing = draft(session, listed(session, [reader(session, None)]))
    session.commit()
    with pytest.raises(RuleError, match="Personne"):
        send(session, mailing, seen=0)
    session.rollback()
    assert recipients(session, mailing) == []
    assert session.get_one(type(mailing), mailing.id).status == Status.DRAFT


def test_a_count_that_moved_since_it_was_seen_is_refused(session: Session) -> None:
    people = [reader(session, f"{n}@ville.fr") for n in range(3)]
    mailing = draft(session, listed(session, people))
    session.commit()
    with pytest.raises(RuleError, match="ont changé"):
        send(session, mailing, seen=2)
    session.rollback()
    assert deliveries(session, mailing) == []


def test_a_person_is_in_one_row_only_also_for_two_structures(session: Session) -> None:
    mayor = reader(session, "elue@ville.fr", last_name="Élue")
    seats = [StructureFactory(name="Ville"), StructureFactory(name="EPCI")]
    for seat in seats:
        AffiliationFactory(contact=mayor, structure=seat, role="Maire")
    session.flush()
    accept(session, mayor, Purpose.CALLS)
    mailing = draft(
        session, listed(session, seats), reach=Reach.STRUCTURES, functions="maire",
        takes_generic=False, purpose=Purpose.CALLS,
    )  # fmt: skip
    send(session, mailing, seen=1)
    rows = recipients(session, mailing)
    assert [(each.is_in, each.contact_id) for each in rows if each.is_in] == [(True, mayor.id)]
    assert [each.reason for each in rows if not each.is_in] == [Why.SAME_ADDRESS]


def test_a_row_in_the_audience_has_a_delivery_and_no_other_has(session: Session) -> None:
    people = [reader(session, f"{n}@ville.fr") for n in range(4)] + [reader(session, None)]
    mailing = send(session, draft(session, listed(session, people)), seen=4)
    rows = session.query(MailingRecipient).filter_by(mailing_id=mailing.id).all()
    assert all(row.is_in == (row.delivery_id is not None) for row in rows)
    assert session.query(Delivery).filter_by(batch_id=mailing.id).count() == 4


def test_a_list_of_people_cannot_say_which_town_halls(session: Session) -> None:
    people = listed(session, [reader(session, "a@ville.fr")])
    mailing = draft(session)
    data = AudienceData(Reach.STRUCTURES, (people.id,), functions="maire")
    with pytest.raises(RuleError, match="segments de structures"):
        set_audience(session, mailing_id=mailing.id, version=mailing.version, data=data)


def test_a_segment_of_someone_else_is_not_for_the_taking(session: Session) -> None:
    hidden = listed(session, [reader(session, "a@ville.fr")])
    hidden.is_shared = False
    session.flush()
    mailing = draft(session)
    with pytest.raises(RuleError, match="n’existe plus"):
        set_audience(
            session,
            mailing_id=mailing.id,
            version=mailing.version,
            data=AudienceData(Reach.PEOPLE, (hidden.id,)),
        )


def test_a_deleted_tag_leaves_nobody_rather_than_everybody(session: Session) -> None:
    tag = Tag(label="Climat", key="climat")
    kept = reader(session, "a@ville.fr", tags=[tag])
    other = reader(session, "b@ville.fr")
    session.flush()
    tagged = listed(session, [kept])
    tagged.rules = tree_to_text(
        Tree(Subject.CONTACT, Branch(nodes=(Leaf("etiquette", {"tags": (str(tag.id),)}),)))
    )
    tagged.frozen_at = tagged.member_count = None
    everybody = listed(session, [kept, other])
    mailing = draft(session, everybody, excluded=[tagged])
    session.flush()
    kept.tags = []
    session.flush()
    session.delete(tag)
    session.flush()
    with pytest.raises(RuleError, match="existe plus"):
        send(session, mailing, seen=2)
    assert deliveries(session, mailing) == []


@pytest.mark.parametrize(
    ("function", "role", "is_meant"),
    [
        ("maire", "Maire", True),
        ("maire", "MAIRE DE LENS", True),
        ("maire", "Maire adjointe à la culture", False),
        ("maire", "Adjoint au maire", False),
        ("maire", "Maire honoraire", False),
        ("président", "Présidente", True),
        ("presidente", "Président", True),
        ("président", "Vice-président", False),
        ("directrice", "Directeur général", True),
        ("chargé de mission", "Chargée de mission Europe", True),
        ("maire", "Mairie", False),
        ("adjoint", "Adjointe à l’international", True),
    ],
)
def test_a_function_names_whoever_holds_it(function: str, role: str, is_meant: bool) -> None:
    assert bool(roles_by_rank([function], [role])) is is_meant


def test_the_mayor_comes_before_the_mayor_s_namesakes(session: Session) -> None:
    town = StructureFactory()
    other = reader(session, "autre@ville.fr", last_name="Autre")
    mayor = reader(session, "maire@ville.fr", last_name="Maire")
    AffiliationFactory(contact=other, structure=town, role="Maire de quartier", is_elected=True)
    AffiliationFactory(contact=mayor, structure=town, role="Maire")
    session.flush()
    mailing = draft(session, listed(session, [town]), reach=Reach.STRUCTURES, functions="maire")
    send(session, mailing, seen=1)
    assert recipients(session, mailing)[0].address == "maire@ville.fr"


def test_a_second_editor_of_segments_is_told(session: Session) -> None:
    one, two = (listed(session, [reader(session, f"{n}@ville.fr")]) for n in "ab")
    mailing = draft(session)
    version = mailing.version
    first = AudienceData(Reach.PEOPLE, (one.id,), (two.id,))
    set_audience(session, mailing_id=mailing.id, version=version, data=first)
    with pytest.raises(StaleRecordError):
        second = AudienceData(Reach.PEOPLE, (one.id,))
        set_audience(session, mailing_id=mailing.id, version=version, data=second)
