"""A mailing leaves, is held back, goes on, is called off, comes back for those who kept silent."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import update
from sqlalchemy.orm import Session

from crm.composing.models import Message
from crm.core import clock
from crm.core.errors import RuleError, StaleRecordError
from crm.mail.models import Delivery, DeliveryEvent
from crm.mail.suppressed import origins_over
from crm.mail.types import DeliveryState, Reason, ReportKind
from crm.mail.writers import Written, write_all
from crm.mailings.erasing import forget_recipients
from crm.mailings.models import Mailing
from crm.mailings.operations.departures import cancel, depart, go_on, pause, reopen, resume
from crm.mailings.operations.mailings import (
    copy_mailing,
    follow_up,
    get_mailing,
    set_audience,
    update_mailing,
)
from crm.mailings.presentation import foresee
from crm.mailings.types import AudienceData, DepartureData, MailingData, Reach, Status, Why
from tests.factories.contacts import StructureFactory
from tests.mailings.builders import decline, deliveries, draft, listed, reader, recipients, send

pytestmark = pytest.mark.usefixtures("context")
_NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)  # twelve in Paris


def _states(session: Session, mailing: Mailing) -> list[DeliveryState]:
    return [DeliveryState(each.state) for each in deliveries(session, mailing)]


def _words(session: Session, delivery: Delivery) -> Written | Reason:
    """Return what a message would say if it left now, or why it would not leave."""
    origins = origins_over(session, [(delivery.recipient, delivery.purpose)])
    return write_all(session, [delivery], origins, clock.now())[0]


def _settle(session: Session, mailing: Mailing, state: DeliveryState, count: int = 99) -> None:
    """Say that the first deliveries ended like this."""
    ids = [each.id for each in deliveries(session, mailing)][:count]
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_(ids))
        .values(state=state, settled_at=clock.now())
        .execution_options(synchronize_session=False)
    )


@pytest.fixture
def mailing(session: Session) -> Mailing:
    """Return a draft for four people."""
    return draft(session, listed(session, [reader(session, f"p{n}@ville.fr") for n in range(4)]))


def test_sending_twice_is_once(session: Session, mailing: Mailing) -> None:
    send(session, mailing, seen=4)
    with pytest.raises(RuleError, match="déjà parti"):
        send(session, mailing, seen=4)
    assert len(deliveries(session, mailing)) == 4


def test_a_pause_holds_what_waits_and_what_is_about_to_leave(
    session: Session, mailing: Mailing
) -> None:
    send(session, mailing, seen=4)
    about_to_leave = deliveries(session, mailing)[0]
    about_to_leave.state = DeliveryState.LEASED
    session.flush()
    pause(session, mailing_id=mailing.id)
    assert _states(session, mailing) == [DeliveryState.LEASED, *[DeliveryState.HELD] * 3]
    assert _words(session, about_to_leave) is Reason.PAUSED

    resume(session, mailing_id=mailing.id)
    assert _states(session, mailing)[1:] == [DeliveryState.QUEUED] * 3
    assert get_mailing(session, mailing.id).status == Status.SENDING


def test_a_cancelled_mailing_stops_and_can_go_on(session: Session, mailing: Mailing) -> None:
    send(session, mailing, seen=4)
    _settle(session, mailing, DeliveryState.ACCEPTED, 1)
    cancel(session, mailing_id=mailing.id)
    assert _states(session, mailing) == [DeliveryState.ACCEPTED, *[DeliveryState.SKIPPED] * 3]
    assert _words(session, deliveries(session, mailing)[1]) is Reason.CANCELLED

    resume(session, mailing_id=mailing.id)
    assert _states(session, mailing) == [DeliveryState.ACCEPTED, *[DeliveryState.QUEUED] * 3]


def test_a_mailing_waits_for_its_time_and_ends_by_itself(
    session: Session, mailing: Mailing
) -> None:
    with time_machine.travel(_NOON, tick=False) as time:
        send(session, mailing, seen=4, starts_at=_NOON + timedelta(hours=2))
        assert _states(session, mailing) == [DeliveryState.HELD] * 4
        assert go_on(session, mailing_id=mailing.id, now=clock.now()) == 0

        time.shift(timedelta(hours=2))
        assert go_on(session, mailing_id=mailing.id, now=clock.now()) == 4
        assert _states(session, mailing) == [DeliveryState.QUEUED] * 4

        _settle(session, mailing, DeliveryState.ACCEPTED)
        go_on(session, mailing_id=mailing.id, now=clock.now())
        found = get_mailing(session, mailing.id)
        assert (found.status, found.ended_at) == (Status.DONE, clock.now())


def test_messages_are_let_go_at_the_pace_asked_for(session: Session, mailing: Mailing) -> None:
    with time_machine.travel(_NOON, tick=False) as time:
        send(session, mailing, seen=4, per_hour=60)
        assert _states(session, mailing).count(DeliveryState.QUEUED) == 1
        assert go_on(session, mailing_id=mailing.id, now=clock.now()) == 0
        time.shift(timedelta(minutes=1))
        assert go_on(session, mailing_id=mailing.id, now=clock.now()) == 1
        # A worker that was away catches up with a few minutes, not with hours.
        time.shift(timedelta(hours=3))
        assert go_on(session, mailing_id=mailing.id, now=clock.now()) == 2


def test_a_slow_pace_is_kept_to_the_hour(session: Session) -> None:
    people = [reader(session, f"p{n}@ville.fr") for n in range(40)]
    mailing = draft(session, listed(session, people))
    with time_machine.travel(_NOON, tick=False) as time:
        send(session, mailing, seen=40, per_hour=10)
        left = [_states(session, mailing).count(DeliveryState.QUEUED)]
        for _minute in range(120):
            time.shift(timedelta(seconds=59.9))
            go_on(session, mailing_id=mailing.id, now=clock.now())
            left.append(_states(session, mailing).count(DeliveryState.QUEUED))
    assert left[0] == 1
    assert (left[60], left[120]) == (10, 20)


def test_a_mailing_found_a_day_late_asks_before_it_leaves(
    session: Session, mailing: Mailing
) -> None:
    with time_machine.travel(_NOON, tick=False) as time:
        send(session, mailing, seen=4, starts_at=_NOON + timedelta(hours=1))
        time.shift(timedelta(days=1))
        assert go_on(session, mailing_id=mailing.id, now=clock.now()) == 0
        found = get_mailing(session, mailing.id)
        assert found.status == Status.PAUSED
        assert "arrêtée" in (found.pause_reason or "")
        resume(session, mailing_id=mailing.id)
        assert _states(session, mailing) == [DeliveryState.QUEUED] * 4


def test_what_has_not_left_becomes_a_draft_again(session: Session, mailing: Mailing) -> None:
    send(session, mailing, seen=4, starts_at=clock.now() + timedelta(days=1))
    reopen(session, mailing_id=mailing.id)
    found = get_mailing(session, mailing.id)
    assert (found.status, found.frozen_at, found.footer) == (Status.DRAFT, None, None)
    assert deliveries(session, mailing) == recipients(session, mailing) == []
    session.get_one(Message, mailing.message_id).subject = "Autre objet"
    session.flush()
    send(session, mailing, seen=4)


def test_what_began_to_leave_never_is_a_draft_again(session: Session, mailing: Mailing) -> None:
    send(session, mailing, seen=4)
    deliveries(session, mailing)[0].attempt = 1
    session.flush()
    pause(session, mailing_id=mailing.id)
    with pytest.raises(RuleError, match="copiez"):
        reopen(session, mailing_id=mailing.id)
    assert len(recipients(session, mailing)) == 4


def test_someone_else_s_change_is_seen_before_it_leaves(session: Session, mailing: Mailing) -> None:
    seen = foresee(session, get_mailing(session, mailing.id)).mark
    others = listed(session, [reader(session, f"q{n}@ville.fr") for n in range(4)])
    data = AudienceData(Reach.PEOPLE, (others.id,))
    set_audience(session, mailing_id=mailing.id, version=mailing.version, data=data)
    with pytest.raises(RuleError, match="ont changé"):
        depart(session, mailing_id=mailing.id, seen=seen, data=DepartureData())


def test_words_changed_since_are_seen_before_they_leave(session: Session, mailing: Mailing) -> None:
    seen = foresee(session, get_mailing(session, mailing.id)).mark
    session.get_one(Message, mailing.message_id).subject = "Autre objet"
    session.flush()
    with pytest.raises(RuleError, match="ont changé"):
        depart(session, mailing_id=mailing.id, seen=seen, data=DepartureData())


def test_an_address_corrected_since_is_not_written_to(session: Session) -> None:
    person = reader(session, "ancienne@ville.fr")
    mailing = send(session, draft(session, listed(session, [person])), seen=1)
    delivery = deliveries(session, mailing)[0]
    person.email, person.email_key = "nouvelle@ville.fr", "nouvelle@ville.fr"
    session.flush()
    assert _words(session, delivery) is Reason.ADDRESS_CHANGED


def test_a_town_hall_in_the_trash_is_not_written_to(session: Session) -> None:
    town = StructureFactory(email="mairie@ville.fr")
    session.flush()
    mailing = draft(session, listed(session, [town]), reach=Reach.STRUCTURES)
    send(session, mailing, seen=1)
    delivery = deliveries(session, mailing)[0]
    assert not isinstance(_words(session, delivery), Reason)
    town.deleted_at = clock.now()
    session.flush()
    assert _words(session, delivery) is Reason.ADDRESS_CHANGED


def test_two_records_of_one_person_merged_meanwhile_get_one_message(session: Session) -> None:
    kept, twin = reader(session, "a@ville.fr"), reader(session, "b@ville.fr")
    mailing = send(session, draft(session, listed(session, [kept, twin])), seen=2)
    twin.merged_into_id, twin.deleted_at = kept.id, clock.now()
    session.flush()
    answers = [_words(session, each) for each in deliveries(session, mailing)]
    assert not isinstance(answers[0], Reason)
    assert answers[1] is Reason.WRITTEN_TO_ALREADY


def test_what_is_erased_leaves_figures_and_no_name(session: Session) -> None:
    person = reader(session, "p@ville.fr", last_name="Effacée")
    mailing = send(session, draft(session, listed(session, [person])), seen=1)
    _settle(session, mailing, DeliveryState.ACCEPTED)
    forget_recipients(session, "contact", [person.id])
    (row,) = recipients(session, mailing)
    assert (row.last_name, row.address, row.address_key, row.is_in) == (None, None, None, True)
    (delivery,) = deliveries(session, mailing)
    assert (delivery.recipient, delivery.state) == ("", DeliveryState.ACCEPTED)
    assert len(delivery.address_hash) == 64


def test_a_withdrawal_acts_on_the_next_message(session: Session) -> None:
    person = reader(session, "p@ville.fr")
    mailing = send(session, draft(session, listed(session, [person])), seen=1)
    delivery = deliveries(session, mailing)[0]
    written = _words(session, delivery)
    assert not isinstance(written, Reason)
    decline(session, person)
    assert _words(session, delivery) is Reason.NO_CONSENT


def test_the_message_says_what_was_known_when_it_was_frozen(session: Session) -> None:
    person = reader(session, "p@ville.fr", first_name="Léa")
    mailing = send(session, draft(session, listed(session, [person])), seen=1)
    person.first_name = "Zoé"
    session.flush()
    written = _words(session, deliveries(session, mailing)[0])
    assert not isinstance(written, Reason)
    assert "Léa" in written.marks.values()
    assert written.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/desabonnement/" in written.headers["List-Unsubscribe"]
    # Sent again, it is the same to the letter.
    assert _words(session, deliveries(session, mailing)[0]) == written


def test_a_follow_up_is_for_those_who_kept_silent(session: Session) -> None:
    people = [reader(session, f"p{n}@ville.fr", last_name=f"N{n}") for n in range(4)]
    first = send(session, draft(session, listed(session, people)), seen=4)
    _settle(session, first, DeliveryState.ACCEPTED)
    clicked, robot, replied, _silent = deliveries(session, first)
    for number, (delivery, kind, is_robot) in enumerate(
        (
            (clicked, ReportKind.CLICKED, False),
            (robot, ReportKind.CLICKED, True),
            (replied, ReportKind.REPLIED, False),
        )
    ):
        session.add(
            DeliveryEvent(
                provider="essai",
                event_id=str(number),
                delivery_id=delivery.id,
                kind=kind,
                happened_at=clock.now(),
                received_at=clock.now(),
                is_robot=is_robot,
            )
        )
    session.flush()
    second = follow_up(session, mailing_id=first.id, name="Relance")
    send(session, second, seen=2)
    told = {each.last_name: each.reason for each in recipients(session, second) if each.is_in}
    assert told == {"N1": Why.FOLLOW_UP, "N3": Why.FOLLOW_UP}


def test_a_draft_has_nobody_to_remind(session: Session, mailing: Mailing) -> None:
    with pytest.raises(RuleError, match="pas encore parti"):
        follow_up(session, mailing_id=mailing.id, name="Relance")


def test_a_copy_is_free_to_change(session: Session, mailing: Mailing) -> None:
    send(session, mailing, seen=4)
    copied = copy_mailing(session, mailing_id=mailing.id, name="Copie")
    assert copied.status == Status.DRAFT
    assert copied.message_id != mailing.message_id
    assert [each.segment_id for each in copied.segments] == [
        each.segment_id for each in mailing.segments
    ]
    send(session, copied, seen=4)


def test_what_has_left_keeps_its_purpose_and_its_audience(
    session: Session, mailing: Mailing
) -> None:
    send(session, mailing, seen=4)
    version = get_mailing(session, mailing.id).version
    with pytest.raises(RuleError):
        update_mailing(
            session,
            mailing_id=mailing.id,
            version=version,
            data=MailingData("Autre", "calls"),
        )
    with pytest.raises(RuleError):
        set_audience(
            session, mailing_id=mailing.id, version=version, data=AudienceData(Reach.PEOPLE, (1,))
        )


def test_a_second_editor_is_told(session: Session, mailing: Mailing) -> None:
    data = MailingData("Autre nom", mailing.purpose)
    update_mailing(session, mailing_id=mailing.id, version=mailing.version, data=data)
    with pytest.raises(StaleRecordError):
        update_mailing(session, mailing_id=mailing.id, version=1, data=data)


def test_a_message_that_is_not_ready_does_not_leave(session: Session, mailing: Mailing) -> None:
    session.get_one(Message, mailing.message_id).subject = "{prenon}"
    session.flush()
    with pytest.raises(RuleError, match="prénom"):
        send(session, mailing, seen=4)
