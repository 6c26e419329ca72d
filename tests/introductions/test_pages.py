"""The pages of introductions, from a structure to the message and what came of it."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.introductions.models import Introduction, IntroductionPerson
from crm.search.kinds import reindex_all
from tests.factories.contacts import AffiliationFactory, StructureFactory
from tests.factories.followups import FollowUpFactory
from tests.factories.introductions import IntroductionFactory, IntroductionSideFactory
from tests.support.client import PageClient


def _propose(officer: PageClient, session: Session) -> Introduction:
    one = AffiliationFactory(structure=StructureFactory(name="Alpha"))
    other = AffiliationFactory(structure=StructureFactory(name="Bêta"))
    one.contact.email, other.contact.email = "un@alpha.example", "deux@beta.example"
    session.flush()
    answer = officer.submit(
        "/mises-en-relation/nouvelle",
        {
            "asking": str(one.structure_id),
            "asking_contacts": str(one.contact_id),
            "others": str(other.structure_id),
            "other_contacts": str(other.contact_id),
            "reason": "elles forment des électriciens.",
            "introduced_on": "aujourd'hui",
            "officer": str(officer.user.id),  # type: ignore[attr-defined]
            "submission_key": "k" * 20,
        },
    )
    assert answer.status_code == 303, answer.text
    record_id = int(answer.location.rsplit("/", 1)[1])
    return session.get_one(Introduction, record_id)


def _people(session: Session) -> list[int]:
    return list(session.scalars(select(IntroductionPerson.id).order_by(IntroductionPerson.id)))


def test_from_a_structure_to_the_message(officer: PageClient, session: Session) -> None:
    record = _propose(officer, session)
    url = f"/mises-en-relation/{record.id}"
    page = officer.get(url).text
    assert "Alpha – Bêta" in page
    assert "pas encore donné son accord" in page
    message = officer.get(f"{url}/message").text
    assert "un@alpha.example" not in message
    first, second = _people(session)[-2:]
    officer.submit(
        f"/mises-en-relation/personnes/{first}/accord", {"reponse": "oui", "moyen": "courriel"}
    )
    officer.submit(
        f"/mises-en-relation/personnes/{second}/accord", {"reponse": "non", "moyen": "telephone"}
    )
    message = officer.get(f"{url}/message").text
    assert "un@alpha.example" in message
    assert "deux@beta.example" not in message
    link = re.search(r'href="(mailto:[^"]*)"', message)
    assert link is not None
    parts = urlsplit(unescape(link[1]))
    assert parts.path == "un@alpha.example"
    sent = parse_qs(parts.query)
    assert sent["subject"] == ["Mise en relation : Alpha et Bêta"]
    assert "elles forment des électriciens." in sent["body"][0]


def test_it_is_made_followed_up_and_told(officer: PageClient, session: Session) -> None:
    record = _propose(officer, session)
    url = f"/mises-en-relation/{record.id}"
    officer.submit(f"{url}/accords", {})
    assert officer.submit(f"{url}/faite", {"le": "demain"}).status_code == 303
    assert "à venir" in officer.get(url).text
    officer.submit(f"{url}/faite", {})
    page = officer.get(url).text
    assert "Appui compté" in page
    assert officer.submit(f"{url}/suite", {}).status_code == 422
    officer.submit(f"{url}/suite", {"outcome": "projet_commun", "note": "Un chantier"})
    assert re.search(r'action="/historique/\d+/annuler', officer.get(url).text)
    again = officer.submit(f"{url}/suite", {"outcome": "projet_commun", "note": "Un chantier"})
    assert again.status_code == 303
    page = officer.get(url).text
    assert not re.search(r'action="/historique/\d+/annuler', page)
    assert "Un projet commun" in page
    assert "Un chantier" in page
    structure_id = re.findall(r'href="/structures/(\d+)"', page)[0]
    contact_id = re.findall(r'href="/contacts/(\d+)"', page)[0]
    for place in (f"/structures/{structure_id}", f"/contacts/{contact_id}"):
        assert f'href="{url}"' in officer.get(place).text, place
    assert (
        f"/mises-en-relation/nouvelle?structure={structure_id}"
        in officer.get(f"/structures/{structure_id}").text
    )


def test_it_is_refused_proposed_again_and_thrown_away(
    officer: PageClient, session: Session
) -> None:
    record = _propose(officer, session)
    url = f"/mises-en-relation/{record.id}"
    officer.submit(f"{url}/refus", {})
    assert "Proposer à nouveau" in officer.get(url).text
    officer.submit(f"{url}/refus", {"encore": "1"})
    assert "Rédiger le message" in officer.get(url).text
    assert officer.submit(f"{url}/supprimer", {}).location == "/mises-en-relation"
    assert officer.get(url).status_code == 404
    officer.submit(f"/corbeille/introduction/{record.id}/restaurer", {})
    assert officer.get(url).status_code == 200


def test_the_form_keeps_what_was_typed(officer: PageClient, session: Session) -> None:
    structure = StructureFactory(name="Alpha")
    session.flush()
    page = officer.get(f"/mises-en-relation/nouvelle?structure={structure.id}").text
    assert "Alpha" in page
    wrong = officer.submit(
        "/mises-en-relation/nouvelle",
        {
            "asking": str(structure.id),
            "reason": "Parce que",
            "introduced_on": "hier",
            "officer": str(officer.user.id),  # type: ignore[attr-defined]
            "other_contacts_text": "Personne de connu",
        },
    )
    assert wrong.status_code == 422
    assert "Choisissez au moins deux structures différentes." in wrong.text
    assert "vérifiez le nom" in wrong.text
    assert "Parce que" in wrong.text


def test_a_second_editor_sees_both_versions(officer: PageClient, session: Session) -> None:
    record = _propose(officer, session)
    sides = re.findall(
        r'<option value="(\d+)" selected>',
        officer.get(f"/mises-en-relation/{record.id}/modifier").text,
    )
    sent = {
        "asking": sides[0],
        "asking_contacts": sides[1],
        "others": sides[2],
        "other_contacts": sides[3],
        "introduced_on": "aujourd'hui",
        "officer": str(officer.user.id),  # type: ignore[attr-defined]
        "version": "1",
    }
    url = f"/mises-en-relation/{record.id}/modifier"
    assert officer.submit(url, {**sent, "reason": "La leur"}).status_code == 303
    conflict = officer.submit(url, {**sent, "reason": "La mienne"})
    assert conflict.status_code == 409
    assert "La leur" in conflict.text
    assert "La mienne" in conflict.text


def test_the_list_is_narrowed_found_and_exported(officer: PageClient, session: Session) -> None:
    old = clock.today() - timedelta(days=45)
    structure = StructureFactory(name="Zébulon solidaire", departement_code="62")
    waiting = IntroductionFactory(status="faite", made_on=old, introduced_on=old, reason="Un")
    told = IntroductionFactory(status="faite", made_on=old, outcome="echange", reason="Deux")
    asked = IntroductionFactory(reason="Trois")
    for record in (waiting, told, asked):
        IntroductionSideFactory(introduction_id=record.id, structure_id=structure.id)
    session.flush()
    reindex_all(session)
    for query, expected in {
        f"structure={structure.id}": {waiting.id, told.id, asked.id},
        f"structure={structure.id}&suite=attendue": {waiting.id},
        f"structure={structure.id}&suite=donnee&filtres=1": {told.id},
        f"structure={structure.id}&statut=proposee": {asked.id},
        "issue=echange&departement=62": {told.id},
        f"personne={asked.officer_id}": {asked.id},
        "q=zebulon trois": {asked.id},
    }.items():
        page = officer.get(f"/mises-en-relation?{query}").text
        found = set(map(int, re.findall(r'href="/mises-en-relation/(\d+)"', page)))
        assert found == expected, query
    assert "Zébulon" in officer.get("/mises-en-relation/export.csv?q=zebulon").text
    assert "/mises-en-relation/" in officer.get("/recherche?q=zebulon").text
    officer.submit(
        "/mises-en-relation/lot",
        {
            "action": "personne",
            "valeur-personne": str(officer.user.id),  # type: ignore[attr-defined]
            "selection": [str(asked.id), str(told.id)],
        },
    )
    mine = officer.get(f"/mises-en-relation?personne={officer.user.id}").text  # type: ignore[attr-defined]
    assert "2 mises en relation" in mine


def test_a_month_later_the_home_page_asks(officer: PageClient, session: Session) -> None:
    old = clock.today() - timedelta(days=31)
    record = IntroductionFactory(
        officer_id=officer.user.id,
        status="faite",
        made_on=old,
        introduced_on=old,  # type: ignore[attr-defined]
    )
    IntroductionSideFactory(introduction_id=record.id)
    session.flush()
    assert f"/mises-en-relation/{record.id}/suite" in officer.get("/").text


def test_the_follow_up_leads_to_the_outcome(officer: PageClient, session: Session) -> None:
    asking, other = FollowUpFactory(), FollowUpFactory()
    record = IntroductionFactory(status="faite", made_on=clock.today(), follow_up_id=asking.id)
    session.flush()
    page = officer.get(f"/relances/{asking.id}").text
    assert f'href="/mises-en-relation/{record.id}/suite"' in page
    assert "Dire ce que cela a donné" in page
    assert "Dire ce que cela a donné" not in officer.get(f"/relances/{other.id}").text


def test_a_structure_in_an_introduction_stays_out_of_the_trash(
    officer: PageClient, session: Session
) -> None:
    side = IntroductionSideFactory()
    session.flush()
    page = officer.get(f"/corbeille/structure/{side.structure_id}/ajouter").text
    assert re.search(r"Mises en relation\s: 1", page)
