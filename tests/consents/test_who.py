"""SQL says of each person what the rules say, and again before each message."""

from itertools import product

import pytest
from sqlalchemy import Connection, func, literal, select
from sqlalchemy.orm import Session

from crm.consents.before_leaving import refusals_of
from crm.consents.models import Consent
from crm.consents.queries import (
    decisions_of,
    generic_refusal,
    may_still_write,
    person_refusal,
    standings_of,
)
from crm.consents.rules import decide
from crm.consents.types import PURPOSES, Basis, State
from crm.contacts.models import Contact, GroupRepresentative, NetworkMembership, Structure
from crm.core import clock
from crm.mail.address_keys import hash_of
from crm.mail.suppressed import is_suppressed
from crm.mail.suppression import Origin, hashed, suppress
from crm.mail.types import Purpose
from tests.consents.builders import DAY, Situation, build, person
from tests.factories.contacts import MembershipFactory, StructureFactory
from tests.support.queries import counted

_CHOICES = [
    (None, None),
    *((State.ACCEPTED, basis) for basis in Basis),
    (State.REFUSED, None),
    (State.WITHDRAWN, None),
]
_SITUATIONS = [
    *(
        Situation(suppression=held, state=state, basis=basis, function=function, is_member=member)
        for held, (state, basis), (function, member) in product(
            (None, Origin.WITHDRAWAL, Origin.COMPLAINT),
            _CHOICES,
            (("none", False), ("past", True), ("private", False), ("private", True),
             ("elected", False), ("public", False)),
        )
    ),
    *(
        Situation(suppression=held, has_left_since=True, state=State.ACCEPTED, basis=basis,
                  function="public")
        for held, basis in product((Origin.WITHDRAWAL, Origin.COMPLAINT), Basis)
    ),
    Situation(has_email=False, function="public"),
    Situation(is_alive=False, state=State.ACCEPTED, basis=Basis.CONSENT),
    Situation(suppression=Origin.BOUNCE, suppressed_for=Purpose.BROADCAST),
    Situation(suppression=Origin.OBJECTION, suppressed_for=Purpose.ANY, function="public"),
]  # fmt: skip


def test_sql_says_what_the_rules_say_of_everyone(session: Session) -> None:
    people = {build(session, each, number).id: each for number, each in enumerate(_SITUATIONS)}
    seen = set()
    for purpose in PURPOSES:
        found = session.execute(
            select(Contact.id, person_refusal(purpose, day=DAY)).where(Contact.id.in_(people))
        ).tuples()
        again = refusals_of(session, list(people), purpose=purpose, day=DAY)
        assert set(again) == set(people)
        for contact_id, refusal in found:
            decision = decisions_of(session, contact_id, DAY)[purpose]
            assert refusal == decision.refusal, (purpose, people[contact_id])
            assert again[contact_id] == refusal, (purpose, people[contact_id])
            seen.add(refusal)
    assert len(seen) >= 9


def test_a_person_is_a_member_by_their_voice_or_in_a_group(session: Session) -> None:
    votes, speaks, neither = (person(f"{name}@reseau.example") for name in ("a", "b", "c"))
    structure = StructureFactory()
    session.add(
        NetworkMembership(structure_id=structure.id, year=DAY.year, voting_contact_id=votes.id)
    )
    membership = MembershipFactory(start_on=DAY)
    session.add(
        GroupRepresentative(membership_id=membership.id, contact_id=speaks.id, start_on=DAY)
    )
    session.flush()
    for each, basis in ((votes, Basis.CONTRACT), (speaks, Basis.CONTRACT), (neither, None)):
        assert decisions_of(session, each.id, DAY)[Purpose.NETWORK_LIFE].basis is basis


def test_a_generic_address_is_held_by_a_suppression_alone(session: Session) -> None:
    for address, origin in (("mairie@ville.example", None), ("Mairie@Bourg.example", "opposition")):
        if origin:
            suppress(
                session, recipient=address.lower(), purpose=Purpose.CALLS, reason="x",
                now=clock.now(),
            )  # fmt: skip
        for purpose, expected in ((Purpose.CALLS, origin), (Purpose.NEWSLETTER, None)):
            said = session.scalar(
                select(generic_refusal(purpose, day=DAY, address=literal(address)))
            )
            assert said == expected
            again = may_still_write(
                session, contact_id=None, recipient=address, purpose=purpose, day=DAY
            )
            assert again == expected


def test_an_organisations_address_that_is_a_persons_own_asks_them(
    session: Session, connection: Connection
) -> None:
    address = "camille@reseau.example"
    structure = StructureFactory(email=address)
    person(address, deleted_at=clock.now())

    def held(purpose: Purpose) -> str | None:
        # As an audience asks it, beside the structures, and as it is asked before each message.
        said = session.scalar(
            select(generic_refusal(purpose, day=DAY, address=func.lower(Structure.email))).where(
                Structure.id == structure.id
            )
        )
        with counted(connection) as statements:
            again = may_still_write(
                session, contact_id=None, recipient=address, purpose=purpose, day=DAY
            )
        assert len(statements) == 1
        assert again == said
        return said

    assert held(Purpose.CALLS) is None
    owner = person(address)
    assert held(Purpose.CALLS) == "jamais_demande"
    other = build(session, Situation(function="public"))
    other.email = other.email_key = address
    session.flush()
    assert (held(Purpose.CALLS), held(Purpose.NEWSLETTER)) == (None, "jamais_demande")
    session.add_all(
        Consent(contact_id=each.id, purpose=Purpose.CALLS, state=State.REFUSED,
                decided_at=clock.now())
        for each in (owner, other)
    )  # fmt: skip
    session.flush()
    assert held(Purpose.CALLS) == "refuse"


@pytest.mark.parametrize(
    "address",
    ["a@b.example", " A@B.Example ", "élodie@été.example", "ＡＢ@b.example", "o'neil@b.example"],
)
def test_the_database_makes_the_hash_that_the_list_keeps(session: Session, address: str) -> None:
    assert session.scalar(select(hash_of(literal(address)))) == hashed(address)


def test_what_is_asked_before_each_message_is_one_query(
    session: Session, connection: Connection
) -> None:
    contact = build(session, Situation(function="public"))
    recipient = str(contact.email)

    def asked(purpose: str) -> str | None:
        return may_still_write(
            session, contact_id=contact.id, recipient=recipient, purpose=purpose, day=DAY
        )

    with counted(connection) as statements:
        assert asked("invitations") is None
    assert len(statements) == 1
    assert asked("newsletter") == "jamais_demande"
    suppress(
        session, recipient=recipient.upper(), purpose=Purpose.BROADCAST, reason="x",
        now=clock.now(),
    )  # fmt: skip
    assert asked("invitations") == "opposition"
    assert asked("account") is None
    assert is_suppressed(session, recipient=recipient, purpose="calls")
    assert (
        may_still_write(
            session, contact_id=contact.id + 999, recipient=recipient, purpose="calls", day=DAY
        )
        == "fiche_supprimee"
    )


def test_someone_merged_is_asked_as_who_they_are(session: Session) -> None:
    kept = build(session, Situation(function="public"), 1)
    gone = build(session, Situation(), 2)
    gone.merged_into_id, gone.deleted_at = kept.id, clock.now()
    session.flush()
    assert (
        may_still_write(
            session, contact_id=gone.id, recipient=str(gone.email), purpose="calls", day=DAY
        )
        is None
    )


def test_what_is_known_of_a_person_takes_as_many_queries_however_much(
    session: Session, connection: Connection
) -> None:
    contact = build(session, Situation(state=State.ACCEPTED, basis=Basis.CONSENT))
    with counted(connection) as statements:
        standings = standings_of(session, contact.id, DAY)
    assert len(statements) == 2
    assert decide(standings[Purpose.NEWSLETTER], Purpose.NEWSLETTER).refusal is None
