"""The list of people narrowed by what they accept, and what is noted of many at once."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.consents.bulk import give_many, keep_people
from crm.consents.interactions import is_silent, years_before
from crm.consents.models import Consent, ConsentProof
from crm.consents.operations import withdraw
from crm.consents.types import Basis, Channel, Proof
from crm.contacts.models import Contact
from crm.core import clock
from crm.criteria.compiling import compile_tree
from crm.criteria.types import Branch, Leaf, Subject, Tree
from crm.followups.models import session_contact
from crm.history.models import ChangeSet
from crm.mail.suppression import Origin, suppress
from crm.mail.types import Purpose
from tests.consents.builders import Situation, build, person
from tests.factories.followups import SessionFactory
from tests.support.client import PageClient

SENT = {
    "purposes": ["newsletter"],
    "basis": "consentement",
    "channel": "papier",
    "given_on": "01/03/2026",
    "note": "forum",
    "submission_key": "lot",
}
LONG_AGO = clock.now() - timedelta(days=365 * 5)


def _proof(channel: Channel = Channel.PAPER) -> Proof:
    return Proof(channel, clock.today(), "bulletin")


def _silent(session: Session) -> set[str]:
    found = session.scalars(select(Contact.email).where(is_silent(clock.today())))
    return {str(each).partition("@")[0] for each in found}


def test_the_list_says_who_may_receive_who_left_and_who_is_silent(
    officer: PageClient, session: Session
) -> None:
    build(session, Situation(function="public"), 1)
    left = person("parti@reseau.example", last_name="Parti")
    withdraw(session, contact_id=left.id, purpose=Purpose.CALLS, proof=_proof())
    gone = person("opposee@reseau.example", last_name="Opposée", created_at=LONG_AGO)
    suppress(
        session, recipient=str(gone.email), purpose=Purpose.BROADCAST, reason="x",
        now=clock.now(), origin=Origin.OBJECTION,
    )  # fmt: skip

    def found(**filters: str) -> set[str]:
        page = officer.get("/contacts/export.csv", query_string=filters).text
        return {name for name in ("personne1", "parti", "opposee") if f"{name}@" in page}

    assert found(recoit="calls") == {"personne1"}
    assert found(recoit="newsletter") == set()
    assert found(refus="desabonnee") == {"parti"}
    assert found(refus="opposition") == {"opposee"}
    assert found(echange="3-ans") == {"opposee"}
    assert officer.get("/contacts?filtres=1&recoit=calls&refus=opposition").status_code == 200


def test_an_agreement_is_noted_for_many_and_undone(officer: PageClient, session: Session) -> None:
    first, second, third = (person(f"{name}@reseau.example") for name in "abc")
    withdraw(
        session, contact_id=third.id, purpose=Purpose.NEWSLETTER, proof=_proof(Channel.ONE_CLICK)
    )
    ids = [str(each.id) for each in (first, second, third)]
    page = officer.submit("/contacts/lot", {"selection": ids, "action": "accord"})
    assert page.status_code == 200
    assert "Noter pour tous" in page.text
    wrong = officer.submit("/contacts/accords", {**SENT, "selection": ids, "note": ""})
    assert wrong.status_code == 422
    assert all(f'value="{each}"' in wrong.text for each in ids)
    for _twice in range(2):
        assert officer.submit("/contacts/accords", {**SENT, "selection": ids}).status_code == 303
    accepted = select(Consent.contact_id).where(Consent.state == "accepte").order_by(Consent.id)
    assert session.scalars(accepted).all() == [first.id, second.id]
    last = session.scalars(select(func.max(ChangeSet.id))).one()
    officer.submit(f"/historique/{last}/annuler", {})
    assert session.scalars(accepted).all() == []
    assert session.scalar(select(func.count()).select_from(ConsentProof)) == 5


def test_many_agreements_take_as_many_statements_however_many(session: Session) -> None:
    ids = [person(f"p{number}@reseau.example").id for number in range(120)]
    noted = give_many(
        session, ids=ids, purposes=[Purpose.CALLS], basis=Basis.CONSENT, proof=_proof()
    )
    assert (noted.count, noted.left) == (120, 0)
    again = give_many(
        session, ids=ids, purposes=[Purpose.CALLS], basis=Basis.CONTRACT, proof=_proof()
    )
    assert again.count == 120
    assert session.scalars(select(Consent.basis).distinct()).all() == [Basis.CONTRACT]


@pytest.mark.parametrize("action", ["conserver", "corbeille"])
def test_the_silent_are_kept_or_leave_and_both_are_undone(
    officer: PageClient, session: Session, action: str
) -> None:
    contact = person("ancien@reseau.example", created_at=LONG_AGO)
    sent = {"selection": [str(contact.id)], "action": action, f"valeur-{action}": "trois ans"}
    assert _silent(session) == {"ancien"}
    assert officer.submit("/contacts/lot", sent).status_code == 303
    alive = select(Contact.id).where(Contact.deleted_at.is_(None), is_silent(clock.today()))
    assert session.scalars(alive).all() == []
    last = session.scalars(select(func.max(ChangeSet.id))).one()
    officer.submit(f"/historique/{last}/annuler", {})
    assert session.scalars(alive).all() == [contact.id]


def test_keeping_needs_a_reason(officer: PageClient, session: Session) -> None:
    contact = person("ancien@reseau.example", created_at=LONG_AGO)
    officer.submit("/contacts/lot", {"selection": [str(contact.id)], "action": "conserver"})
    assert _silent(session) == {"ancien"}


def test_an_exchange_is_a_session_held_or_a_choice_never_a_changed_row(session: Session) -> None:
    met, chose, imported, edited, kept = (
        person(f"{name}@reseau.example", created_at=LONG_AGO)
        for name in ("met", "chose", "imported", "edited", "kept")
    )
    held = SessionFactory(held_on=clock.today() - timedelta(days=30))
    session.execute(session_contact.insert().values(session_id=held.id, contact_id=met.id))
    for each, channel in ((chose, Channel.PHONE), (imported, Channel.IMPORT)):
        give_many(
            session, ids=[each.id], purposes=[Purpose.CALLS], basis=Basis.CONSENT,
            proof=_proof(channel),
        )  # fmt: skip
    edited.phone = "+33320000000"
    keep_people(session, ids=[kept.id], reason="élue de référence")
    session.flush()
    assert _silent(session) == {"imported", "edited"}


def test_three_years_before_a_leap_day_is_a_day() -> None:
    assert years_before(date(2028, 2, 29), 3) == date(2025, 3, 1)
    assert years_before(date(2026, 3, 2), 3) == date(2023, 3, 2)


@pytest.mark.parametrize(
    ("code", "values", "expected"),
    [
        ("peut_recevoir", {"usages": ("calls",)}, {"elue", "accepte"}),
        ("peut_recevoir", {"usages": ("newsletter", "calls")}, {"elue", "accepte"}),
        ("accord", {"choix": ("accepte",), "usages": ("calls",)}, {"accepte"}),
        ("accord", {"choix": ("retire", "refuse"), "usages": ("calls",)}, {"parti"}),
        ("accord", {"choix": ("jamais",), "usages": ("calls",)}, {"elue", "sans"}),
        ("fondement", {"fondements": ("consentement",)}, {"accepte"}),
        ("opposee", {}, set()),
        ("dernier_echange", {"mois": "36"}, {"elue", "sans"}),
    ],
)
def test_a_segment_asks_what_people_accept(
    session: Session, code: str, values: dict[str, object], expected: set[str]
) -> None:
    elected = build(session, Situation(function="elected"))
    elected.email = elected.email_key = "elue@reseau.example"
    accepts, left = person("accepte@reseau.example"), person("parti@reseau.example")
    person(None, last_name="Sans")
    give_many(
        session, ids=[accepts.id], purposes=[Purpose.CALLS], basis=Basis.CONSENT, proof=_proof()
    )
    withdraw(session, contact_id=left.id, purpose=Purpose.CALLS, proof=_proof())
    session.flush()

    def found(*, is_negated: bool) -> set[str]:
        leaf = Leaf(code, values, is_negated=is_negated)  # type: ignore[arg-type]
        condition = compile_tree(Tree(Subject.CONTACT, Branch(nodes=(leaf,))), clock.today())
        emails = session.scalars(select(Contact.email).where(condition))
        return {str(each or "sans").partition("@")[0] for each in emails}

    everyone = {"elue", "accepte", "parti", "sans"}
    assert found(is_negated=False) == expected
    assert found(is_negated=True) == everyone - expected
