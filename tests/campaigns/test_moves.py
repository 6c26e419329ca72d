"""What moves a target: by hand, by a call, by what happens; each says why and is taken back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.campaigns.models import Campaign, Target, TargetMove
from crm.campaigns.operations import (
    advance,
    link_event,
    link_mailing,
    note_call,
    set_stage,
    undo_move,
)
from crm.campaigns.queries.facts import FACTS
from crm.campaigns.types import CallData, Cause, Stage, StageData
from crm.core import clock
from crm.core.errors import NotFoundError, RuleError
from crm.followups.operations.sessions import set_status
from crm.funding.operations.applications import set_status as set_application_status
from crm.funding.types import StatusData
from crm.history.recording import change_set_of
from crm.history.undo import undo_changes
from crm.mail.models import Delivery
from crm.mail.reports import report
from crm.mail.types import DeliveryState, Purpose, Report, ReportKind
from crm.mailings.types import Reach
from tests.campaigns.builders import (
    aim_at,
    days_ago,
    make_campaign,
    moves,
    one_target,
    start_anew,
    structure_of,
)
from tests.factories.contacts import StructureFactory
from tests.factories.events import EventFactory, RegistrationFactory
from tests.factories.followups import SessionFactory
from tests.factories.funding import ApplicationFactory, CallFactory, SchemeFactory
from tests.mailings.builders import deliveries, draft, listed, send


def test_a_stage_set_by_hand_says_why_and_is_taken_back(session: Session) -> None:
    target = one_target(session)
    move = set_stage(session, target_id=target.id, data=StageData("interessee", "vus au salon"))
    assert move is not None
    assert (target.stage, move.from_stage, move.note) == (
        Stage.INTERESTED, "a_contacter", "vus au salon",
    )  # fmt: skip
    assert set_stage(session, target_id=target.id, data=StageData("interessee")) is None
    back = undo_move(session, move_id=move.id)
    assert target.stage == Stage.TO_CONTACT
    assert (back.cause, back.undoes_id, back.from_stage) == (Cause.UNDONE, move.id, "interessee")
    with pytest.raises(RuleError, match="déjà annulé"):
        undo_move(session, move_id=move.id)
    with pytest.raises(NotFoundError):
        undo_move(session, move_id=back.id)


def test_a_move_that_others_followed_is_not_taken_back(session: Session) -> None:
    target = one_target(session)
    first = set_stage(session, target_id=target.id, data=StageData("contactee"))
    set_stage(session, target_id=target.id, data=StageData("interessee"))
    assert first is not None
    with pytest.raises(RuleError, match="a changé d’étape depuis"):
        undo_move(session, move_id=first.id)
    assert target.stage == Stage.INTERESTED


def test_an_obstacle_comes_back_with_the_stage_it_explained(session: Session) -> None:
    target = one_target(session)
    set_stage(session, target_id=target.id, data=StageData("sans_suite", "élections", "elus"))
    again = set_stage(session, target_id=target.id, data=StageData("interessee"))
    assert target.obstacle is None
    assert again is not None
    undo_move(session, move_id=again.id)
    assert (target.stage, target.obstacle, target.obstacle_note) == (
        "sans_suite", "elus", "élections",
    )  # fmt: skip


def test_undoing_a_save_is_told_by_a_move(session: Session) -> None:
    target = one_target(session)
    start_anew(session)
    set_stage(session, target_id=target.id, data=StageData("interessee"))
    saved = change_set_of(session)
    assert saved is not None
    start_anew(session)
    undo_changes(session, change_set_id=saved)
    session.expire_all()
    last = moves(session, target)[-1]
    assert session.get_one(Target, target.id).stage == "a_contacter"
    assert (last.cause, last.to_stage, last.undoes_id) == (
        "annulation", "a_contacter", moves(session, target)[0].id,
    )  # fmt: skip


def test_a_call_notes_its_outcome_and_the_day_to_call_again(session: Session) -> None:
    target = one_target(session)
    target.next_call_on = clock.today()
    unanswered = note_call(session, target_id=target.id, data=CallData("pas_de_reponse"))
    assert (target.stage, unanswered.reached) == ("a_contacter", None)
    assert target.next_call_on == clock.today() + timedelta(days=2)
    undo_move(session, move_id=unanswered.id)
    assert target.next_call_on == clock.today()
    note_call(session, target_id=target.id, data=CallData("interessee", "rappelle en mars"))
    assert (target.stage, target.next_call_on) == ("interessee", None)
    note_call(session, target_id=target.id, data=CallData("a_repondu"))
    assert target.stage == "interessee", "a call takes nobody back"
    note_call(session, target_id=target.id, data=CallData("sans_suite", obstacle="calendrier"))
    assert (target.stage, target.obstacle) == ("sans_suite", "calendrier")
    note_call(session, target_id=target.id, data=CallData("a_rappeler"))
    assert (target.stage, target.obstacle) == ("contactee", None)


def test_a_session_done_moves_its_structures_and_no_other(session: Session) -> None:
    campaign = make_campaign(session)
    seen, other = aim_at(session, campaign, [StructureFactory(), StructureFactory()])
    held = SessionFactory(structures=[structure_of(session, seen)],
                          status="prevue", held_on=days_ago(2))  # fmt: skip
    set_status(session, session_id=held.id, status="realisee")
    assert (seen.stage, other.stage) == ("accompagnee", "a_contacter")
    (move,) = moves(session, seen)
    assert (move.cause, move.source_kind, move.source_id) == ("seance", "session", held.id)
    assert (move.happened_on, move.author_id) == (days_ago(2), None)


def test_what_happens_outside_the_campaign_moves_nobody(session: Session) -> None:
    campaign = make_campaign(session)
    (target,) = aim_at(session, campaign, [StructureFactory()])
    for day, status in ((days_ago(60), "realisee"), (days_ago(1), "annulee")):
        held = SessionFactory(structures=[structure_of(session, target)], held_on=day)
        set_status(session, session_id=held.id, status=status)
    assert target.stage == "a_contacter"
    assert moves(session, target) == []


def test_what_happened_once_moves_once_and_stays_taken_back(session: Session) -> None:
    target = one_target(session)
    held = SessionFactory(structures=[structure_of(session, target)])
    assert advance(session, set(FACTS)) == 1
    assert advance(session, set(FACTS)) == 0
    undo_move(session, move_id=moves(session, target)[0].id)
    set_status(session, session_id=held.id, status="realisee")
    assert advance(session, set(FACTS)) == 0
    assert target.stage == "a_contacter"


def test_an_application_counts_for_its_call_alone(session: Session) -> None:
    call = CallFactory()
    campaign = make_campaign(session, call_id=call.id)
    assert campaign.scheme_id == call.scheme_id
    target, other = aim_at(session, campaign, [StructureFactory(), StructureFactory()])
    dossier = ApplicationFactory(call=call, beneficiary=structure_of(session, target))
    elsewhere = ApplicationFactory(beneficiary=structure_of(session, other))
    for each in (dossier, elsewhere):
        set_application_status(
            session, application_id=each.id, data=StatusData("depose", days_ago(3))
        )
    assert (target.stage, other.stage) == ("deposee", "a_contacter")
    set_application_status(
        session,
        application_id=dossier.id,
        data=StatusData("obtenu", days_ago(1), awarded_cents=500_000),
    )
    assert [each.cause for each in moves(session, target)] == ["depot", "obtention"]
    assert target.stage == "financee"


def test_a_scheme_takes_the_applications_of_each_of_its_calls(session: Session) -> None:
    scheme = SchemeFactory()
    campaign = make_campaign(session, scheme_id=scheme.id)
    (target,) = aim_at(session, campaign, [StructureFactory()])
    ApplicationFactory(
        filed=True, call=CallFactory(scheme=scheme), beneficiary=structure_of(session, target)
    )
    assert advance(session, set(FACTS), Target.campaign_id == campaign.id) == 1
    assert target.stage == "deposee"


def test_one_without_follow_up_comes_back_when_it_files(session: Session) -> None:
    target = one_target(session)
    set_stage(session, target_id=target.id, data=StageData("sans_suite", obstacle="elus"))
    ApplicationFactory(filed=True, beneficiary=structure_of(session, target))
    advance(session, {Cause.FILING})
    assert (target.stage, target.obstacle) == ("deposee", None)


def _told(delivery: Delivery, kind: ReportKind, number: int) -> Report:
    return Report("essai", f"{delivery.id}-{number}", delivery.token, kind, clock.now())


@pytest.fixture
def sent(app: Flask, session: Session) -> list[Delivery]:
    """Return two messages of a campaign that left, to two of its three targets."""
    campaign = make_campaign(session)
    structures = [StructureFactory(email=f"mairie{n}@commune.example") for n in range(3)]
    aim_at(session, campaign, structures)
    with app.test_request_context():
        mailing = draft(
            session, listed(session, structures[:2]), purpose=Purpose.CALLS, reach=Reach.STRUCTURES
        )
        link_mailing(session, campaign_id=campaign.id, mailing_id=mailing.id)
        send(session, mailing, seen=2)
    session.execute(
        update(Delivery)
        .values(state=DeliveryState.ACCEPTED, attempt=1, settled_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return deliveries(session, mailing)


def _stages(session: Session) -> list[str]:
    return list(
        session.scalars(
            select(Target.stage).order_by(Target.id).execution_options(populate_existing=True)
        )
    )


def test_a_message_that_arrives_and_a_reply_move_their_target(
    session: Session, sent: list[Delivery]
) -> None:
    assert _stages(session) == ["a_contacter"] * 3
    report(session, [_told(sent[0], ReportKind.DELIVERED, 1)], now=clock.now())
    assert _stages(session) == ["contactee", "a_contacter", "a_contacter"]
    heard = [_told(sent[1], ReportKind.REPLIED, 2), _told(sent[0], ReportKind.DELIVERED, 3)]
    report(session, heard, now=clock.now())
    assert _stages(session) == ["contactee", "a_repondu", "a_contacter"]
    causes = session.scalars(select(TargetMove.cause).order_by(TargetMove.id)).all()
    assert causes == ["envoi", "reponse"]


def test_a_message_taken_a_day_ago_and_not_back_is_taken_to_have_arrived(
    session: Session, sent: list[Delivery]
) -> None:
    assert advance(session, {Cause.DELIVERY}) == 0
    tomorrow = clock.now() + timedelta(days=1, minutes=1)
    session.execute(
        update(Delivery).where(Delivery.id == sent[1].id).values(state=DeliveryState.BOUNCED)
    )
    assert advance(session, {Cause.DELIVERY}, now=tomorrow) == 1
    assert _stages(session) == ["contactee", "a_contacter", "a_contacter"]


def test_the_day_of_a_registration_is_that_of_paris(session: Session) -> None:
    target = one_target(session)
    event = EventFactory()
    campaign = session.get_one(Campaign, target.campaign_id)
    link_event(session, campaign_id=campaign.id, event_id=event.id)
    late = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)  # half past midnight in Paris
    RegistrationFactory(event=event, structure_id=target.structure_id, created_at=late)
    session.flush()
    assert advance(session, {Cause.REGISTRATION}) == 1
    assert moves(session, target)[-1].happened_on == date(2026, 3, 10)
