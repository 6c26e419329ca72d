"""A season: a call opens, 300 communes are targeted; every count is that of what was fed in.

Messages leave by a real relay on loopback and come back from it; people register on the public
page, give up and confirm by the links they were sent; who came is read in the file of a tool.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from time import monotonic

import pytest
import time_machine
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.campaigns.indicators import MEASURES
from crm.campaigns.jobs import catch_up
from crm.campaigns.models import Campaign, Target
from crm.campaigns.operations import (
    add_targets,
    begin_mailing,
    get_campaign,
    link_event,
    note_call,
    set_goals,
)
from crm.campaigns.queries.funnel import funnel
from crm.campaigns.queries.picking import choices_in_places
from crm.campaigns.types import CallData, Goal, Measure, Origin, PlaceData
from crm.composing.models import Message
from crm.composing.types import TextBlock, stored
from crm.config import MailSettings, Settings
from crm.contacts.models import Structure
from crm.core import clock
from crm.events.attendance.operations.applying import count_file
from crm.events.models import AttendanceFile, Event, Registration
from crm.events.operations.events import mark_held, postpone
from crm.events.operations.telling import tell_change
from crm.events.types import RegistrationStatus
from crm.followups.models import SessionStructure
from crm.followups.operations.sessions import set_status
from crm.funding.operations.applications import set_status as set_application_status
from crm.funding.types import StatusData
from crm.history.recording import Actor, act_as
from crm.indicators.counting import total
from crm.indicators.types import Period, Scope
from crm.mail.delivering import Courier
from crm.mail.gateways.smtp import SmtpGateway
from crm.mail.models import OutboxMessage
from crm.mail.receiving import receive
from crm.mail.returns import Nature
from crm.mail.types import Purpose
from crm.mailings.links import reader_token
from crm.mailings.models import Mailing, MailingRecipient
from crm.mailings.operations.mailings import get_mailing
from crm.mailings.types import MailingData
from tests.campaigns.builders import days_ago, make_campaign, one_target, targets_of
from tests.events.attendance.exports import zoom
from tests.events.builders import messages_to
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory
from tests.factories.followups import SessionFactory
from tests.factories.funding import ApplicationFactory, CallFactory
from tests.mail.test_returns import a_return
from tests.mailings.builders import send, sign
from tests.support.client import PageClient
from tests.support.people import sign_in
from tests.support.sinks import Sink, parsed_bytes, running_sink

PLACES = ("02", "60")
# Fed in: 300 communes, 290 messages that arrive and 10 that come back, 40 replies; 60 people who
# register for 50 seats, 5 who give up, 5 who wait and are offered their seats, 45 who come.
TARGETED, RETURNED, REPLIED, REGISTERED, PRESENT = 300, 10, 40, 60, 45
SEATS, GIVEN_UP = 50, 5
ACCOMPANIED, FILED, FUNDED = 18, 10, 4
FIRST_COMER = 20
SAID = {
    Measure.TARGETED: TARGETED,
    # Three of those whose message came back answered the phone.
    Measure.REACHED: TARGETED - RETURNED + 3,
    # Those who replied (0 to 39), who had a seat (20 to 74) and the three of the phone.
    Measure.ANSWERED: FIRST_COMER + SEATS + GIVEN_UP + 3,
    # Those who came (25 to 69), and those accompanied (56 to 73).
    Measure.MET: PRESENT + 4,
    Measure.ACCOMPANIED: ACCOMPANIED,
    Measure.FILED: FILED,
    Measure.FUNDED: FUNDED,
}
_MANAGED = re.compile(r"/inscription/gerer/[\w.-]+")


@pytest.fixture
def season(app: Flask, session: Session, client: PageClient) -> Campaign:
    """Return the campaign once the season is over."""
    act_as(session, Actor(UserFactory(role="campaign_manager").id, "Camille", "web"))
    call = CallFactory()
    campaign = make_campaign(session, call_id=call.id, reporting_year=2031)
    found = choices_in_places(
        session, campaign.id, PlaceData(departement_codes=PLACES), clock.today()
    )
    chosen = [*found[:150], *found[-150:]]
    add_targets(session, campaign_id=campaign.id, choices=chosen, origin=Origin.CRITERIA)
    again = add_targets(session, campaign_id=campaign.id, choices=chosen, origin=Origin.CRITERIA)
    assert (again.count, again.known) == (0, TARGETED)
    targets = targets_of(session, campaign)
    with app.test_request_context():
        invitation = _write_to_them(session, campaign, targets)
    _let_it_leave(app, invitation)
    # Those whom nobody heard of since are told of a day later.
    catch_up(session, clock.now() + timedelta(days=1, minutes=1))
    assert _stages(session, campaign)["contactee"] == TARGETED - RETURNED - REPLIED
    _let_them_come(session, client, campaign=campaign, targets=targets, invitation=invitation)
    _accompany(session, targets[56 : 56 + ACCOMPANIED])
    _file(session, targets[60 : 60 + FILED], call)
    for target in targets[-3:]:
        note_call(session, target_id=target.id, data=CallData("a_repondu"))
    return campaign


def _stages(session: Session, campaign: Campaign) -> dict[str, int]:
    found: dict[str, int] = {}
    for target in targets_of(session, campaign):
        found[target.stage] = found.get(target.stage, 0) + 1
    return found


def _write_to_them(session: Session, campaign: Campaign, targets: Sequence[Target]) -> Mailing:
    for number, target in enumerate(targets):
        structure = session.get_one(Structure, target.structure_id)
        structure.email = f"mairie{number:03}@commune.example"
    session.flush()
    sign(session)
    mailing = begin_mailing(
        session,
        campaign_id=campaign.id,
        data=MailingData("Invitation", Purpose.CALLS),
        stages=["a_contacter"],
        is_frozen=True,
    )
    message = session.get_one(Message, mailing.message_id)
    message.subject = "Un appel à projets pour votre commune"
    message.blocks = [stored(TextBlock("a" * 12, "Bonjour,\n\nvenez au webinaire."))]
    session.flush()
    return send(session, get_mailing(session, mailing.id), seen=TARGETED)


def _let_it_leave(app: Flask, invitation: Mailing) -> None:
    """Send by a relay, and bring back what it could not deliver and what people answered."""
    settings: Settings = app.config["SETTINGS"]
    with running_sink() as (sink, port):
        relay = {
            "CRM_MAIL_SMTP_HOST": "127.0.0.1",
            "CRM_MAIL_SMTP_PORT": str(port),
            "CRM_MAIL_SMTP_SECURITY": "none",
            "CRM_MAIL_ENVELOPE_SENDER": "retours+{token}@reseau.example",
        }
        mail = MailSettings.read(relay, "test")
        app.config["SETTINGS"] = replace(settings, mail=mail)
        with app.app_context():
            courier = Courier(gateway=SmtpGateway(mail), settings=mail, sender_name="Réseau")
            courier.deliver_waiting()
            courier.stop()
        _bring_back(app, mail, sink)
    app.config["SETTINGS"] = settings


def _bring_back(app: Flask, mail: MailSettings, sink: Sink) -> None:
    by_address = {each.rcpt_tos[0]: each for each in sink.envelopes}
    assert len(by_address) == len(sink.envelopes) == TARGETED, "no one is written to twice"
    told = [by_address[f"mairie{number:03}@commune.example"] for number in range(TARGETED)]
    with app.app_context():
        for envelope in told[TARGETED - RETURNED :]:
            returned = a_return(to=str(envelope.mail_from), returned="Subject: Lettre")
            for _twice in range(2):
                assert receive(mail, returned) is Nature.RETURN
        for envelope in told[:REPLIED]:
            sent = parsed_bytes(bytes(envelope.content or b""))
            answer = EmailMessage()
            answer["From"], answer["To"] = envelope.rcpt_tos[0], mail.sender
            answer["In-Reply-To"], answer["Message-ID"] = sent["Message-ID"], f"<a{sent['To']}>"
            answer["Subject"] = "Re: Un appel à projets pour votre commune"
            answer.set_content("Oui, cela nous intéresse.")
            assert receive(mail, bytes(answer)) is Nature.ANSWER


def _let_them_come(
    session: Session,
    client: PageClient,
    *,
    campaign: Campaign,
    targets: Sequence[Target],
    invitation: Mailing,
) -> None:
    event: Event = EventFactory(capacity=SEATS)
    link_event(session, campaign_id=campaign.id, event_id=event.id)
    invited = targets[FIRST_COMER : FIRST_COMER + REGISTERED]
    for number, target in enumerate(invited):
        recipient = _invited(session, invitation, target)
        _register(client, event, recipient, number)
    for number in range(GIVEN_UP):
        _press(client, session, number, "annuler")
    for number in range(SEATS, SEATS + GIVEN_UP):
        _press(client, session, number, "confirmer")
    with client.application.app_context():
        later = event.starts_at + timedelta(days=3)
        postpone(session, event_id=event.id, starts_at=later, ends_at=later + timedelta(minutes=90))
        assert tell_change(session, event_id=event.id) == REGISTERED - GIVEN_UP
    with time_machine.travel(later + timedelta(hours=3), tick=False):
        mark_held(session, event_id=event.id)
        _import(session, client, event)


def _address(number: int) -> str:
    return f"personne{number}@commune.example"


def _invited(session: Session, invitation: Mailing, target: Target) -> MailingRecipient:
    return session.scalars(
        select(MailingRecipient).where(
            MailingRecipient.mailing_id == invitation.id,
            MailingRecipient.structure_id == target.structure_id,
        )
    ).one()


def _register(client: PageClient, event: Event, invited: MailingRecipient, number: int) -> None:
    """Follow the link of an invitation, and register under one's own address."""
    with client.application.app_context():
        page = f"/inscription/{event.id}?lettre={reader_token(invited.delivery_id or 0)}"
    typed = {
        "csrf_token": client.csrf_token(),
        "email": _address(number),
        "first_name": "Camille",
        "last_name": f"Exemple {number}",
        "structure": invited.structure_name,
    }
    for _twice in range(2):
        here = {"REMOTE_ADDR": f"10.0.{number}.1"}
        assert client.post(page, data=typed, environ_base=here).status_code == 303


def _press(client: PageClient, session: Session, number: int, action: str) -> None:
    """Press a button of the page that a message gives the link of."""
    found = _MANAGED.search(messages_to(session, _address(number))[-1].text_body)
    assert found is not None
    client.get(found[0])
    assert client.submit(found[0], {"action": action}).status_code == 303


def _import(session: Session, client: PageClient, event: Event) -> None:
    """Read who came in a file of Zoom's: two of them came back after they were cut off."""
    come = [number for number in range(REGISTERED) if GIVEN_UP <= number < SEATS + GIVEN_UP]
    there = come[:PRESENT]
    lines = [(f"Camille Exemple {each}", _address(each), 45) for each in there[2:]]
    lines += [(f"Camille Exemple {each}", _address(each), 40) for each in there[:2]] * 2
    lines += [(f"Camille Exemple {each}", "", 3) for each in come[PRESENT:][:2]]
    sign_in(client, session, "officer")
    for _twice in range(2):
        response = client.post(
            f"/evenements/{event.id}/presence/fichier",
            data={"csrf_token": client.csrf_token(), "file": (io.BytesIO(zoom(*lines)), "z.csv")},
            content_type="multipart/form-data",
        )
        assert response.status_code == 303
    file_id = session.scalars(select(AttendanceFile.id)).one()
    with client.application.test_request_context():
        count_file(session, file_id=file_id)


def _accompany(session: Session, targets: Sequence[Target]) -> None:
    for target in targets:
        structure = session.get_one(Structure, target.structure_id)
        held = SessionFactory(structures=[structure], status="prevue", held_on=days_ago(2))
        set_status(session, session_id=held.id, status="realisee")
    twice = session.get_one(Structure, targets[0].structure_id)
    held = SessionFactory(structures=[twice], status="prevue", held_on=days_ago(1))
    set_status(session, session_id=held.id, status="realisee")


def _file(session: Session, targets: Sequence[Target], call: object) -> None:
    for number, target in enumerate(targets):
        structure = session.get_one(Structure, target.structure_id)
        dossier = ApplicationFactory(call=call, beneficiary=structure)
        filed = StatusData("depose", days_ago(1))
        set_application_status(session, application_id=dossier.id, data=filed)
        if number < FUNDED:
            won = StatusData("obtenu", clock.today(), awarded_cents=100_000)
            set_application_status(session, application_id=dossier.id, data=won)


def test_every_count_is_that_of_what_was_fed_in(
    season: Campaign, session: Session, client: PageClient
) -> None:
    goal = Goal("02", Measure.REACHED, 100)
    session.refresh(season)
    set_goals(session, campaign_id=season.id, version=season.version, goals=[goal])
    found = funnel(session, get_campaign(session, season.id))
    assert found.counts == SAID
    assert found.goals == {Measure.REACHED: 100}
    for measure in Measure:
        assert sum(line.counts[measure] for line in found.lines) == SAID[measure]
    assert {line.departement_code for line in found.lines} == set(PLACES)
    _check_registrations(season, session)
    for year, expected in ((2031, SAID), (2030, dict.fromkeys(Measure, 0))):
        scope = Scope(Period.of_year(year))
        counts = {each: total(session, known, scope).count for each, known in MEASURES.items()}
        assert counts == expected

    sign_in(client, session, "director")
    page = client.get(f"/campagnes/{season.id}").text
    for measure, count in SAID.items():
        assert f'mesure={measure}"><b>{count}</b>' in page
        _check_list(client, season, f"mesure={measure}", count)
    lately = re.findall(r'bouge=oui&amp;etape=(\w+)">[^<]*<b>(\d+)</b>', page)
    assert sum(int(count) for _stage, count in lately) == TARGETED - RETURNED + 3
    for stage, count in lately:
        _check_list(client, season, f"bouge=oui&etape={stage}", int(count))
    for line in found.lines:
        for measure, count in line.counts.items():
            if count:
                query = f"mesure={measure}&departement={line.departement_code}"
                assert f'{query.replace("&", "&amp;")}">{count}</a>' in page
                _check_list(client, season, query, count)


def _check_list(client: PageClient, season: Campaign, query: str, count: int) -> None:
    """Check that a list, and both its exports, hold as many targets as the figure that opens it."""
    url = f"/campagnes/{season.id}/cibles"
    label = "cibles" if count > 1 else "cible"
    assert f"{count} {label}" in client.get(f"{url}?{query}").text
    export = client.get(f"{url}/export.csv?{query}").text
    assert len(list(csv.reader(io.StringIO(export.lstrip("\ufeff")), delimiter=";"))) - 1 == count
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(client.get(f"{url}/export.xlsx?{query}").get_data())
    )
    assert len(book.get_sheet_by_index(0).to_python()) - 1 == count


def _check_registrations(season: Campaign, session: Session) -> None:
    """Check that seats, messages and stages agree with who registered."""
    by_status: dict[str, int] = {}
    for registration in session.scalars(select(Registration)):
        by_status[registration.status] = by_status.get(registration.status, 0) + 1
    assert by_status == {
        RegistrationStatus.REGISTERED: SEATS,
        RegistrationStatus.CANCELLED: GIVEN_UP,
        RegistrationStatus.WAITING: REGISTERED - SEATS - GIVEN_UP,
    }
    # Everybody: at once, again as they pressed twice; given up; offered, then taken; the date.
    subjects = [
        each.subject.replace("\u00a0", " ").split(" : ")[0]
        for each in session.scalars(select(OutboxMessage))
    ]
    assert {each: subjects.count(each) for each in set(subjects)} == {
        "Inscription confirmée": 2 * SEATS + GIVEN_UP,
        "Liste d’attente": 2 * (REGISTERED - SEATS),
        "Inscription annulée": GIVEN_UP,
        "Une place pour vous": GIVEN_UP,
        "Nouvelle date": REGISTERED - GIVEN_UP,
    }
    stages = _stages(session, season)
    assert sum(stages.values()) == TARGETED
    # Those who had a seat and did not come, four of whom were accompanied all the same.
    assert stages["inscrite"] == SEATS + GIVEN_UP - PRESENT - 4, "never back by itself"


def test_a_session_taken_back_counts_no_more(session: Session) -> None:
    campaign = make_campaign(session)
    target = one_target(session, campaign)
    _accompany(session, [target])
    ids = session.scalars(
        select(SessionStructure.session_id).where(
            SessionStructure.structure_id == target.structure_id
        )
    ).all()
    assert funnel(session, get_campaign(session, campaign.id)).counts[Measure.ACCOMPANIED] == 1
    for session_id in ids:
        set_status(session, session_id=session_id, status="annulee")
    assert funnel(session, get_campaign(session, campaign.id)).counts[Measure.ACCOMPANIED] == 0
    [kept] = targets_of(session, campaign)
    assert kept.stage == "accompagnee", "never back by itself"


def test_a_whole_region_is_targeted_in_a_moment(session: Session) -> None:
    campaign = make_campaign(session)
    everything = PlaceData(least=0)
    found = choices_in_places(session, campaign.id, everything, clock.today())
    assert len(found) > 3_700
    start = monotonic()
    added = add_targets(session, campaign_id=campaign.id, choices=found, origin=Origin.CRITERIA)
    assert added.count == len(found)
    assert monotonic() - start < 60
