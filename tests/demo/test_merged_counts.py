"""Merging structures of the demonstration, and taking it apart, moves no figure of a past year."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts import group_kinds
from crm.contacts import kinds as contact_kinds
from crm.contacts.indicators import count_actors_listed_on
from crm.contacts.models import Structure
from crm.duplicates.merging import merge_records
from crm.duplicates.unmerging import unmerge_records
from crm.followups import kinds as followup_kinds
from crm.followups.indicators import INDICATORS, By, Period, count, split
from crm.followups.models import AccompanimentSession, SessionStructure
from crm.history.kinds import know_kind
from crm.projects import kinds as project_kinds

YEARS = [Period.of_year(year) for year in (2017, 2018, 2019)]


def _figures(session: Session) -> list[object]:
    session.expire_all()
    return [
        [count(session, each, year) for year in YEARS for each in INDICATORS.values()],
        [
            split(session, each, year, by)
            for year in YEARS
            for each in INDICATORS.values()
            for by in (By.FAMILY, By.DEPARTEMENT, By.THEME)
        ],
        [count_actors_listed_on(session, year.end) for year in YEARS],
    ]


def test_the_counts_of_2019_survive_merges_and_their_undoing(demo: Session) -> None:
    for kinds in (contact_kinds, group_kinds, project_kinds, followup_kinds):
        for kind in kinds.KINDS:
            know_kind(kind)
    supported = (
        select(SessionStructure.structure_id)
        .join(AccompanimentSession)
        .where(AccompanimentSession.held_on >= YEARS[2].start)
    )
    found = demo.scalars(
        select(Structure)
        .where(
            Structure.id.in_(supported),
            Structure.insee_code.is_(None),
            Structure.epci_siren.is_(None),
            Structure.parent_id.is_(None),
            Structure.listed_on.is_not(None),
            Structure.closed_on.is_(None),
        )
        .order_by(Structure.id)
        .limit(20)
    ).all()
    before = _figures(demo)
    pairs = list(zip(found[::2], found[1::2], strict=True))
    assert len(pairs) == 10
    merges = [
        merge_records(demo, kind="structure", kept_id=one.id, merged_id=other.id).id
        for one, other in pairs
    ]
    assert _figures(demo) == before
    for merge_id in reversed(merges):
        unmerge_records(demo, merge_id=merge_id)
    assert _figures(demo) == before
