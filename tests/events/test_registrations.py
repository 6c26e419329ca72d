"""Registering: seats, the waiting list in its order, offers, who somebody is."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Contact
from crm.core import clock
from crm.core.errors import NotFoundError, RuleError
from crm.core.events import _handlers, subscribe
from crm.events.events import Registered, RegistrationCancelled
from crm.events.jobs import look_after_registrations
from crm.events.models import Event, Registration
from crm.events.operations.events import call_off, update_event
from crm.events.operations.registrations import (
    cancel,
    leave_unknown,
    recognise_as,
    register,
    take_seat,
)
from crm.events.operations.seats import expire_offers
from crm.events.types import (
    EventStatus,
    RegistrationData,
    RegistrationSource,
    RegistrationStatus,
)
from crm.mailings.models import MailingRecipient
from crm.mailings.types import Reach
from tests.events.builders import come, event_data, known_person, messages_to
from tests.factories.contacts import AffiliationFactory, StructureFactory
from tests.factories.events import EventFactory, QuestionFactory
from tests.factories.funding import CallFactory
from tests.mailings.builders import draft, listed

pytestmark = pytest.mark.usefixtures("context")
SEAT, WAITS = RegistrationStatus.REGISTERED, RegistrationStatus.WAITING
OFFERED, GONE = RegistrationStatus.OFFERED, RegistrationStatus.CANCELLED


def _statuses(session: Session, event: Event) -> list[str]:
    found = select(Registration.status).where(Registration.event_id == event.id)
    return list(session.scalars(found.order_by(Registration.id)))


def _full(session: Session, seats: int, people: int) -> tuple[Event, list[Registration]]:
    event = EventFactory(capacity=seats)
    return event, [come(session, event.id, f"personne{n}") for n in range(people)]


def test_beyond_the_seats_people_wait_in_their_order(session: Session) -> None:
    event, people = _full(session, 2, 4)
    assert _statuses(session, event) == [SEAT, SEAT, WAITS, WAITS]
    assert [each.waiting_number for each in people] == [None, None, 1, 2]
    subjects = [messages_to(session, each.email)[0].subject for each in people]
    assert [each.split(" : ")[0].split("\u00a0:")[0] for each in subjects] == [
        "Inscription confirmée", "Inscription confirmée", "Liste d’attente", "Liste d’attente",
    ]  # fmt: skip


def test_a_seat_given_up_is_offered_to_the_first_who_waits(session: Session) -> None:
    event, people = _full(session, 1, 3)
    cancel(session, registration_id=people[0].id)
    assert _statuses(session, event) == [GONE, OFFERED, WAITS]
    assert people[1].offered_until == pytest.approx(
        clock.now() + timedelta(hours=24), abs=timedelta(minutes=1)
    )
    # Whoever comes now does not pass before those who wait.
    late = come(session, event.id, "tard")
    assert (late.status, late.waiting_number) == (WAITS, 3)
    take_seat(session, registration_id=people[1].id)
    assert _statuses(session, event) == [GONE, SEAT, WAITS, WAITS]
    cancel(session, registration_id=people[0].id)  # twice is once
    assert _statuses(session, event) == [GONE, SEAT, WAITS, WAITS]
    assert len(messages_to(session, people[0].email)) == 2


def test_an_offer_that_is_not_taken_goes_on(session: Session) -> None:
    event, people = _full(session, 1, 3)
    cancel(session, registration_id=people[0].id)
    later = clock.now() + timedelta(hours=24, minutes=1)
    with time_machine.travel(later, tick=False):
        with pytest.raises(RuleError):
            take_seat(session, registration_id=people[1].id)
        assert expire_offers(session, event_id=event.id, now=clock.now()) == 1
        assert expire_offers(session, event_id=event.id, now=clock.now()) == 0
    assert _statuses(session, event) == [GONE, GONE, OFFERED]
    assert "n’est plus gardée" in messages_to(session, people[1].email)[-1].subject
    # They may come back, at the end of the queue.
    again = come(session, event.id, "personne1")
    assert (again.id != people[1].id, again.status) == (True, WAITS)


def test_an_offer_ends_at_the_start_and_none_is_made_afterwards(session: Session) -> None:
    event, people = _full(session, 1, 3)
    with time_machine.travel(event.starts_at - timedelta(hours=2), tick=False):
        cancel(session, registration_id=people[0].id)
        assert people[1].offered_until == event.starts_at
    with time_machine.travel(event.starts_at, tick=False):
        expire_offers(session, event_id=event.id, now=clock.now())
        assert _statuses(session, event) == [GONE, GONE, WAITS]
        with pytest.raises(RuleError):
            come(session, event.id, "tard")
        with pytest.raises(RuleError):
            cancel(session, registration_id=people[2].id)


def test_more_seats_are_offered_and_said(session: Session) -> None:
    event, people = _full(session, 1, 4)
    data = event_data(
        session,
        title=event.title,
        status=event.status,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        link=event.link,
        takes_registrations=True,
        capacity=3,
    )
    update_event(session, event_id=event.id, version=event.version, data=data)
    assert _statuses(session, event) == [SEAT, OFFERED, OFFERED, WAITS]
    for each in people[1:3]:
        assert "Une place pour vous" in messages_to(session, each.email)[-1].subject
    assert len(messages_to(session, people[3].email)) == 1
    assert messages_to(session, people[1].email)[-1].calendar is None


def test_nobody_is_promoted_into_what_is_called_off(session: Session) -> None:
    event, people = _full(session, 1, 2)
    call_off(session, event_id=event.id)
    cancel(session, registration_id=people[0].id)
    assert _statuses(session, event) == [GONE, WAITS]


def test_an_address_registers_once_and_is_told_again(session: Session) -> None:
    event = EventFactory()
    first = come(session, event.id)
    again = come(session, event.id, email="MARTIN@ville.example", last_name="Autre")
    assert again.id == first.id
    assert again.last_name == "Martin"
    bodies = [each.text_body for each in messages_to(session, first.email)]
    assert len(bodies) == 2
    assert "au nom de Camille Martin" in bodies[1]


@pytest.mark.parametrize(
    "values",
    [
        {"status": EventStatus.CANCELLED},
        {"status": EventStatus.PREPARED},
        {"takes_registrations": False},
        {"registration_opens_at": clock.now() + timedelta(days=400)},
        {"registration_closes_at": clock.now() - timedelta(days=1)},
    ],
)
def test_one_registers_only_while_it_is_open(session: Session, values: dict[str, object]) -> None:
    event = EventFactory(**values)
    with pytest.raises(RuleError):
        come(session, event.id)
    assert _statuses(session, event) == []


def test_what_is_in_the_trash_takes_nobody(session: Session) -> None:
    with pytest.raises(NotFoundError):
        come(session, EventFactory(deleted_at=clock.now()).id)


def test_questions_are_answered_where_they_are_asked(session: Session) -> None:
    event = EventFactory()
    asked = QuestionFactory(event_id=event.id, is_required=True)
    retired = QuestionFactory(event_id=event.id, is_required=True, is_active=False)
    with pytest.raises(RuleError) as refused:
        come(session, event.id)
    assert refused.value.field == f"q{asked.id}"
    answers = {str(asked.id): "oui", str(retired.id): "oui"}
    made = come(session, event.id, answers=answers)
    assert made.answers == {str(asked.id): "oui"}


def test_one_sure_person_is_recognised_and_nobody_else(session: Session) -> None:
    event = EventFactory()
    known = known_person("martin")
    structure = StructureFactory(name="Ville de Lille")
    AffiliationFactory(contact=known, structure=structure)
    session.flush()
    sure = come(session, event.id, structure="ville de lille")
    assert (sure.contact_id, sure.structure_id) == (known.id, structure.id)
    known_person("petit", email="mairie@ville.example")
    known_person("grand", email="mairie@ville.example")
    shared = come(session, event.id, "petit", email="mairie@ville.example")
    known_person("durand")
    renamed = come(session, event.id, "autre", email="durand@ville.example")
    stranger = come(session, event.id, "inconnue")
    assert [each.contact_id for each in (shared, renamed, stranger)] == [None, None, None]


def test_a_person_of_two_structures_is_not_given_one_by_chance(session: Session) -> None:
    event, known = EventFactory(), known_person("martin")
    AffiliationFactory(contact=known)
    AffiliationFactory(contact=known)
    made = come(session, event.id)
    assert (made.contact_id, made.structure_id) == (known.id, None)


def test_the_team_says_who_somebody_is(session: Session) -> None:
    event = EventFactory()
    other = known_person("durand")
    first, second, third = (come(session, event.id, name) for name in ("un", "deux", "trois"))
    recognise_as(session, registration_id=first.id, contact_id=other.id)
    recognise_as(session, registration_id=second.id, contact_id=None)
    leave_unknown(session, registration_id=third.id)
    assert first.contact_id == other.id
    assert session.get_one(Contact, second.contact_id).email == "deux@ville.example"
    assert third.contact_id is None
    assert all(each.reviewed_at for each in (first, second, third))
    with pytest.raises(NotFoundError):
        recognise_as(session, registration_id=third.id, contact_id=999_999)


def test_the_packages_above_hear_of_who_is_known(session: Session) -> None:
    heard: list[object] = []

    def hear(_session: Session, news: object) -> None:
        heard.append(news)

    subscribe(Registered, hear)
    subscribe(RegistrationCancelled, hear)
    try:
        call = CallFactory()
        event, known = EventFactory(call_id=call.id), known_person("martin")
        come(session, event.id, "inconnue")
        made = come(session, event.id)
        cancel(session, registration_id=made.id)
    finally:
        _handlers[Registered].remove(hear)
        _handlers[RegistrationCancelled].remove(hear)
    assert heard == [
        Registered(event.id, known.id, None, call.id),
        RegistrationCancelled(event.id, known.id, None, call.id),
    ]


def test_the_team_registers_someone_when_the_public_may_not(session: Session) -> None:
    event = EventFactory(takes_registrations=False)
    data = RegistrationData(email="a@ville.example", last_name="Petit")
    made = register(session, event_id=event.id, data=data, source=RegistrationSource.TEAM)
    assert (made.source, made.status) == (RegistrationSource.TEAM, SEAT)


def test_the_team_learns_that_an_address_is_known_and_nothing_leaves(session: Session) -> None:
    event = EventFactory(capacity=1)
    for name in ("martin", "petit", "durand"):
        come(session, event.id, name)
    for name, said in (
        ("martin", "déjà inscrite \\(Camille Martin\\)"),
        ("durand", "déjà sur la liste d’attente \\(Camille Durand\\), à la place n° 2"),
    ):
        data = RegistrationData(email=f"{name.upper()}@ville.example", last_name="Autre")
        with pytest.raises(RuleError, match=said) as error:
            register(session, event_id=event.id, data=data, source=RegistrationSource.TEAM)
        assert error.value.field == "email"
        assert len(messages_to(session, f"{name}@ville.example")) == 1


def test_the_bell_takes_late_offers_back(session: Session) -> None:
    event, people = _full(session, 1, 2)
    cancel(session, registration_id=people[0].id)
    session.commit()
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        look_after_registrations()
    session.expire_all()
    assert _statuses(session, event) == [GONE, GONE]


def test_an_invitation_says_for_which_structure_unless_it_was_passed_on(session: Session) -> None:
    event = EventFactory()
    structure = StructureFactory(name="Commune de Saint-Aubin", departement_code="02")
    StructureFactory(name="Commune de Saint-Aubin", departement_code="60")
    mailing = draft(session, listed(session, [structure]), reach=Reach.STRUCTURES)
    recipient = MailingRecipient(
        mailing_id=mailing.id, structure_id=structure.id, structure_name=structure.name,
        is_in=False, reason="test",
    )  # fmt: skip
    session.add(recipient)
    session.flush()

    def from_(name: str, said: str | None) -> Registration:
        data = RegistrationData(email=f"{name}@ville.example", last_name=name, structure=said)
        return register(session, event_id=event.id, data=data, recipient_id=recipient.id)

    assert from_("martin", "commune de saint aubin").structure_id == structure.id
    assert from_("durand", "Commune voisine").structure_id is None
    assert from_("petit", None).structure_id is None
    assert come(session, event.id, "loin", structure=structure.name).structure_id is None
