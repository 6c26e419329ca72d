"""The demonstration's agreements and series, as the year 2019 was published."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.agreements.models import Agreement, Axis
from crm.agreements.progress import State, progress_of
from crm.agreements.queries import agreements, offered_axes
from crm.core import clock
from crm.followups.models import AccompanimentSession, session_axis
from crm.indicators.types import Period, Scope
from crm.measures.figures import series_code
from crm.measures.models import Series
from crm.measures.queries import delta_of_series
from crm.measures.values import value_of

YEAR = Period.of_year(2019)


def test_the_series_of_2019_are_those_published(demo: Session) -> None:
    found = {}
    for series in demo.scalars(select(Series)):
        value = value_of(demo, series_code(series.id), Scope(YEAR))
        found[series.name] = value.words or value.count
    assert found == {
        "Utilisateurs du portail": 1081,
        "Sessions sur le portail": 2006,
        "Pages vues du portail": 9151,
        "Mentions « J’aime » de la page Facebook": 955,
        "Personnes touchées chaque semaine par la page Facebook": "près de 800",
        "Abonnés au compte Twitter": 244,
        "Abonnés à la lettre mensuelle": 3300,
        "Offres du catalogue annuel de formations": 60,
        "Formations du catalogue en ligne": 39,
        "Jeunes du groupe de départ, Bassin minier": 3,
    }
    likes = demo.scalars(select(Series).where(Series.name.contains("J’aime"))).one()
    delta = delta_of_series(demo, likes, YEAR)
    assert delta is not None
    assert delta.count == 162


def test_each_agreement_has_its_axes_and_work_counts_for_those_of_its_day(demo: Session) -> None:
    found = agreements(demo)
    assert {len(agreement.axes) for agreement in found} == {4}
    for agreement in found:
        axes = [axis.item_id for axis in agreement.axes]
        outside = demo.scalar(
            select(func.count())
            .select_from(session_axis)
            .join(AccompanimentSession, AccompanimentSession.id == session_axis.c.session_id)
            .where(
                session_axis.c.axis_id.in_(axes), AccompanimentSession.held_on > agreement.ends_on
            )
        )
        assert outside == 0
    current = [each for each in found if each.ends_on >= clock.today()]
    assert len(offered_axes(demo)) == 4 * len(current)
    assert demo.scalar(select(func.count()).select_from(Axis)) == 4 * len(found)


def test_expected_stands_against_done_in_2019(demo: Session) -> None:
    agreement = next(each for each in agreements(demo) if each.starts_on == date(2018, 1, 1))
    done = {
        (progress.action.label, each.period.start.year): (each.text, each.state)
        for progress in progress_of(demo, agreement, clock.today())
        for each in progress.dones
    }
    assert done["Accompagner les porteurs de projets", 2019] == ("115", State.REACHED)
    assert done["Recenser les acteurs et leurs projets", 2019] == ("321", State.REACHED)
    assert done["Envoi de jeunes du Bassin minier", 2019] == ("3", State.MISSED)
    assert done["Rendez-vous de la Chine", 2020] == ("0", State.MISSED)
    assert done["Une rencontre dédiée à la mobilité des jeunes", 2019] == ("1", State.REACHED)
    assert demo.scalar(select(func.count()).select_from(Agreement)) == len(agreements(demo))
