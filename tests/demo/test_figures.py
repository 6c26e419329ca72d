"""The yearly report's figures come out of the demonstration by the rules, asked in plain SQL.

These queries are written from the counting rules alone; none of the product's own is used.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

REPORTED_FAMILIES = {
    "association": 71,
    "collectivite": 18,
    "entreprise": 14,
    "universitaire": 12,
}
REPORTED_GROUPS = {
    "Groupe-pays Maroc": 24,
    "Groupe-pays Mali": 25,
    "Groupe-pays Pologne": 89,
    "Groupe-pays Sénégal": 17,
    "Groupe-pays Burkina Faso": 28,
    "Groupe-pays Togo": 17,
    "Commission Énergie": 29,
    "Commission Eau": 28,
}
REPORTED_TOWNS = {
    "Tourcoing", "Amiens", "Béthune", "Valenciennes", "Divion", "Lille", "Arras",
    "Château-Thierry", "Longueau", "Avion",
}  # fmt: skip
END_OF_2019 = date(2019, 12, 31)
_DONE = """
    FROM accompaniment_session s JOIN session_structure ss ON ss.session_id = s.id
    WHERE s.deleted_at IS NULL AND s.status = 'realisee'
        AND s.held_on >= :first AND s.held_on <= :last"""


def _year(year: int) -> dict[str, date]:
    return {"first": date(year, 1, 1), "last": date(year, 12, 31)}


def _ask(session: Session, statement: str, **values: Any) -> Sequence[Any]:
    return session.execute(text(statement), values).all()


def _families(session: Session, year: int) -> dict[str, int]:
    statement = f"SELECT ss.family_code, count(DISTINCT ss.structure_id) {_DONE} GROUP BY 1"
    return dict(tuple(row) for row in _ask(session, statement, **_year(year)))


def test_structures_accompanied_in_2019_by_family(demo: Session) -> None:
    assert _families(demo, 2019) == REPORTED_FAMILIES


def test_the_whole_is_the_sum_of_its_families(demo: Session) -> None:
    [(total,)] = _ask(demo, f"SELECT count(DISTINCT ss.structure_id) {_DONE}", **_year(2019))
    assert total == sum(REPORTED_FAMILIES.values()) == 115


@pytest.mark.parametrize("year", [2017, 2018, 2020, 2021, 2022, 2023, 2024])
def test_other_years_are_plausible_and_different(demo: Session, year: int) -> None:
    families = _families(demo, year)
    assert families != REPORTED_FAMILIES
    assert 60 <= sum(families.values()) <= 140
    assert max(families, key=lambda family: families[family]) == "association"


def test_the_towns_of_the_report_are_among_the_collectivites_of_2019(demo: Session) -> None:
    rows = _ask(
        demo,
        f"""SELECT DISTINCT ss.structure_name, o.insee_code, c.name
        FROM session_structure ss JOIN structure o ON o.id = ss.structure_id
        JOIN commune c ON c.insee_code = o.insee_code
        WHERE ss.session_id IN (SELECT s.id {_DONE})""",
        **_year(2019),
    )
    assert {name for name, _, _ in rows} >= REPORTED_TOWNS
    assert all(name == commune for name, _, commune in rows)


def test_energy_then_water_then_agriculture_lead_2019(demo: Session) -> None:
    rows = _ask(
        demo,
        f"""SELECT r.code, count(DISTINCT st.session_id) AS sessions,
            count(DISTINCT ss.structure_id) AS structures
        FROM session_theme st JOIN reference_item r ON r.id = st.theme_id
        JOIN session_structure ss ON ss.session_id = st.session_id
        WHERE st.session_id IN (SELECT s.id {_DONE}) GROUP BY r.code ORDER BY sessions DESC""",
        **_year(2019),
    )
    by_sessions = [row.code for row in rows]
    by_structures = [row.code for row in sorted(rows, key=lambda row: -row.structures)]
    main = [
        "acces_a_l_energie",
        "acces_a_l_eau_et_assainissement",
        "agriculture_et_alimentation",
    ]
    assert by_sessions[:3] == by_structures[:3] == main
    assert rows[2].sessions > 1.5 * rows[3].sessions


def test_formal_and_ad_hoc_support_are_mixed(demo: Session) -> None:
    rows = _ask(
        demo,
        f"""SELECT k.is_formal, count(*) FROM accompaniment_session x
        JOIN reference_item k ON k.id = x.kind_id
        WHERE x.id IN (SELECT s.id {_DONE}) GROUP BY 1""",
        **_year(2019),
    )
    formal = {bool(is_formal): count for is_formal, count in rows}
    assert min(formal.values()) > 40


def test_the_status_matters(demo: Session) -> None:
    done = {row[0] for row in _ask(demo, f"SELECT ss.structure_id {_DONE}", **_year(2019))}
    rows = _ask(
        demo,
        """SELECT s.status, ss.structure_id FROM accompaniment_session s
        JOIN session_structure ss ON ss.session_id = s.id
        WHERE s.held_on BETWEEN :first AND :last AND s.status <> 'realisee'""",
        **_year(2019),
    )
    otherwise_unseen = {status for status, structure_id in rows if structure_id not in done}
    assert otherwise_unseen == {"annulee", "absent"}


def test_some_sessions_are_joint(demo: Session) -> None:
    rows = _ask(
        demo,
        f"""SELECT x.session_id, count(*) FROM session_structure x
        WHERE x.session_id IN (SELECT s.id {_DONE}) GROUP BY 1""",
        **_year(2019),
    )
    sizes = Counter(count for _, count in rows)
    assert set(sizes) <= {1, 2, 3, 4}
    assert sum(count for size, count in sizes.items() if size > 1) >= 5


def test_one_session_less_is_one_structure_less(demo: Session) -> None:
    [(session_id, family), *_] = _ask(
        demo,
        f"""SELECT min(s.id), min(ss.family_code) {_DONE} AND s.id NOT IN (
            SELECT session_id FROM session_structure GROUP BY session_id HAVING count(*) > 1)
        GROUP BY ss.structure_id HAVING count(*) = 1 AND min(ss.structure_id) NOT IN (
            SELECT x.structure_id FROM session_structure x
            JOIN accompaniment_session y ON y.id = x.session_id
            WHERE y.status = 'realisee' AND y.held_on BETWEEN :first AND :last
            GROUP BY x.structure_id HAVING count(*) > 1)
        ORDER BY 1""",
        **_year(2019),
    )
    with demo.begin_nested() as savepoint:
        demo.execute(
            text("UPDATE accompaniment_session SET deleted_at = created_at WHERE id = :id"),
            {"id": session_id},
        )
        fewer = {**REPORTED_FAMILIES, family: REPORTED_FAMILIES[family] - 1}
        assert _families(demo, 2019) == fewer
        savepoint.rollback()


def test_actors_listed_when_the_year_ended(demo: Session) -> None:
    [(listed,)] = _ask(
        demo,
        """SELECT count(*) FROM structure WHERE deleted_at IS NULL AND listed_on <= :day
        AND (closed_on IS NULL OR closed_on > :day)""",
        day=END_OF_2019,
    )
    assert listed == 321


def test_the_day_matters_for_actors(demo: Session) -> None:
    [(later, closed, undated)] = _ask(
        demo,
        """SELECT count(CASE WHEN listed_on > :day THEN 1 END),
            count(CASE WHEN closed_on <= :day THEN 1 END),
            count(CASE WHEN listed_on IS NULL THEN 1 END) FROM structure""",
        day=END_OF_2019,
    )
    assert min(later, closed, undated) >= 1
    assert later >= 3


def test_projects_listed_when_the_year_ended(demo: Session) -> None:
    [(listed, later)] = _ask(
        demo,
        """SELECT count(CASE WHEN listed_on <= :day THEN 1 END),
            count(CASE WHEN listed_on > :day THEN 1 END)
        FROM project WHERE deleted_at IS NULL""",
        day=END_OF_2019,
    )
    assert listed == 103
    assert later >= 3


def _members(session: Session, day: date) -> dict[str, int]:
    rows = _ask(
        session,
        """SELECT g.name, count(DISTINCT m.structure_id) FROM "group" g
        JOIN membership m ON m.group_id = g.id
        WHERE m.start_on <= :day AND (m.end_on IS NULL OR m.end_on >= :day)
            AND g.launched_on <= :day GROUP BY g.name""",
        day=day,
    )
    return dict(tuple(row) for row in rows)


def test_members_of_groups_when_the_year_ended(demo: Session) -> None:
    assert _members(demo, END_OF_2019) == REPORTED_GROUPS


def test_the_day_matters_for_members(demo: Session) -> None:
    for day in (END_OF_2019 - timedelta(365), END_OF_2019 + timedelta(1500)):
        members = _members(demo, day)
        assert members != REPORTED_GROUPS, day
    [(left, came)] = _ask(
        demo,
        """SELECT count(CASE WHEN end_on < :day THEN 1 END),
            count(CASE WHEN start_on > :day THEN 1 END) FROM membership""",
        day=END_OF_2019,
    )
    assert min(left, came) >= 8


def test_one_group_is_being_launched(demo: Session) -> None:
    rows = _ask(
        demo,
        """SELECT name, (SELECT count(*) FROM membership m WHERE m.group_id = g.id)
        FROM "group" g WHERE launched_on IS NULL""",
    )
    assert [tuple(row) for row in rows] == [("Groupe-pays Haïti", 0)]


def test_sessions_keep_what_structures_were_that_day(demo: Session) -> None:
    rows = _ask(
        demo,
        f"""SELECT DISTINCT ss.structure_id, ss.structure_name = o.name AS same_name,
            ss.family_code = o.family_code AS same_family
        FROM session_structure ss JOIN structure o ON o.id = ss.structure_id
        WHERE ss.session_id IN (SELECT s.id {_DONE})
            AND (ss.structure_name <> o.name OR ss.family_code <> o.family_code)""",
        **_year(2019),
    )
    assert sorted((bool(row.same_name), bool(row.same_family)) for row in rows) == [
        (False, True),
        (True, False),
    ]
