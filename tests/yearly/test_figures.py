"""What the figures and the lists of a report say: which agreement, which support, which year."""

import csv
import io
import re
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from crm.agreements.models import Agreement
from crm.agreements.operations import create_action, create_agreement
from crm.agreements.types import ActionData, AgreementData
from crm.contacts.models import Structure
from crm.core.headcounts import Headcount
from crm.events.models import EventMove
from crm.measures.figures import formula_code, series_code
from crm.measures.models import Series
from crm.measures.operations import add_point, create_formula, create_series
from crm.measures.types import FormulaData, PointData, Reading, SeriesData
from crm.yearly.behind import figure_rows
from crm.yearly.counting import count_report
from crm.yearly.keeping import content_of, read_content
from crm.yearly.models import ReportItem
from crm.yearly.operations import add_item
from crm.yearly.types import Block, Entry, ItemData, ItemKind, Report
from tests.factories.contacts import StructureFactory
from tests.factories.events import EventFactory
from tests.factories.followups import SessionFactory, reference
from tests.support.client import PageClient
from tests.support.queries import counted
from tests.yearly.conftest import Rich, Small

PLANNED = "planned_actions"


def _report(session: Session, small: Small, year: int = 2019) -> Report:
    session.flush()
    session.expire_all()
    definition = small.definition
    session.refresh(definition, ["agreement"])
    return count_report(session, definition, year, "Réseau")


def _add(session: Session, small: Small, kind: ItemKind, code: str, **more: Any) -> ReportItem:
    data = ItemData(code=code, **more)
    return add_item(session, definition_id=small.definition.id, kind=kind, data=data)


def _only(session: Session, small: Small, kind: ItemKind, code: str, **more: Any) -> ReportItem:
    """Leave this item alone in the report."""
    for each in small.items.values():
        each.deleted_at = small.definition.created_at
    return _add(session, small, kind, code, **more)


def _block(report: Report) -> Block:
    [block] = report.blocks
    return block


def _agreement(session: Session, funder: Structure, **changes: Any) -> Agreement:
    values = {
        "name": "CPO", "starts_on": date(2019, 1, 1), "ends_on": date(2021, 12, 31), **changes,
    }  # fmt: skip
    return create_agreement(session, data=AgreementData(**values, funders=(str(funder.id),)))


def _plan(session: Session, agreement: Agreement, label: str, **changes: Any) -> None:
    values = {"target_text": "2 séances", "figure_code": "sessions_done", **changes}
    create_action(session, agreement_id=agreement.id, data=ActionData(label, **values))


def _series(session: Session, reading: Reading, *points: tuple[date, int]) -> Series:
    data = SeriesData(f"Abonnés {reading}", "abonnés", reading)
    series = create_series(session, data=data)
    for day, count in points:
        value = Headcount(count, is_approximate=False)
        add_point(session, series_id=series.id, data=PointData(day, value))
    return series


def _formula(session: Session, expression: str) -> str:
    formula = create_formula(session, data=FormulaData(f"Formule {expression}"[:90], expression))
    return formula_code(formula.id)


@pytest.fixture
def two(session: Session, small: Small) -> SimpleNamespace:
    """Return two agreements of two funders, in 2019, the second one from July to June."""
    _only(session, small, ItemKind.LIST, PLANNED)
    region, state = StructureFactory(name="Région"), StructureFactory(name="DRJSCS")
    first = _agreement(session, region)
    _plan(session, first, "De la Région")
    second = _agreement(session, state, name="Quartiers", starts_on=date(2018, 7, 1))
    _plan(session, second, "De l’État")
    return SimpleNamespace(first=first, second=second)


def _entries(session: Session, small: Small) -> list[Entry]:
    return list(_block(_report(session, small)).entries)


def _plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_what_is_planned_is_that_of_the_agreement_of_the_report(
    session: Session, small: Small, two: SimpleNamespace
) -> None:
    small.definition.agreement_id = two.first.id
    [entry] = _entries(session, small)
    assert (entry.title, entry.group) == ("De la Région", "")
    assert _plain(entry.detail) == "attendu : 2 séances · fait : 2"


def test_years_of_an_agreement_say_their_days_and_what_was_done_in_the_report_s(
    session: Session, small: Small, two: SimpleNamespace
) -> None:
    small.definition.agreement_id = two.second.id
    SessionFactory(structures=[small.eau], held_on=date(2018, 11, 5))
    first, second = (_plain(each.detail) for each in _entries(session, small))
    assert first == (
        "attendu du 1er juillet 2018 au 30 juin 2019 : 2 séances"
        " · fait du 1er janvier 2019 au 30 juin 2019 : 2"
    )
    assert second == (
        "attendu du 1er juillet 2019 au 30 juin 2020 : 2 séances"
        " · fait du 1er juillet 2019 au 31 décembre 2019 : 0"
    )


def test_without_an_agreement_those_of_its_funder_else_all_each_named(
    session: Session, small: Small, two: SimpleNamespace
) -> None:
    found = [(each.title, each.group) for each in _entries(session, small)]
    assert sorted(set(found)) == [("De la Région", "CPO"), ("De l’État", "Quartiers")]
    small.definition.funder = "drjscs"
    assert {each.title for each in _entries(session, small)} == {"De l’État"}


def test_a_list_refuses_what_cannot_narrow_it(
    session: Session, small: Small, two: SimpleNamespace
) -> None:
    item = next(each for each in _items(session, small) if each.code == PLANNED)
    item.kept = {"theme": [str(reference("theme", "sante").id)]}
    block = _block(_report(session, small))
    assert "ne se limite pas par « Thème »" in _plain(block.problem)
    assert block.entries == ()


def _items(session: Session, small: Small) -> list[ReportItem]:
    return list(session.query(ReportItem).filter_by(definition_id=small.definition.id))


def test_many_planned_actions_ask_as_many_questions_as_two(
    session: Session, connection: Connection, small: Small, two: SimpleNamespace
) -> None:
    def asked() -> int:
        report = _report(session, small)
        with counted(connection) as statements:
            count_report(session, small.definition, 2019, "Réseau")
        assert report.blocks
        return len(statements)

    before = asked()
    theme = reference("theme", "sante")
    for number in range(18):
        kept = (f"theme:{theme.id}",) if number % 2 else ()
        _plan(session, two.first, f"Action {number}", kept=kept)
    assert len(_entries(session, small)) > 20
    assert asked() <= before + 1  # the themes, read once


@pytest.mark.parametrize(
    ("support", "level", "expected"),
    [
        ("tout", "structure", "1"),
        ("formal", "structure", "0,5"),
        ("formal", "parente", "1"),
        ("ad_hoc", "structure", "1"),
    ],
)
def test_the_support_of_a_report_narrows_each_figure_of_a_formula(
    session: Session, small: Small, support: str, level: str, expected: str
) -> None:
    small.sol.parent_id = small.eau.id
    code = _formula(session, "sessions_done / accompanied_structures")
    _only(session, small, ItemKind.FIGURE, code)
    small.definition.support, small.definition.level = support, level
    line = _block(_report(session, small)).line
    assert line is not None
    assert line.written == expected


def test_a_formula_says_which_of_its_figures_do_not_tell_the_support(
    session: Session, small: Small
) -> None:
    code = _formula(session, "pourcentage(sessions_done; projects_listed + sessions_done)")
    _only(session, small, ItemKind.FIGURE, code)
    small.definition.support = "formal"
    block = _block(_report(session, small))
    assert _plain(block.rule).endswith("appui ponctuel : projets recensés.")
    assert block.line is not None
    assert (block.line.count, block.line.kept) == (100, {"appui": ["formal"]})


def test_a_formula_says_which_of_its_figures_cannot_be_narrowed(
    session: Session, small: Small
) -> None:
    code = _formula(session, "sessions_done / contacts_known")
    theme = reference("theme", "sante")
    _only(session, small, ItemKind.FIGURE, code, kept={"theme": [str(theme.id)]})
    line = _block(_report(session, small)).line
    assert line is not None
    assert line.count is None
    assert "ne se compte pas par « Thème »" in _plain(line.problem)


def test_a_level_read_before_the_year_says_when_and_is_not_last_year_s(
    session: Session, small: Small
) -> None:
    series = _series(session, Reading.LEVEL, (date(2019, 12, 31), 3300))
    _only(session, small, ItemKind.SERIES, series_code(series.id))
    line = _block(_report(session, small, 2019)).line
    assert line is not None
    assert (_plain(line.written), line.previous) == ("3 300", None)
    late = _block(_report(session, small, 2021)).line
    assert late is not None
    assert _plain(late.written) == "3 300 (relevé le 31 décembre 2019)"
    assert (late.previous, late.previous_written) == (None, "")
    early = _block(_report(session, small, 2015)).line
    assert early is not None
    assert (early.count, early.written) == (None, "aucun relevé")


def test_a_flow_without_a_reading_in_the_year_has_no_figure(session: Session, small: Small) -> None:
    series = _series(session, Reading.FLOW, (date(2019, 12, 31), 60))
    _only(session, small, ItemKind.SERIES, series_code(series.id))
    line = _block(_report(session, small, 2020)).line
    assert line is not None
    assert (line.count, line.written, line.previous) == (None, "aucun relevé", 60)


def test_a_year_to_come_has_nothing_whatever_was_read_before(
    director: PageClient, session: Session, small: Small
) -> None:
    series = _series(session, Reading.LEVEL, (date(2019, 12, 31), 3300))
    _add(session, small, ItemKind.SERIES, series_code(series.id))
    assert "2090 n’a pas commencé" in director.get(small.url.replace("2019", "2090")).text
    assert "Rien en 2022" not in director.get(small.url.replace("2019", "2022")).text


def test_a_report_of_stocks_alone_is_not_empty_in_a_quiet_year(
    session: Session, small: Small
) -> None:
    _only(session, small, ItemKind.FIGURE, "actors_listed")
    _add(session, small, ItemKind.SPLIT, "actors_listed", by="famille")
    assert not _report(session, small, 2022).is_empty
    assert _report(session, small, 2090).is_empty


def test_a_figure_narrowed_to_nothing_opens_an_empty_list(
    director: PageClient, session: Session, small: Small
) -> None:
    kept = {"appui": ["ad_hoc"]}
    _add(session, small, ItemKind.FIGURE, "accompanied_structures", kept=kept)
    small.definition.support = "formal"
    session.flush()
    page = director.get(small.url).text
    [address] = re.findall(r'href="(/bilan/chiffres/accompanied_structures\?[^"]+appui=-)"', page)
    opened = director.get(address.replace("&amp;", "&")).text
    assert opened.count('<th scope="row">') == 0
    assert "Formalisé ou ponctuel : aucun" in _plain(opened)


def _percentage(session: Session, small: Small) -> str:
    SessionFactory(structures=[small.sol], held_on=date(2019, 8, 2), kind_code="relecture")
    SessionFactory(structures=[small.sol], held_on=date(2018, 8, 2))
    SessionFactory(structures=[small.sol], held_on=date(2018, 8, 3), kind_code="relecture")
    code = _formula(session, "pourcentage(sessions_formal; sessions_done)")
    _only(session, small, ItemKind.FIGURE, code)
    return code


def test_a_percentage_keeps_its_sign_and_its_decimal_in_every_file(
    director: PageClient, session: Session, small: Small
) -> None:
    _percentage(session, small)
    session.flush()
    page = _plain(director.get(small.url).text)
    assert "33,3 %" in page
    assert "66,7 %" in page
    text = director.get(f"{small.url}/rapport.csv").text.removeprefix("\ufeff")
    [row] = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert (row["Nombre"], row["Année précédente"]) == ("33,3", "66,7")
    assert _plain(row["En toutes lettres"]) == "33,3 %"
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(director.get(f"{small.url}/rapport.xlsx").data)
    )
    rows = book.get_sheet_by_index(0).to_python()
    [found] = [row for row in rows if str(row[0]).startswith("Formule")]
    assert found[1:3] == [pytest.approx(0.333), pytest.approx(0.667)]


def test_about_stays_said_beside_a_decimal(session: Session, small: Small) -> None:
    series = _series(session, Reading.LEVEL)
    value = Headcount(3, is_approximate=True, wording="environ 3")
    add_point(session, series_id=series.id, data=PointData(date(2019, 2, 1), value))
    _only(session, small, ItemKind.FIGURE, _formula(session, f"serie_{series.id} / 2"))
    line = _block(_report(session, small)).line
    assert line is not None
    assert line.written == "environ 1,5"


def test_a_figure_of_a_formula_opens_its_parts_of_the_same_days_and_level(
    director: PageClient, session: Session, small: Small
) -> None:
    small.sol.parent_id = small.eau.id
    code = _formula(session, "sessions_done / accompanied_structures")
    _only(session, small, ItemKind.FIGURE, code)
    small.definition.level = "parente"
    session.flush()
    [address] = re.findall(r'href="(/indicateurs/formules/[^"]+)"', director.get(small.url).text)
    page = _plain(director.get(address.replace("&amp;", "&")).text)
    assert "Du 1er janvier 2019 au 31 décembre 2019" in page
    assert "au niveau de la structure parente" in page
    assert "<strong>2</strong>" in page
    for code, said in (("sessions_done", "2"), ("accompanied_structures", "1")):
        [(link, text)] = re.findall(rf'<a href="(/bilan/chiffres/{code}\?[^"]+)">(\d+)<', page)
        assert text == said
        assert director.get(link.replace("&amp;", "&")).text.count('<th scope="row">') == int(said)
    path = address.split("?")[0]
    assert director.get(f"{path}?du=2019-01-01&au=hier").status_code == 404
    days = f"{path}?du=2019-01-01&au=2019-12-31"
    assert "n’existe plus" in director.get(f"{days}&theme=abc").text
    assert "<strong>" in director.get(f"{days}&mois={'9' * 30}").text
    assert director.get(path).status_code == 200


def test_what_is_kept_of_a_year_is_read_as_it_was(session: Session, rich: Rich) -> None:
    report = _report(session, rich.small)
    figures = figure_rows(session, report)
    assert read_content(content_of(report, figures, [])) == (report, figures, [])


@pytest.mark.parametrize("extension", ["xlsx", "csv", "json", "docx"])
def test_a_number_too_large_is_said_and_breaks_no_file(
    director: PageClient, session: Session, small: Small, extension: str
) -> None:
    _add(session, small, ItemKind.FIGURE, _formula(session, "sessions_done * " + "9" * 400))
    session.flush()
    assert "trop grand pour être écrit" in director.get(small.url).text
    assert director.get(f"{small.url}/rapport.{extension}").status_code == 200
    assert director.get(f"{small.url}/preuves.zip").status_code == 200


def test_two_partners_of_one_name_stay_two(session: Session, small: Small) -> None:
    _only(session, small, ItemKind.LIST, "partners")
    towns = [StructureFactory(name="Saint-Aubin"), StructureFactory(name="Saint-Aubin")]
    for organiser in (*(town.id for town in towns), None):
        at = datetime(2019, 5, 2, 10, tzinfo=UTC)
        said = None if organiser else "Saint-Aubin"
        EventFactory(held=True, starts_at=at, organiser_id=organiser, organiser=said)
    found = [each.record_id for each in _entries(session, small)]
    assert found == [None, *sorted(town.id for town in towns)]


@pytest.mark.parametrize(
    ("held_on", "said"),
    [(date(2018, 3, 21), "avancé au 21 mars 2018"), (date(2020, 2, 7), "reporté au 7 février")],
)
def test_an_event_that_moved_says_which_way(
    session: Session, small: Small, held_on: date, said: str
) -> None:
    _only(session, small, ItemKind.LIST, "events")
    at = datetime(held_on.year, held_on.month, held_on.day, 10, tzinfo=UTC)
    event = EventFactory(held=True, starts_at=at)
    session.flush()
    planned = datetime(2019, 6, 3, 10, tzinfo=UTC)
    session.add(
        EventMove(
            event_id=event.id,
            sequence=1,
            old_starts_at=planned,
            new_starts_at=at,
            moved_at=at,
            moved_by="Test",
        )
    )
    [entry] = _entries(session, small)
    assert _plain(entry.detail).startswith(said)


def test_a_year_before_or_after_an_agreement_says_so_and_the_last_ends_with_it(
    director: PageClient, session: Session, small: Small
) -> None:
    agreement = _agreement(session, small.sol, starts_on=date(2018, 7, 1))
    small.definition.agreement_id, small.definition.period = agreement.id, "convention"
    session.flush()

    def page(year: int) -> str:
        return _plain(director.get(f"/rapports/{small.definition.id}/{year}").text)

    assert "n’avait pas commencé : elle commence le 1er juillet 2018" in page(2012)
    assert "terminée depuis le 31 décembre 2021" in page(2022)
    assert "du 1er juillet 2021 au 31 décembre 2021" in page(2021)
    assert "La convention" not in page(2021).split("report-contents")[0]


def test_the_counts_of_a_calendar_year_name_the_reports_of_it_alone(
    director: PageClient, session: Session, small: Small
) -> None:
    agreement = _agreement(session, small.sol, starts_on=date(2018, 7, 1))
    small.definition.agreement_id, small.definition.period = agreement.id, "convention"
    session.flush()
    assert director.submit(f"{small.url}/cloture", {}).status_code == 303
    assert "est close" not in director.get("/bilan/2019").text
    small.definition.period = "civile"
    session.flush()
    assert "2019 est close" in _plain(director.get("/bilan/2019").text)
