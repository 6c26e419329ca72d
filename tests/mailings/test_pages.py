"""The pages of mailings: from a draft to its results, and what its readers open."""

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.composing.models import Message
from crm.composing.types import TitleBlock, stored
from crm.core import clock
from crm.history.models import ChangeSet
from crm.history.trash import move_to_trash, purge_trash
from crm.mail.models import Delivery, DeliveryAttempt, DeliveryEvent
from crm.mail.types import DeliveryState, Reason, ReportKind
from crm.mailings.clicks import Visit, note_click
from crm.mailings.links import letter_token, link_token
from crm.mailings.models import Mailing, MailingLink, MailingSegment
from crm.mailings.queries.results import count_figures
from crm.mailings.types import Status
from tests.composing.messages import seen as plain
from tests.mailings.builders import LINK, deliveries, draft, listed, reader, recipients, send
from tests.support.client import PageClient
from tests.support.people import sign_in
from tests.support.queries import counted


@pytest.fixture
def manager(client: PageClient, session: Session) -> PageClient:
    """Return a browser in which a campaign manager has signed in."""
    return sign_in(client, session, "campaign_manager")  # type: ignore[return-value]


@pytest.fixture
def sent(app: Flask, session: Session) -> Mailing:
    """Return a mailing that left to three people."""
    people = [
        reader(session, f"p{n}@ville.fr", first_name="Léa", last_name=f"Nom{n}") for n in range(3)
    ]
    with app.test_request_context():
        mailing = send(session, draft(session, listed(session, people)), seen=3)
    session.execute(
        update(Delivery)
        .where(Delivery.batch_id == mailing.id)
        .values(state=DeliveryState.ACCEPTED, settled_at=clock.now() - timedelta(hours=1))
        .execution_options(synchronize_session=False)
    )
    return mailing


def _only(session: Session) -> Mailing:
    return session.scalars(select(Mailing).execution_options(populate_existing=True)).one()


def test_a_mailing_begins_once_however_often_it_is_sent(
    manager: PageClient, session: Session
) -> None:
    page = manager.get("/envois/nouveau").text
    key = re.search(r'name="submission_key"[^>]*value="([^"]+)"', page)
    assert key is not None
    typed = {"name": "Lettre de mars", "purpose": "newsletter", "submission_key": key[1]}
    first = manager.submit("/envois/nouveau", typed)
    again = manager.submit("/envois/nouveau", typed)
    assert first.status_code == 303
    assert first.location == again.location
    assert _only(session).name == "Lettre de mars"
    page = manager.get(first.location).text
    assert "Aucun segment n’est encore choisi" in page


def test_a_mailing_without_a_name_keeps_what_was_typed(manager: PageClient) -> None:
    answer = manager.submit("/envois/nouveau", {"name": "", "purpose": "calls"})
    assert answer.status_code == 422
    assert "Donnez un nom" in answer.text
    assert re.search(r'value="calls"[^>]*checked', answer.text)


def test_from_the_segment_to_the_departure(manager: PageClient, session: Session) -> None:
    people = [reader(session, "a@ville.fr", last_name="Dedans"), reader(session, None)]
    segment = listed(session, people)
    mailing = draft(session)
    here = f"/envois/{mailing.id}"
    chosen = {"reach": "people", "included": str(segment.id), "version": str(mailing.version)}
    assert manager.submit(f"{here}/a-qui", chosen).location == here
    page = manager.get(here).text
    assert "Un destinataire aujourd’hui" in page
    assert "un laissé de côté" in page

    page = manager.get(f"{here}/depart").text
    assert "Envoyer à un destinataire" in page
    seen = re.search(r'name="seen"[^>]*value="([\d.]+)"', page)
    assert seen is not None
    assert seen[1].startswith("1.")
    assert manager.submit(f"{here}/depart", {"seen": seen[1]}).location == here
    assert [each.state for each in deliveries(session, mailing)] == [DeliveryState.QUEUED]
    # A second click finds it gone, and says so.
    assert manager.submit(f"{here}/depart", {"seen": seen[1]}).location == here
    assert len(deliveries(session, mailing)) == 1
    assert "Mettre en pause" in manager.get(here).text


def test_what_would_leave_is_read_beside_the_button(manager: PageClient, session: Session) -> None:
    person = reader(session, "p@ville.fr", first_name="Léa", last_name="Nom")
    mailing = draft(session, listed(session, [person]))
    page = manager.get(f"/envois/{mailing.id}/depart").text
    assert "Envoyer à un destinataire" in page
    assert "Des nouvelles du réseau" in page
    assert "Bonjour Léa," in page
    assert "Rempli pour Léa Nom." in page
    assert f"/messages/{mailing.message_id}/apercu?personne={person.id}" in page
    message = session.get_one(Message, mailing.message_id)
    message.blocks = [stored(TitleBlock("a" * 12, "[à compléter : le titre]"))]
    session.flush()
    page = manager.get(f"/envois/{mailing.id}/depart").text
    assert "Il reste à compléter : le titre." in plain(page)
    assert "Envoyer à" not in page
    assert "Des nouvelles du réseau" in page
    answer = manager.submit(f"/envois/{mailing.id}/depart", {"seen": foreseen_mark(page)})
    assert answer.status_code == 422
    assert deliveries(session, mailing) == []


def foreseen_mark(page: str) -> str:
    """Return the mark of what a page of departure shows."""
    found = re.search(r'name="seen"[^>]*value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_a_count_that_moved_is_shown_again(manager: PageClient, session: Session) -> None:
    mailing = draft(session, listed(session, [reader(session, "a@ville.fr")]))
    answer = manager.submit(f"/envois/{mailing.id}/depart", {"seen": "7", "per_hour": "abc"})
    assert answer.status_code == 422
    assert "nombre entier" in answer.text
    answer = manager.submit(f"/envois/{mailing.id}/depart", {"seen": "7"})
    assert answer.status_code == 422
    assert "ont changé" in answer.text
    assert deliveries(session, mailing) == []


def test_pause_goes_on_and_calls_off(manager: PageClient, session: Session, sent: Mailing) -> None:
    here = f"/envois/{sent.id}"
    for step, status in (
        ("pause", Status.PAUSED),
        ("reprendre", Status.SENDING),
        ("annuler", Status.CANCELLED),
        ("reprendre", Status.SENDING),
    ):
        assert manager.submit(f"{here}/{step}", {}).location == here
        assert _only(session).status == status
    manager.submit(f"{here}/reprendre", {})
    assert "n’est pas en pause" in manager.get(here).text


def test_an_officer_writes_and_does_not_send(officer: PageClient, session: Session) -> None:
    mailing = draft(session, listed(session, [reader(session, "a@ville.fr")]))
    assert officer.get(f"/envois/{mailing.id}").status_code == 200
    assert officer.get(f"/envois/{mailing.id}/depart").status_code == 403
    for step in ("depart", "pause", "reprendre", "annuler", "trancher"):
        assert officer.submit(f"/envois/{mailing.id}/{step}", {}).status_code == 403
    assert deliveries(session, mailing) == []


def test_each_figure_opens_its_list(manager: PageClient, session: Session, sent: Mailing) -> None:
    one = deliveries(session, sent)[0]
    session.add(
        DeliveryEvent(
            provider="essai",
            event_id="1",
            delivery_id=one.id,
            kind=ReportKind.CLICKED,
            happened_at=clock.now(),
            received_at=clock.now(),
            link_id=0,
        )
    )
    session.flush()
    page = manager.get(f"/envois/{sent.id}").text
    for code, count in (("ont-clique", 1), ("sans-reaction", 2), ("partis", 3)):
        url = f"/envois/{sent.id}/destinataires?resultat={code}"
        assert re.search(rf'href="{re.escape(url)}">{count}<', page)
        listed_page = manager.get(url).text
        assert len(re.findall(r'<th scope="row"><a href="/contacts/', listed_page)) == count
    assert "1 personne<" in page
    assert [f">{words}<" in page for words in ("a cliqué", "ont cliqué")] == [True, True]
    followed = manager.get(f"/envois/{sent.id}/destinataires?lien=0").text
    assert followed.count('<th scope="row"><a href="/contacts/') == 1
    export = manager.get(f"/envois/{sent.id}/destinataires/export.csv?resultat=ont-clique")
    assert export.text.count("@ville.fr") == 1


def test_a_follow_up_and_a_copy_are_made_once(
    manager: PageClient, session: Session, sent: Mailing
) -> None:
    for step in ("relancer", "copier"):
        typed = {"submission_key": f"clef-{step}"}
        first = manager.submit(f"/envois/{sent.id}/{step}", typed)
        assert first.status_code == 303
        assert manager.submit(f"/envois/{sent.id}/{step}", typed).location == first.location
        assert manager.get(first.location).status_code == 200
    found = session.scalars(select(Mailing).order_by(Mailing.id)).all()
    assert [each.follows_id for each in found] == [None, sent.id, None]


def test_queries_do_not_grow_with_recipients(
    manager: PageClient, app: Flask, session: Session
) -> None:
    def page_of(count: int) -> int:
        people = [reader(session, f"q{count}-{n}@ville.fr") for n in range(count)]
        with app.test_request_context():
            mailing = send(session, draft(session, listed(session, people)), seen=count)
        manager.get(f"/envois/{mailing.id}")
        with counted(session.connection().engine) as few:
            manager.get(f"/envois/{mailing.id}")
            manager.get(f"/envois/{mailing.id}/destinataires")
        return len(few)

    assert page_of(3) == page_of(30)


def test_a_link_leads_on_and_is_noted_once_for_a_person(
    client: PageClient, app: Flask, session: Session, sent: Mailing
) -> None:
    one = deliveries(session, sent)[0]
    with app.app_context():
        url = f"/l/{link_token(one.id)}/0"
    person = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
    for headers in ({"User-Agent": "GoogleBot/2.1"}, person, person):
        answer = client.get(url, headers=headers)
        assert (answer.status_code, answer.location) == (302, LINK)
    events = session.scalars(select(DeliveryEvent).order_by(DeliveryEvent.id)).all()
    assert [(each.kind, each.is_robot, each.link_id) for each in events] == [
        (ReportKind.CLICKED, True, 0),
        (ReportKind.CLICKED, False, 0),
    ]


def test_a_made_up_link_leads_nowhere(
    client: PageClient, app: Flask, session: Session, sent: Mailing
) -> None:
    with app.app_context():
        token, letter = link_token(999_999), letter_token(999_999)
        real = recipients(session, sent)[0].delivery_id or 0
        passed_on = link_token(real)
    for url in (
        "/l/abc.def/0", f"/l/{token}/0", f"/l/{token[:-2]}xx/0", "/lettre/abc",
        f"/lettre/{letter}", f"/lettre/{passed_on}",
    ):  # fmt: skip
        assert client.get(url).status_code == 404


def test_a_reader_sees_the_message_as_a_page(
    client: PageClient, app: Flask, session: Session, sent: Mailing
) -> None:
    row = recipients(session, sent)[0]
    with app.app_context():
        url = f"/lettre/{letter_token(row.delivery_id or 0)}"
    answer = client.get(url)
    assert "Bonjour Léa" in answer.text
    assert answer.headers["X-Robots-Tag"] == "noindex"
    # Read in the light that the reader's machine asks for, as the mail itself.
    assert "(prefers-color-scheme: dark)" in answer.text
    assert "color-scheme: light dark" in answer.text
    assert answer.text.count("<main>") == answer.text.count("</main></body>") == 1
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_only_public_letters_are_in_the_archive(
    client: PageClient, session: Session, sent: Mailing
) -> None:
    assert "Des nouvelles" not in client.get("/lettres").text
    assert client.get(f"/lettres/{sent.id}").status_code == 404
    _only(session).is_public = True
    session.flush()
    assert "Des nouvelles" in client.get("/lettres").text
    page = client.get(f"/lettres/{sent.id}").text
    assert "Bonjour à vous" in page
    assert LINK in page
    assert "Léa" not in page


def test_what_may_have_left_is_decided_once(
    manager: PageClient, session: Session, sent: Mailing
) -> None:
    one, two, _three = deliveries(session, sent)
    for each, state in ((one, DeliveryState.UNCERTAIN), (two, DeliveryState.FAILED)):
        each.state, each.attempt, each.reason = state, 1, Reason.NO_ANSWER
    session.flush()
    here = f"/envois/{sent.id}"
    page = manager.get(here).text
    assert "Un message a peut-être été envoyé" in page
    seen = re.search(r'name="vu" value="([^"]+)"', page)
    assert seen is not None
    typed = {"quoi": "incertains", "action": "renvoyer", "vu": seen[1]}
    manager.submit(f"{here}/trancher", typed)
    assert [each.state for each in deliveries(session, sent)] == [
        DeliveryState.QUEUED, DeliveryState.FAILED, DeliveryState.ACCEPTED,
    ]  # fmt: skip
    # Retrying what failed touches nothing else; giving up leaves it as it is.
    manager.submit(f"{here}/trancher", {**typed, "quoi": "echecs", "action": "abandonner"})
    again = deliveries(session, sent)
    assert [each.reason for each in again][1] == "given_up"
    assert again[0].resent == 1
    assert (
        "Choisissez ce qu’il faut faire"
        in manager.get(
            manager.submit(f"{here}/trancher", {**typed, "action": "tout"}).location
        ).text
    )


def _uncertain(session: Session, mailing: Mailing, gateway: str) -> None:
    delivery, now = deliveries(session, mailing)[0], clock.now()
    delivery.state, delivery.attempt, delivery.reason = "uncertain", 1, Reason.NO_ANSWER
    delivery.settled_at = now - timedelta(minutes=10)
    session.add(DeliveryAttempt(delivery_id=delivery.id, number=1, gateway=gateway, started_at=now))
    session.flush()


def test_what_the_provider_may_still_tell_of_is_not_sent_again_yet(
    manager: PageClient, session: Session, sent: Mailing
) -> None:
    _uncertain(session, sent, "sendgrid")
    here = f"/envois/{sent.id}"
    page = manager.get(here).text
    assert "attendez jusqu’au" in page
    assert 'value="renvoyer"' not in page
    typed = {"quoi": "incertains", "action": "renvoyer", "vu": clock.now().isoformat()}
    manager.submit(f"{here}/trancher", typed)
    assert manager.get(here).text.count("attendez jusqu’au") == 2
    assert deliveries(session, sent)[0].state == DeliveryState.UNCERTAIN


@pytest.mark.parametrize("which", ["incertains", "echecs"])
def test_nothing_is_sent_again_in_a_mailing_that_was_cancelled(
    manager: PageClient, session: Session, sent: Mailing, which: str
) -> None:
    _uncertain(session, sent, "smtp")
    failed = deliveries(session, sent)[1]
    failed.state, failed.attempt, failed.reason = DeliveryState.FAILED, 1, Reason.REFUSED
    sent.status = Status.CANCELLED
    session.flush()
    here = f"/envois/{sent.id}"
    page = manager.get(here).text
    assert 'value="renvoyer"' not in page
    assert page.count("Cet envoi est annulé") == 2
    typed = {"quoi": which, "action": "renvoyer", "vu": clock.now().isoformat()}
    manager.submit(f"{here}/trancher", typed)
    assert manager.get(here).text.count("Cet envoi est annulé") == 3
    assert [each.state for each in deliveries(session, sent)][:2] == ["uncertain", "failed"]
    manager.submit(f"{here}/trancher", {**typed, "action": "abandonner"})
    assert [each.reason for each in deliveries(session, sent)].count(Reason.GIVEN_UP) == 1


def test_several_mailings_are_shown_in_the_archive_at_once(
    manager: PageClient, session: Session, sent: Mailing
) -> None:
    page = manager.get("/envois").text
    assert "Lettre de mars" in page
    sent_form = {"selection": str(sent.id), "action": "archives", "value": "oui"}
    answer = manager.submit("/envois/lot", sent_form)
    assert answer.status_code == 303
    assert _only(session).is_public
    undo = re.search(r'action="(/historique/\d+/annuler[^"]*)"', manager.get("/envois").text)
    assert undo is not None
    manager.submit(undo[1].replace("&amp;", "&"), {})
    assert not _only(session).is_public


def test_history_neither_starts_nor_stops_a_mailing(
    manager: PageClient, session: Session, sent: Mailing
) -> None:
    here = f"/envois/{sent.id}"
    manager.submit(f"{here}/pause", {})
    manager.submit(f"{here}/reprendre", {})
    steps = set(session.scalars(select(ChangeSet.id)))
    assert steps
    for step in steps:
        manager.submit(f"/historique/{step}/annuler", {"next": here})
    found = session.get_one(Mailing, sent.id, populate_existing=True)
    assert found.status == Status.SENDING


def test_what_is_leaving_stays_out_of_the_trash(
    manager: PageClient, session: Session, sent: Mailing
) -> None:
    url = f"/corbeille/mailing/{sent.id}/ajouter"
    assert "en cours" in manager.get(url).text
    manager.submit(url, {"reason": ""})
    assert _only(session).deleted_at is None
    manager.submit(f"/envois/{sent.id}/annuler", {})
    manager.submit(url, {"reason": "", "next": "/envois"})
    assert _only(session).deleted_at is not None
    manager.get("/envois")  # says that it is in the trash
    assert "Lettre de mars" not in manager.get("/envois").text


def test_a_scanner_that_follows_every_link_hides_no_later_click(
    app: Flask, session: Session, sent: Mailing
) -> None:
    one = deliveries(session, sent)[0]
    session.add_all(
        MailingLink(mailing_id=sent.id, number=number, url=f"{LINK}/{number}") for number in (1, 2)
    )
    person = Visit("GET", "Mozilla/5.0 Firefox/140.0", None)
    now = clock.now()

    def click(number: int, at: datetime) -> None:
        note_click(session, delivery_id=one.id, number=number, visit=person, now=at)

    with app.app_context():
        for number in range(3):
            click(number, now)
        assert count_figures(session, sent.id)["ont-clique"] == 0
        click(0, now + timedelta(hours=2))
        assert count_figures(session, sent.id)["ont-clique"] == 1


def test_someone_who_was_written_to_can_be_erased(
    app: Flask, session: Session, sent: Mailing
) -> None:
    row = recipients(session, sent)[0]
    with app.test_request_context():
        move_to_trash(session, entity="contact", record_id=row.contact_id or 0)
        done = purge_trash(session, now=clock.now() + timedelta(days=31))
    assert (done.purged, done.kept) == (1, 0)
    row = recipients(session, sent)[0]
    assert (row.contact_id, row.last_name, row.address) == (None, None, None)
    assert count_figures(session, sent.id)["destinataires"] == 3


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"included": "999999"}, "n’existe plus"),
        ({"included": ""}, "au moins un segment"),
        ({"reach": "structures", "takes_generic": ""}, "quelle fonction"),
    ],
)
def test_a_refused_audience_keeps_what_was_typed(
    manager: PageClient, session: Session, wrong: dict[str, str], told: str
) -> None:
    segment = listed(session, [reader(session, "a@ville.fr")])
    mailing = draft(session)
    typed = {
        "reach": "people",
        "included": str(segment.id),
        "functions": "",
        "version": str(mailing.version),
        **wrong,
    }
    answer = manager.submit(f"/envois/{mailing.id}/a-qui", typed)
    assert answer.status_code == 422
    assert told in answer.text


def test_an_hour_without_a_day_sends_nothing(manager: PageClient, session: Session) -> None:
    mailing = draft(session, listed(session, [reader(session, "a@ville.fr")]))
    typed = {"seen": "1", "starts_time": "14 h 30"}
    answer = manager.submit(f"/envois/{mailing.id}/depart", typed)
    assert answer.status_code == 422
    assert "quel jour" in answer.text
    assert deliveries(session, mailing) == []


def test_history_changes_nothing_of_what_has_left(
    manager: PageClient, session: Session, sent: Mailing
) -> None:
    for step in set(session.scalars(select(ChangeSet.id))):
        manager.submit(f"/historique/{step}/annuler", {"next": f"/envois/{sent.id}"})
    found = session.scalars(
        select(MailingSegment).where(MailingSegment.mailing_id == sent.id)
    ).all()
    assert len(found) == 1


def test_a_strange_instant_decides_nothing(
    manager: PageClient, session: Session, sent: Mailing
) -> None:
    for seen in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "hier"):
        typed = {"quoi": "incertains", "action": "renvoyer", "vu": seen}
        assert manager.submit(f"/envois/{sent.id}/trancher", typed).status_code == 303
