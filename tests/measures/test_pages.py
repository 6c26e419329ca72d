"""Series, points and formulas as people use them, and what their figures say."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core.headcounts import Headcount
from crm.indicators.types import By, Period, Scope, Value
from crm.measures.figures import find_figure, formula_code, series_code
from crm.measures.models import Formula, Series, SeriesPoint
from crm.measures.operations import add_point, create_formula, create_series
from crm.measures.queries import delta_of_series
from crm.measures.types import FormulaData, PointData, Reading, SeriesData
from crm.measures.values import value_of
from tests.factories.contacts import StructureFactory
from tests.factories.followups import SessionFactory
from tests.support.client import PageClient

YEAR = Period.of_year(2019)
UNREAD = Value(None, words="aucun relevé")
NEW = "/indicateurs/series/nouvelle"


def _series(session: Session, reading: str = Reading.LEVEL, name: str = "J’aime") -> Series:
    return create_series(session, data=SeriesData(name, "mentions", reading, "Page du réseau"))


def _note(session: Session, series: Series, day: str, count: int, words: str | None = None) -> None:
    value = Headcount(count, words is not None, words)
    data = PointData(date.fromisoformat(day), value)
    add_point(session, series_id=series.id, data=data)


def test_a_series_and_its_points_are_noted_once(director: PageClient, session: Session) -> None:
    sent = {
        "name": "Mentions « J’aime »", "unit": "mentions", "reading": "niveau",
        "source": "Statistiques de la page", "submission_key": "s1",
    }  # fmt: skip
    assert director.get(NEW).status_code == 200
    first = director.submit(NEW, sent)
    assert director.submit(NEW, sent).location == first.location
    series = session.scalars(select(Series)).one()
    address = f"/indicateurs/series/{series.id}/releves"
    assert "Statistiques de la page" in director.get(address).text
    for number, (day, value) in enumerate((("31/12/2018", "793"), ("31/12/2019", "955"))):
        answer = director.submit(
            address, {"day": day, "value": value, "submission_key": f"p{number}"}
        )
        assert answer.status_code == 303
    page = director.get(first.location).text
    assert "+162" in page
    assert "+162 en 2019" in page.replace("\u00a0", " ")
    assert "Relevé\u00a0: création" in page
    assert "955" in director.get("/indicateurs").text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"day": ""}, "Ce champ est nécessaire"),
        ({"day": "01/01/2090"}, "un jour à venir"),
        ({"value": "beaucoup"}, "non compris"),
        ({"value": ""}, "Ce champ est nécessaire"),
        ({"day": "31/12/2018"}, "a déjà un relevé"),
    ],
)
def test_what_is_wrong_in_a_point_is_said_beside_its_field(
    officer: PageClient, session: Session, changes: dict[str, str], sentence: str
) -> None:
    series = _series(session)
    _note(session, series, "2018-12-31", 793)
    sent = {"day": "31/12/2019", "value": "955", "source": "Vu à l’écran"} | changes
    answer = officer.submit(f"/indicateurs/series/{series.id}/releves", sent)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Vu à l’écran" in answer.text


def test_a_point_is_corrected_taken_away_and_taken_back(
    officer: PageClient, session: Session
) -> None:
    series = _series(session)
    _note(session, series, "2019-12-31", 955)
    point = session.scalars(select(SeriesPoint)).one()
    address = f"/indicateurs/releves/{point.id}"
    sent = {"day": "31/12/2019", "value": "près de 960", "version": "1"}
    assert officer.submit(f"{address}/modifier", sent).status_code == 303
    assert officer.submit(f"{address}/modifier", sent | {"value": "5"}).status_code == 409
    assert "près de 960" in officer.get(f"/indicateurs/series/{series.id}").text
    officer.submit(f"{address}/supprimer", {})
    assert value_of(session, series_code(series.id), Scope(YEAR)) == UNREAD
    officer.submit(f"/corbeille/series_point/{point.id}/restaurer", {})
    session.expire_all()
    found = value_of(session, series_code(series.id), Scope(YEAR))
    assert found == Value(960, is_approximate=True, words="près de 960")


def test_a_level_is_the_last_point_and_its_delta_starts_before_the_period(
    session: Session,
) -> None:
    series = _series(session)
    assert value_of(session, series_code(series.id), Scope(YEAR)) == UNREAD
    for day, count in (("2018-06-30", 700), ("2018-12-31", 793), ("2019-03-01", 800)):
        _note(session, series, day, count)
    assert value_of(session, series_code(series.id), Scope(YEAR)) == Value(800)
    delta = delta_of_series(session, series, YEAR)
    assert delta is not None
    assert (delta.count, delta.since.count) == (7, 793)
    later = value_of(session, series_code(series.id), Scope(Period.of_year(2020)))
    assert later == Value(800, as_of=date(2019, 3, 1))
    assert delta_of_series(session, series, Period.of_year(2020)) is None


def test_a_flow_is_the_sum_of_the_period_and_zero_is_a_value(session: Session) -> None:
    series = _series(session, Reading.FLOW)
    for day, count in (("2018-12-31", 5), ("2019-01-31", 10), ("2019-02-28", 20)):
        _note(session, series, day, count)
    _note(session, series, "2020-01-31", 0)
    assert value_of(session, series_code(series.id), Scope(YEAR)) == Value(30)
    assert value_of(session, series_code(series.id), Scope(Period.of_year(2020))) == Value(0)
    assert value_of(session, series_code(series.id), Scope(Period.of_year(2021))) == UNREAD
    narrowed = value_of(session, series_code(series.id), Scope(YEAR, {By.AXIS: ("1",)}))
    assert narrowed.count is None
    assert narrowed.problem


def test_a_formula_is_created_and_shows_its_parts(director: PageClient, session: Session) -> None:
    structures = [StructureFactory(), StructureFactory()]
    for structure in (*structures, structures[0]):
        SessionFactory(held_on=date(2019, 5, 2), structures=[structure])
    address = "/indicateurs/formules/nouvelle"
    assert "accompanied_structures" in director.get(address).text
    sent = {
        "name": "Séances par structure", "submission_key": "f1",
        "expression": "sessions_done / accompanied_structures",
    }  # fmt: skip
    assert director.submit(address, sent).status_code == 303
    formula = session.scalars(select(Formula)).one()
    value = value_of(session, formula_code(formula.id), Scope(YEAR))
    assert value == Value(2, tenths=15)
    page = director.get(f"/indicateurs/formules/{formula.id}").text
    assert "Structures accompagnées" in page
    assert "divise par zéro" in page


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("sessions_done /", "s’arrête trop tôt"),
        ("sessions_done + nonsense", "Aucun chiffre n’a le code"),
        ("1 + 2", "Nommez au moins un chiffre"),
        ("sessions_done ** 2", "n’est pas"),
        ("formule_1 + 1", "en contenir une autre"),
    ],
)
def test_what_is_no_formula_is_said(director: PageClient, expression: str, sentence: str) -> None:
    sent = {"name": "Essai", "expression": expression}
    answer = director.submit("/indicateurs/formules/nouvelle", sent)
    assert answer.status_code == 422
    assert sentence in answer.text or "Il manque" in answer.text


def test_a_formula_over_what_is_gone_or_unknown_says_so_and_is_no_zero(session: Session) -> None:
    series = _series(session)
    data = FormulaData("Double", f"{series_code(series.id)} * 2")
    formula = create_formula(session, data=data)
    code = formula_code(formula.id)
    value = value_of(session, code, Scope(YEAR))
    assert value.count is None
    assert "n’est pas connu" in value.problem
    _note(session, series, "2019-05-01", 4)
    assert value_of(session, code, Scope(YEAR)) == Value(8)
    series.deleted_at = series.created_at
    session.flush()
    value = value_of(session, code, Scope(YEAR))
    assert value.count is None
    assert "n’existe plus" in value.problem
    assert find_figure(session, "nonsense") is None
    assert "n’existe plus" in value_of(session, "nonsense", Scope(YEAR)).problem
