"""The demonstration's funding: plausible, and true to the report of 2019."""

from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.followups.models import AccompanimentSession, SessionApplication, SessionStructure
from crm.followups.types import SessionStatus
from crm.funding.models import (
    ApplicationStep,
    CoFunding,
    FundingApplication,
    FundingCall,
    FundingScheme,
    Payment,
    ReportingDeadline,
)
from crm.funding.types import DECIDED, OBTAINED, PREPARED, ApplicationStatus


def applications(demo: Session) -> list[FundingApplication]:
    return list(demo.scalars(select(FundingApplication).order_by(FundingApplication.id)))


def test_a_history_of_calls_and_awards_since_2015(demo: Session) -> None:
    found = applications(demo)
    filed = Counter(each.filed_on.year for each in found if each.filed_on)
    today = clock.today()
    assert all(filed[year] >= 10 for year in range(2016, today.year))
    # What is identified or just filed depends on the season.
    seasonal = {ApplicationStatus.IDENTIFIED, ApplicationStatus.FILED}
    assert {each.status for each in found} >= set(ApplicationStatus) - seasonal
    assert demo.scalar(select(func.min(FundingCall.opens_on))).year in (2014, 2015)
    to_come = select(func.count()).where(FundingCall.closes_on > today)
    assert demo.scalar(to_come) >= 5


def test_no_application_is_ahead_of_its_time(demo: Session) -> None:
    today = clock.today()
    for each in applications(demo):
        assert not each.filed_on or each.filed_on <= today
        assert not each.decided_on or each.decided_on <= today
        if each.status in PREPARED:
            assert each.filed_on is None
        if each.status in OBTAINED:
            assert 0 < each.awarded_cents <= each.requested_cents <= each.total_cents


def test_each_is_where_its_last_step_says(demo: Session) -> None:
    last = select(func.max(ApplicationStep.id)).group_by(ApplicationStep.application_id)
    rows = demo.execute(
        select(FundingApplication.status, ApplicationStep.status)
        .join(ApplicationStep, ApplicationStep.application_id == FundingApplication.id)
        .where(ApplicationStep.id.in_(last))
    ).all()
    assert len(rows) == len(applications(demo))
    assert all(said == status for said, status in rows)


def test_as_many_for_cap_sur_le_monde_in_2019_as_the_year_before(demo: Session) -> None:
    years = demo.execute(
        select(FundingCall.year, func.count())
        .join(FundingApplication, FundingApplication.call_id == FundingCall.id)
        .join(FundingScheme, FundingScheme.id == FundingCall.scheme_id)
        .where(FundingScheme.name == "Cap sur le Monde", FundingCall.year.in_((2018, 2019)))
        .group_by(FundingCall.year)
    ).tuples()
    counts = dict(years.all())
    assert counts[2018] == counts[2019] > 0


def test_what_helped_was_held_with_the_beneficiary_before_the_closing(demo: Session) -> None:
    rows = demo.execute(
        select(AccompanimentSession.status, AccompanimentSession.held_on, FundingCall.closes_on)
        .join(SessionApplication, SessionApplication.session_id == AccompanimentSession.id)
        .join(FundingApplication, FundingApplication.id == SessionApplication.application_id)
        .outerjoin(FundingCall, FundingCall.id == FundingApplication.call_id)
    ).all()
    assert len(rows) > 100
    assert all(row.status == SessionStatus.DONE for row in rows)
    assert all(row.closes_on is None or row.held_on <= row.closes_on for row in rows)
    strangers = (
        select(func.count())
        .select_from(SessionApplication)
        .where(
            ~select(SessionStructure.structure_id)
            .join(
                FundingApplication,
                FundingApplication.beneficiary_id == SessionStructure.structure_id,
            )
            .where(
                SessionStructure.session_id == SessionApplication.session_id,
                FundingApplication.id == SessionApplication.application_id,
            )
            .exists()
        )
    )
    assert demo.scalar(strangers) == 0


def test_nobody_is_paid_more_than_was_awarded_and_some_reports_are_late(demo: Session) -> None:
    paid = dict(
        demo.execute(
            select(Payment.application_id, func.sum(Payment.amount_cents)).group_by(
                Payment.application_id
            )
        )
        .tuples()
        .all()
    )
    awards = {each.id: each for each in applications(demo) if each.status in OBTAINED}
    assert set(paid) <= set(awards)
    assert all(amount <= awards[one].awarded_cents for one, amount in paid.items())
    settled = [each for each in awards.values() if each.status == ApplicationStatus.SETTLED]
    assert settled
    assert all(paid[each.id] == each.awarded_cents for each in settled)
    late = select(func.count()).where(
        ReportingDeadline.done_on.is_(None), ReportingDeadline.due_on < clock.today()
    )
    assert demo.scalar(late) > 0
    assert demo.scalar(select(func.count()).select_from(CoFunding)) > 5


def test_accompanied_applications_succeed_more_often(demo: Session) -> None:
    helped = set(demo.scalars(select(SessionApplication.application_id)))
    decided = [each for each in applications(demo) if each.status in DECIDED]
    shares = {}
    for is_helped in (True, False):
        of_these = [each for each in decided if (each.id in helped) is is_helped]
        shares[is_helped] = sum(each.status in OBTAINED for each in of_these) / len(of_these)
    assert shares[True] > shares[False]
