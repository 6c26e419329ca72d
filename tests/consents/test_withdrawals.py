"""What was accepted before a withdrawal: at an address that changed hands, and at a shared one."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.consents.bulk import give_many
from crm.consents.operations import act_as_the_person, give_consent, unsubscribe, withdraw
from crm.consents.queries import decisions_of, may_still_write
from crm.consents.types import Basis, Channel, Proof
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.errors import RuleError
from crm.history.models import ChangeSet
from crm.history.trash import KEPT_FOR, move_to_trash, purge_trash
from crm.history.undo import undo_changes
from crm.mail.models import SuppressionEntry
from crm.mail.suppression import hashed
from crm.mail.types import Purpose
from tests.consents.builders import person
from tests.support.client import PageClient

THERE = "camille@ville.example"
START = clock.now().replace(hour=9)


def _on_day(number: int) -> time_machine.travel:
    return time_machine.travel(START + timedelta(days=number))


def _accept(session: Session, contact: Contact) -> None:
    give_consent(
        session, contact_id=contact.id, purpose=Purpose.NEWSLETTER, basis=Basis.CONSENT,
        proof=Proof(Channel.PAPER, clock.today(), "bulletin"),
    )  # fmt: skip


def _decline(session: Session, contact: Contact) -> None:
    withdraw(
        session, contact_id=contact.id, purpose=Purpose.NEWSLETTER,
        proof=Proof(Channel.PHONE, clock.today(), "au téléphone"),
    )  # fmt: skip


def _click(session: Session, address: str = THERE) -> None:
    act_as_the_person(session)
    unsubscribe(
        session, purposes=[Purpose.NEWSLETTER], proof=Proof(Channel.ONE_CLICK, clock.today()),
        contact_id=None, address=address, address_hash=hashed(address),
    )  # fmt: skip


def _move(session: Session, contact: Contact, address: str = THERE) -> None:
    contact.email = contact.email_key = address
    session.flush()


def _refusal(session: Session, contact: Contact) -> str | None:
    """Return what SQL and the rules both say of a person."""
    said = may_still_write(
        session, contact_id=contact.id, recipient=str(contact.email), purpose="newsletter",
        day=clock.today(),
    )  # fmt: skip
    assert decisions_of(session, contact.id, clock.today())[Purpose.NEWSLETTER].refusal == said
    return said


def _erase(app: Flask, session: Session, contact: Contact) -> None:
    with app.test_request_context():
        move_to_trash(session, entity="contact", record_id=contact.id)
        purge_trash(session, now=clock.now() + KEPT_FOR + timedelta(seconds=1))


def test_an_older_agreement_does_not_beat_what_an_address_said_since(session: Session) -> None:
    elsewhere, left = person("ancienne@ville.example"), person(THERE)
    with _on_day(-900):
        _accept(session, elsewhere)
    with _on_day(0):
        _click(session)
    left.deleted_at = clock.now()
    _move(session, elsewhere)
    assert _refusal(session, elsewhere) == "retire"
    with _on_day(1):
        _accept(session, elsewhere)
        assert _refusal(session, elsewhere) is None


def test_each_withdrawal_counts_not_the_first_alone(app: Flask, session: Session) -> None:
    left, elsewhere = person(THERE), person("ancienne@ville.example")
    with _on_day(-40):
        _click(session)
    with _on_day(-30):
        _accept(session, left)
        assert _refusal(session, left) is None
    with _on_day(-20):
        _accept(session, elsewhere)
    with _on_day(-10):
        _click(session)
        _erase(app, session, left)
    _move(session, elsewhere)
    assert _refusal(session, elsewhere) == "retire"


def test_a_click_repeated_leaves_one_trace_a_day(session: Session) -> None:
    person(THERE)
    for day in (-2, -2, -1, -1):
        with _on_day(day):
            _click(session)
    days = session.scalars(select(SuppressionEntry.at).order_by(SuppressionEntry.id)).all()
    assert [each.date() for each in days] == [
        (START + timedelta(days=day)).date() for day in (-2, -1)
    ]


def test_what_one_person_told_the_team_leaves_the_others_at_that_address(
    app: Flask, officer: PageClient, session: Session
) -> None:
    first, other = person(THERE), person(THERE, first_name="Dominique", last_name="Roux")
    with _on_day(-9):
        _accept(session, first)
        _accept(session, other)
    sent = {
        "channel": "telephone", "given_on": START.strftime("%d/%m/%Y"), "note": "appel",
        "purposes": ["newsletter"], "state": "retire",
    }  # fmt: skip
    said = officer.get(officer.submit(f"/contacts/{first.id}/accords/refus", sent).location).text
    assert "Dominique Roux" in said
    assert "n’engage que cette personne" in said
    assert (_refusal(session, first), _refusal(session, other)) == ("retire", None)
    # Erased, nobody knows whose refusal it was: the address speaks.
    _erase(app, session, first)
    assert _refusal(session, other) == "retire"


def test_nobody_is_told_of_who_reads_nothing_there(officer: PageClient, session: Session) -> None:
    first = person(THERE)
    person(THERE, first_name="Dominique", last_name="Roux")
    sent = {
        "channel": "telephone", "given_on": START.strftime("%d/%m/%Y"), "note": "appel",
        "purposes": ["newsletter"], "state": "retire",
    }  # fmt: skip
    said = officer.get(officer.submit(f"/contacts/{first.id}/accords/refus", sent).location).text
    assert "n’engage que cette personne" not in said


@pytest.mark.parametrize("clicks_first", [True, False])
def test_undoing_a_refusal_brings_the_agreement_back(
    session: Session, *, clicks_first: bool
) -> None:
    contact = person(THERE)
    if clicks_first:
        with _on_day(-9):
            _click(session)
    with _on_day(-5):
        _accept(session, contact)
    session.info.pop("change_set_id", None)
    _decline(session, contact)
    assert _refusal(session, contact) == "retire"
    last = session.scalars(select(func.max(ChangeSet.id))).one()
    undo_changes(session, change_set_id=last)
    assert _refusal(session, contact) is None


def test_an_agreement_of_the_day_of_a_click_does_not_beat_it(session: Session) -> None:
    contact = person(THERE)
    with _on_day(-1):
        _click(session)
        with pytest.raises(RuleError, match="ce même jour"):
            _accept(session, contact)
        noted = give_many(
            session, ids=[contact.id], purposes=[Purpose.NEWSLETTER, Purpose.CALLS],
            basis=Basis.CONSENT, proof=Proof(Channel.PAPER, clock.today(), "bulletin"),
        )  # fmt: skip
    assert (noted.count, noted.left) == (1, 1)
    assert _refusal(session, contact) == "retire"


def test_an_erased_persons_click_of_that_day_holds_too(app: Flask, session: Session) -> None:
    contact = person(THERE)
    with _on_day(-1):
        _click(session)
        _erase(app, session, contact)
        again = person(THERE)
        with pytest.raises(RuleError, match="ce même jour"):
            _accept(session, again)


def test_what_the_team_notes_twice_in_a_day_ends_as_noted_last(session: Session) -> None:
    contact = person(THERE)
    _decline(session, contact)
    _accept(session, contact)
    assert _refusal(session, contact) is None
