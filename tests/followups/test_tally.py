"""Many figures in one reading are the figures counted one by one."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from crm.followups.indicators import (
    ACCOMPANIED_FORMALLY,
    ACCOMPANIED_STRUCTURES,
    SESSIONS_DONE,
    By,
    Indicator,
    Period,
    compare,
)
from crm.followups.tally import Tally
from tests.factories.contacts import StructureFactory
from tests.factories.followups import SessionFactory, reference, seat

PERIODS = [Period.of_year(2019), Period.of_year(2018)]


@pytest.fixture
def history(session: Session) -> None:
    """Make sessions of two years: joint ones, cancelled ones, with and without themes."""
    themes = [reference("theme", "sante"), reference("theme", "culture_et_patrimoine")]
    kinds = [reference("session_kind", "rdv"), reference("session_kind", "relecture")]
    structures = [StructureFactory(family_code=code) for code in ("association", "entreprise")]
    for number in range(12):
        made = SessionFactory(
            held_on=date(2017 + number % 4, 1 + number, 12),
            kind=kinds[number % 2],
            status="annulee" if number == 7 else "realisee",
            themes=themes[: number % 3],
            structures=[seat(each) for each in structures[: 1 + number % 2]],
        )
        assert made.id
    session.flush()


@pytest.mark.parametrize("indicator", [ACCOMPANIED_STRUCTURES, ACCOMPANIED_FORMALLY, SESSIONS_DONE])
def test_the_total_is_the_one_counted_alone(
    session: Session, history: None, indicator: Indicator
) -> None:
    total = Tally(session, PERIODS).total(indicator)
    assert total == compare(session, indicator, PERIODS)[0][1]
    assert sum(total) > 0


@pytest.mark.parametrize("indicator", [ACCOMPANIED_STRUCTURES, ACCOMPANIED_FORMALLY, SESSIONS_DONE])
@pytest.mark.parametrize(
    "by", [By.FAMILY, By.DEPARTEMENT, By.KIND, By.FORMALITY, By.THEME, By.COUNTRY]
)
def test_each_figure_is_the_one_counted_alone(
    session: Session, history: None, indicator: Indicator, by: By
) -> None:
    alone = dict(compare(session, indicator, PERIODS, by))
    together = Tally(session, PERIODS).split(indicator, by)
    assert together == alone
