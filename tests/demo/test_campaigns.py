"""The demonstration's campaigns: the winter of 2019 over five départements, and one under way."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.campaigns.models import Campaign, Target
from crm.campaigns.operations import get_campaign
from crm.campaigns.queries.funnel import funnel
from crm.campaigns.types import Measure

NAMED = {
    "Tourcoing", "Amiens", "Béthune", "Valenciennes", "Divion", "Lille", "Arras",
    "Château-Thierry", "Longueau", "Avion",
}  # fmt: skip


def test_the_winter_of_2019_reached_forty_towns_of_five_departements(demo: Session) -> None:
    winter = demo.scalars(select(Campaign).where(Campaign.reporting_year == 2019)).one()
    rows = demo.execute(
        select(Target.structure_name, Target.departement_code).where(
            Target.campaign_id == winter.id
        )
    ).all()
    assert len(rows) == 40
    assert {name for name, _code in rows} >= NAMED
    assert {code for _name, code in rows} == {"02", "59", "60", "62", "80"}
    counts = funnel(demo, get_campaign(demo, winter.id)).counts
    assert counts[Measure.TARGETED] == 40
    assert counts[Measure.REACHED] == 40
    assert counts[Measure.MET] >= len(NAMED)
    assert 0 < counts[Measure.FUNDED] <= counts[Measure.FILED]


def test_one_is_under_way_and_remembers_the_other(demo: Session) -> None:
    running = demo.scalars(select(Campaign).where(Campaign.status == "en_cours")).one()
    assert running.cloned_from_id is not None
    stages = dict(
        demo.execute(
            select(Target.stage, func.count())
            .where(Target.campaign_id == running.id)
            .group_by(Target.stage)
        )
        .tuples()
        .all()
    )
    assert sum(stages.values()) == 40
    assert len(stages) >= 3
