"""The deepest segments that can be built, wherever they are asked: pages, lists, mailings."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from crm.core import clock
from crm.criteria.rules import DEEPEST, MOST_LINKS, tree_to_text
from crm.criteria.types import Branch, Leaf, Link, Mode, Node, Subject, Tree
from crm.mailings.operations.departures import freeze
from crm.mailings.operations.mailings import get_mailing
from crm.mailings.presentation import foresee
from crm.mailings.types import Reach
from crm.segments.models import Segment
from tests.factories.accounts import UserFactory
from tests.factories.contacts import AffiliationFactory, ContactFactory, StructureFactory
from tests.mailings.builders import accept, draft, listed, recipients
from tests.support.client import PageClient
from tests.support.people import sign_in

_PEOPLE = Leaf("peut_recevoir", {"usages": ("newsletter", "invitations", "calls")})
_SILENT = Leaf("dernier_echange", {"mois": "12"}, is_negated=True)
_PLACES = Leaf("manque", {"what": ("courriel", "telephone", "theme", "personne")})
_WIDE = {
    Subject.CONTACT: (_PEOPLE, _SILENT, Leaf("opposee", is_negated=True)),
    Subject.STRUCTURE: (_PLACES, Leaf("groupe", is_negated=True)),
}
_ACROSS = {Subject.CONTACT: "structure", Subject.STRUCTURE: "personne"}


def _deepest(subject: Subject, *, links: int) -> Tree:
    """Return a tree as deep as can be: links first or groups last, each beside other criteria."""
    asked = [subject]
    for _ in range(links):
        asked.append(Subject.STRUCTURE if asked[-1] is Subject.CONTACT else Subject.CONTACT)
    node: Branch = Branch(Mode.ALL, _WIDE[asked[-1]])
    for _ in range(DEEPEST - 1 - links):
        node = Branch(Mode.NONE, (*_WIDE[asked[-1]], node))
    for of in reversed(asked[:-1]):
        link: Node = Link(_ACROSS[of], {"role": "maire"}, node, is_negated=True)
        node = Branch(Mode.ANY, (*_WIDE[of], link))
    return Tree(subject, node)


def _segment(session: Session, tree: Tree) -> Segment:
    segment = Segment(
        name="Profond",
        sort_name="profond",
        subject=tree.subject,
        rules=tree_to_text(tree),
        owner_id=UserFactory().id,
        is_shared=True,
        created_at=clock.now(),
    )
    session.add(segment)
    session.flush()
    return segment


_LINKS = [pytest.param(MOST_LINKS, id="links"), pytest.param(0, id="groups")]


@pytest.mark.parametrize("subject", list(Subject))
@pytest.mark.parametrize("links", _LINKS)
def test_the_deepest_segment_is_shown_listed_explained_and_exported(
    client: PageClient, session: Session, subject: Subject, links: int
) -> None:
    browser = sign_in(client, session, "administrator")
    contact = ContactFactory(email="a@ville.fr", email_key="a@ville.fr")
    structure = StructureFactory()
    AffiliationFactory(contact=contact, structure=structure, role="Maire")
    session.flush()
    segment = _segment(session, _deepest(subject, links=links))
    record_id = contact.id if subject is Subject.CONTACT else structure.id
    for page in ("", "/fiches", "/fiches/export.csv", f"/pourquoi?fiche={record_id}"):
        answer = browser.get(f"/segments/{segment.id}{page}")
        assert answer.status_code == 200, (page, answer.text[:500])


@pytest.mark.parametrize("reach", list(Reach))
@pytest.mark.parametrize("links", _LINKS)
def test_a_mailing_leaves_with_the_deepest_segments_kept_and_left_aside(
    app: Flask, session: Session, reach: Reach, links: int
) -> None:
    subject = Subject.STRUCTURE if reach is Reach.STRUCTURES else Subject.CONTACT
    kept = [_segment(session, _deepest(subject, links=links))]
    town = StructureFactory(email="mairie@ville.fr")
    contact = ContactFactory(email="a@ville.fr", email_key="a@ville.fr")
    AffiliationFactory(contact=contact, structure=town, role="Maire")
    session.flush()
    accept(session, contact)
    aside = StructureFactory(email="autre@ville.fr")
    out = [_segment(session, _deepest(each, links=links)) for each in Subject]
    lists = [listed(session, [town]), listed(session, [aside])]
    with app.test_request_context():
        mailing = draft(session, *kept, *lists, reach=reach, functions="maire")
        foreseen = foresee(session, get_mailing(session, mailing.id))
        assert foreseen.fault is None
        assert foreseen.count > 0
        without = draft(session, *lists, excluded=out, reach=reach, functions="maire")
        left = foresee(session, get_mailing(session, without.id))
        assert left.fault is None
        assert left.count <= foreseen.count
        freeze(session, mailing=get_mailing(session, mailing.id), day=clock.today(),
               now=clock.now())  # fmt: skip
    assert len([each for each in recipients(session, mailing) if each.is_in]) == foreseen.count
