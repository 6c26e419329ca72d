"""Values among many: each kind, none, more than a statement takes parameters."""

from collections.abc import Sequence

import pytest
from sqlalchemy import ColumnElement, func, not_, select
from sqlalchemy.orm import Session

from crm.among import is_among, is_among_parameter
from crm.territories.models import Commune

_MORE_THAN_PARAMETERS = 70_000


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Commune).where(condition)) or 0


@pytest.mark.parametrize(
    ("values", "count"), [([], 0), (["59350"], 1), (["59350", "59350", "62498", "l'Est \\ « »"], 2)]
)
def test_a_column_is_among_texts(session: Session, values: Sequence[str], count: int) -> None:
    there = is_among(Commune.insee_code, values)
    assert _count(session, there) == count
    assert _count(session, not_(there)) == _count(session, Commune.insee_code.is_not(None)) - count


def test_a_column_is_among_numbers(session: Session) -> None:
    numbers = session.scalars(select(Commune.population).limit(3)).all()
    for asked in ([], numbers[:1], numbers):
        expected = _count(session, Commune.population.in_(asked))
        assert _count(session, is_among(Commune.population, asked)) == expected
    assert _count(session, is_among(Commune.population, numbers)) > 0


def test_values_may_be_more_than_a_statement_takes_parameters(session: Session) -> None:
    codes = [f"{number:05}" for number in range(_MORE_THAN_PARAMETERS)]
    expected = _count(session, Commune.insee_code < f"{_MORE_THAN_PARAMETERS:05}")
    assert _count(session, is_among(Commune.insee_code, codes)) == expected > 0


def test_the_values_of_a_parameter_are_given_later(session: Session) -> None:
    statement = select(Commune.insee_code).where(is_among_parameter(Commune.insee_code, "codes"))
    for codes in ([], ["59350"], ["59350", "62498"]):
        assert sorted(session.scalars(statement, {"codes": codes})) == codes
