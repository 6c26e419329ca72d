"""Every indicator of the demonstration: its total is its rows, its parts narrowed totals."""

from sqlalchemy.orm import Session

from crm.coverage.indicators import AWARDED, INDICATORS
from crm.coverage.indicators import By as FundingBy
from crm.coverage.queries.figures import by_support, co_funding, totals
from crm.coverage.queries.figures import split as funding_split
from crm.coverage.types import Scope as FundingScope
from crm.coverage.types import Years
from crm.indicators.batches import many_totals
from crm.indicators.counting import rows, split, total
from crm.indicators.indicator import Indicator
from crm.indicators.registry import find_indicator, known_indicators
from crm.indicators.types import By, Level, Period, Scope

YEAR = Period.of_year(2019)


def _all_indicators() -> list[Indicator]:
    return [each for each in known_indicators() if isinstance(each, Indicator)]


def test_totals_rows_and_parts_agree_on_the_demonstration(demo: Session) -> None:
    scopes = [Scope(YEAR), Scope(Period(YEAR.start.replace(month=7), YEAR.end.replace(month=7)))]
    for indicator in _all_indicators():
        for scope in scopes:
            found = demo.execute(rows(indicator, scope)).all()
            value = total(demo, indicator, scope)
            if indicator.amount is None:
                assert value.count == len(found), indicator.code
            for by in indicator.splits:
                if by is By.MONTH:
                    continue
                for part in split(demo, indicator, scope, by)[:2]:
                    narrowed = total(demo, indicator, scope.narrowed(by, part.key))
                    if not part.value.words:
                        assert narrowed.count == part.value.count, (indicator.code, by)


def test_figures_asked_at_once_are_those_asked_one_by_one(demo: Session) -> None:
    asked = [(each, Scope(YEAR, level=level)) for each in known_indicators() for level in Level]
    asked += [
        (each, Scope(YEAR).narrowed(by, part.key))
        for each in _all_indicators()
        for by in each.keys
        for part in split(demo, each, Scope(YEAR), by)[:1]
    ]
    assert len(asked) > 200  # more than one statement
    for (indicator, scope), value in zip(asked, many_totals(demo, asked), strict=True):
        assert value == total(demo, indicator, scope), indicator.code


def test_months_add_up_where_each_fact_counts_once(demo: Session) -> None:
    sessions = find_indicator("sessions_done")
    assert isinstance(sessions, Indicator)
    parts = split(demo, sessions, Scope(YEAR), By.MONTH)
    assert parts[0].key == "2019-01"
    assert sum(part.value.count or 0 for part in parts) == total(demo, sessions, Scope(YEAR)).count


def test_the_page_of_funding_and_the_registry_count_the_same(demo: Session) -> None:
    scope = FundingScope(Years(2019, 2019))
    line = totals(demo, scope)
    for name in ("filed", "requested_cents", "expected_cents", "decided", "awarded"):
        indicator = INDICATORS[name]
        assert total(demo, indicator, Scope(YEAR)).count == getattr(line, name), name
    assert total(demo, INDICATORS["awarded_cents"], Scope(YEAR)).count == line.awarded_cents
    others = sum(each.awarded_cents for each in co_funding(demo, scope).values())
    assert total(demo, INDICATORS["co_awarded_cents"], Scope(YEAR)).count == others
    helped = sum(each.awarded_cents for each in by_support(demo, scope) if each.level)
    assert total(demo, INDICATORS["supported_cents"], Scope(YEAR)).count == helped
    families = {each.key: each.awarded for each in funding_split(demo, scope, FundingBy.FAMILY)}
    parts = split(demo, AWARDED, Scope(YEAR), By.FAMILY)
    assert {each.key: each.value.count for each in parts} == {
        key: count for key, count in families.items() if count
    }
