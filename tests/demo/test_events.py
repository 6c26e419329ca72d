"""The meetings of 2019 come out of the demonstration as the report tells them, in plain SQL."""

from collections import Counter

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.demo.test_campaigns import NAMED

SUPPORTED = {
    "Atelier « Énergies renouvelables au Sénégal »",
    "Forum Afrique australe",
    "Forum Maroc",
    "Conférence « Partenariat » à Cotonou",
    "Cap sur le monde",
    "Événement Pologne",
    "Forum des acteurs de l’énergie pour l’Afrique",
}
TALKS = ("2019-01-15", "2019-09-26", "2019-10-03", "2019-11-20", "2019-12-06")
_PRESENT = """
    FROM attendance a JOIN event e ON e.id = a.event_id JOIN "group" g ON g.id = e.group_id
    WHERE g.name = :name AND a.is_present AND e.status = 'realise'"""


@pytest.mark.parametrize(
    ("group", "count"),
    [("Groupe-pays Maroc", 24), ("Groupe-pays Pologne", 16), ("Commission Énergie", 66)],
)
def test_as_many_came_to_each_meeting_as_was_said(demo: Session, group: str, count: int) -> None:
    said = demo.execute(
        text(
            'SELECT e.headcount FROM event e JOIN "group" g ON g.id = e.group_id'
            " WHERE g.name = :name AND e.held_on BETWEEN '2019-01-01' AND '2019-12-31'"
        ),
        {"name": group},
    ).scalars()
    assert list(said) == [count]
    people = demo.execute(text(f"SELECT count(*) {_PRESENT}"), {"name": group})
    assert people.scalar() == count
    away = text(
        f"""SELECT count(*) {_PRESENT} AND NOT EXISTS (
            SELECT 1 FROM membership m WHERE m.group_id = g.id
            AND m.structure_id = a.structure_id AND m.start_on <= e.held_on
            AND (m.end_on IS NULL OR m.end_on >= e.held_on))"""
    )
    assert demo.execute(away, {"name": group}).scalar() == 0


def test_seven_events_were_supported_and_one_was_put_off(demo: Session) -> None:
    rows = demo.execute(
        text("SELECT title, held_on, id FROM event WHERE organiser = 'Région Hauts-de-France'")
    ).all()
    assert {row.title for row in rows} == SUPPORTED
    late = [row for row in rows if str(row.held_on) > "2019-12-31"]
    assert [(row.title, str(row.held_on)) for row in late] == [
        ("Forum des acteurs de l’énergie pour l’Afrique", "2020-02-07")
    ]
    moves = text("SELECT count(*) FROM event_move WHERE event_id = :id")
    assert demo.execute(moves, {"id": late[0].id}).scalar() == 1


def test_five_talks_have_their_day_and_one_has_about_sixty_students(demo: Session) -> None:
    rows = demo.execute(
        text(
            "SELECT e.held_on, e.headcount, e.headcount_is_about, e.headcount_wording"
            " FROM event e JOIN reference_item r ON r.id = e.kind_id"
            " WHERE r.code = 'intervention_en_universite' AND e.status = 'realise'"
        )
    ).all()
    assert {str(row.held_on) for row in rows if row.headcount is None} == set(TALKS)
    [about] = [row for row in rows if row.headcount is not None]
    assert (about.headcount, bool(about.headcount_is_about)) == (60, True)
    assert about.headcount_wording == "une soixantaine"


def test_ten_were_to_go_eight_were_found_and_three_were_left(demo: Session) -> None:
    event = demo.execute(
        text("SELECT id, capacity, status FROM event WHERE title LIKE 'Départ de jeunes%'")
    ).one()
    assert (event.capacity, event.status) == (10, "reporte")
    statuses = demo.execute(
        text("SELECT status FROM registration WHERE event_id = :id"), {"id": event.id}
    ).scalars()
    assert Counter(statuses) == {"inscrite": 3, "annulee": 5}


def test_the_towns_that_were_met_came_to_the_webinar_of_the_winter(demo: Session) -> None:
    names = demo.execute(
        text(
            "SELECT DISTINCT a.structure_name FROM attendance a"
            " JOIN campaign_event ce ON ce.event_id = a.event_id"
            " JOIN campaign c ON c.id = ce.campaign_id"
            " WHERE c.reporting_year = 2019 AND a.is_present"
        )
    ).scalars()
    assert set(names) >= NAMED


def test_the_webinar_of_this_season_has_people_who_came_and_who_did_not(demo: Session) -> None:
    event_id = demo.execute(
        text("SELECT id FROM event WHERE replay_link IS NOT NULL AND status = 'realise'")
    ).scalar_one()
    counts = demo.execute(
        text(
            "SELECT count(*), count(a.id) FROM registration r"
            " LEFT JOIN attendance a ON a.registration_id = r.id AND a.is_present"
            " WHERE r.event_id = :id"
        ),
        {"id": event_id},
    ).one()
    assert 0 < counts[1] < counts[0]
