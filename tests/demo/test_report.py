"""The report of 2019 of the demonstration is the one that was written by hand, figure by figure."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from crm.core import clock
from crm.indicators.types import By
from crm.yearly.behind import figure_rows
from crm.yearly.counting import count_report
from crm.yearly.drifting import drifts, moved_figures
from crm.yearly.files.pack import evidence_pack
from crm.yearly.files.verification import verify_pack
from crm.yearly.keeping import content_of, read_content
from crm.yearly.queries import definition_for_page, first_definition
from crm.yearly.recounting import count_again, definition_changes
from crm.yearly.rules import digest_of
from crm.yearly.types import Block, Report
from tests.demo.test_campaigns import NAMED


@pytest.fixture(scope="module")
def report(demo: Session, shared_app: Flask) -> Iterator[Report]:
    first = first_definition(demo)
    assert first is not None
    with shared_app.test_request_context():
        yield count_report(demo, definition_for_page(demo, first.id), 2019, "Réseau")


def _block(report: Report, code: str, by: str = "", title: str = "") -> Block:
    return next(
        each
        for each in report.blocks
        if each.code == code and each.by == by and title in each.title
    )


def _numbers(block: Block) -> dict[str, int | None]:
    return {line.label: line.count for line in block.lines}


def _total(report: Report, code: str) -> int | None:
    line = _block(report, code).line
    return line.count if line else None


def _series(report: Report, title: str) -> Block:
    return next(each for each in report.blocks if each.title == title)


def test_the_directory_and_who_was_accompanied(report: Report) -> None:
    assert _total(report, "actors_listed") == 321
    assert _total(report, "projects_listed") == 103
    families = _numbers(_block(report, "accompanied_structures", By.FAMILY))
    assert [families[each] for each in list(families)[:4]] == [71, 18, 14, 12]
    assert sum(count or 0 for count in families.values()) == 115
    themes = list(_numbers(_block(report, "accompanied_structures", By.THEME)))
    assert themes[:3] == [
        "Accès à l’énergie",
        "Accès à l’eau et assainissement",
        "Agriculture et alimentation",
    ]


def test_nine_groups_of_which_one_is_being_launched(report: Report) -> None:
    block = _block(report, "group_members", By.GROUP)
    assert sorted(_numbers(block).values(), key=lambda count: count or 0) == [
        None, 17, 17, 24, 25, 28, 28, 29, 89,
    ]  # fmt: skip
    [haiti] = [line for line in block.lines if line.count is None]
    assert (haiti.label, haiti.written) == ("Groupe-pays Haïti", "en cours de lancement")


def test_who_came_to_the_meetings_of_groups(report: Report) -> None:
    assert _numbers(_block(report, "event_headcount", By.GROUP)) == {
        "Commission Énergie": 66,
        "Groupe-pays Maroc": 24,
        "Groupe-pays Pologne": 16,
    }


def test_seven_events_were_supported_one_of_them_put_off(report: Report) -> None:
    entries = _block(report, "events", title="appuyés").entries
    assert len(entries) == 7
    [late] = [each for each in entries if "reporté" in each.detail]
    assert "7\u00a0février\u00a02020" in late.detail
    assert "énergie pour l’Afrique" in late.title


def test_six_talks_one_of_them_before_about_sixty(report: Report) -> None:
    entries = _block(report, "events", title="université").entries
    assert len(entries) == 6
    [about] = [each for each in entries if "une soixantaine" in each.detail]
    assert "interculturalité" in about.title
    assert "ne dit pas quel jour" in about.detail


def test_forty_towns_of_five_departements_and_ten_that_are_named(report: Report) -> None:
    by_place = _numbers(_block(report, "campaign_reached", By.DEPARTEMENT))
    assert _total(report, "campaign_reached") == 40
    assert len(by_place) == 5
    assert sum(count or 0 for count in by_place.values()) == 40
    met = _block(report, "structures").entries
    assert {each.title for each in met} == set(NAMED)
    assert {each.group[-4:] for each in met} == {"(02)", "(59)", "(62)", "(80)"}


@pytest.mark.parametrize(
    ("title", "written", "delta"),
    [
        ("Abonnés à la lettre mensuelle", "3\u202f300", ""),
        ("Utilisateurs du portail", "1\u202f081", ""),
        ("Sessions sur le portail", "2\u202f006", ""),
        ("Pages vues du portail", "9\u202f151", ""),
        ("Mentions « J’aime » de la page Facebook", "955", "+162"),
        ("Personnes touchées chaque semaine par la page Facebook", "près de 800", ""),
        ("Abonnés au compte Twitter", "244", ""),
        ("Offres du catalogue annuel de formations", "60", ""),
        ("Formations du catalogue en ligne", "39", ""),
    ],
)
def test_what_was_read_elsewhere(report: Report, title: str, written: str, delta: str) -> None:
    block = _series(report, title)
    assert block.line is not None
    assert block.line.written == written
    assert block.readings[-1].delta == delta


def test_two_catalogues_of_trainings_are_never_added(report: Report) -> None:
    assert 99 not in {line.count for block in report.blocks for line in block.lines}


def test_ten_young_people_were_planned_then_eight_then_three(report: Report) -> None:
    planned = _block(report, "planned_actions").entries
    [sending] = [each for each in planned if "Bassin minier" in each.title]
    assert "10 jeunes" in sending.detail
    readings = _series(report, "Jeunes du groupe de départ, Bassin minier").readings
    assert [each.written for each in readings] == ["0", "8", "3"]


def test_every_figure_has_as_many_rows_as_it_says(demo: Session, report: Report) -> None:
    amounts = {
        str(block.item_id)
        for block in report.blocks
        if block.code in {"event_headcount", "funding_obtained"}
    }
    listed = {  # and not counted: events put off
        str(block.item_id): sum(not each.is_counted for each in block.entries)
        for block in report.blocks
    }
    figures = [each for each in figure_rows(demo, report) if str(each.item_id) not in amounts]
    assert len(figures) > 40
    for figure in figures:
        if figure.entity and figure.entity not in {"series_point", "formula"}:
            expected = (figure.count or 0) + listed.get(figure.key, 0)
            assert len(figure.rows) == expected, figure.title
    assert sum(listed.values()) == 1


def test_the_last_reading_of_a_series_is_its_figure(demo: Session, report: Report) -> None:
    read = [each for each in figure_rows(demo, report) if each.entity == "series_point"]
    assert len(read) > 3
    assert all(each.rows for each in read if each.count is not None)


def test_the_year_once_kept_has_not_moved_and_its_pack_is_whole(
    demo: Session, report: Report
) -> None:
    content = content_of(report, figure_rows(demo, report), [])
    now, digest = clock.now(), digest_of(content)
    assert verify_pack(evidence_pack(content, published_digest=digest, closed_at=now)).faults == ()
    kept, figures, _left_open = read_content(content)
    definition = definition_for_page(demo, report.definition_id)
    again = count_again(demo, kept, definition)
    assert moved_figures(kept, again) == {}
    assert drifts(demo, kept, figures, again, now) == []
    assert definition_changes(demo, kept, again, definition, now) == []


def test_a_year_to_come_is_empty_whatever_is_known_today(demo: Session, shared_app: Flask) -> None:
    first = first_definition(demo)
    assert first is not None
    with shared_app.test_request_context():
        found = count_report(demo, definition_for_page(demo, first.id), 2060, "Réseau")
    assert found.is_empty
