"""The language in which a person is written to: noted, shown, listed, asked by segments."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Contact
from crm.core import clock
from crm.criteria.compiling import matching
from crm.criteria.types import Branch, Leaf, Subject, Tree
from tests.factories.contacts import ContactFactory
from tests.support.client import PageClient


def test_a_language_is_noted_and_shown(officer: PageClient, session: Session) -> None:
    typed = {"last_name": "Kowalska", "language": "pl"}
    here = officer.submit("/contacts/nouveau", typed).location
    assert session.scalars(select(Contact.language)).one() == "pl"
    assert "Polonais" in officer.get(here).text
    listed = officer.get("/contacts?colonnes=langue").text
    assert "Polonais" in listed
    wrong = officer.submit("/contacts/nouveau", {"last_name": "Doe", "language": "klingon"})
    assert wrong.status_code == 422
    assert "Choisissez une langue" in wrong.text


def test_a_segment_asks_for_a_language_or_for_none(session: Session) -> None:
    english = ContactFactory(language="en")
    unsaid = ContactFactory()
    ContactFactory(language="fr")
    session.flush()
    leaf = Leaf("langue", {"language": ("en", "aucune")})
    found = matching(session, Tree(Subject.CONTACT, Branch(nodes=(leaf,))), clock.today())
    assert set(session.scalars(found)) == {english.id, unsaid.id}
