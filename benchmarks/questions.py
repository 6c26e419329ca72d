"""The questions in SQL: what raw SQL and the floor application ask of the same database.

Nothing of the product is imported here: the floor would carry its weight.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

Values = Mapping[str, Any]

DEPARTEMENT = "62"
SEARCHED = "éli"
SEARCHED_FROM, SEARCHED_TO = "eli", "eli\uffff"
YEAR = 2019
# What is typed in the box that finds everything: its name, the text, the words of the index.
EVERYWHERE = {
    "prefix": ("bac", ("bac",)),
    "accented": ("élise", ("elise",)),
    "two words": ("collectif éli", ("eli", "collectif")),
    "typo": ("colectif", ("collectif",)),
    "phone": ("03 20 00 12", ("03200012",)),
    "e-mail": ("elise.b", ("elise", "b")),
    "saint": ("st omer", ("omer", "saint")),
}
KINDS = ("structure", "contact", "project", "group", "session", "commune", "epci")
MISSPELT = "colectif"

_CURRENT = """(a.start_on IS NULL OR a.start_on <= :today)
    AND (a.end_on IS NULL OR a.end_on >= :today)"""

LIST = """
    SELECT s.id, s.name, f.label AS family, t.label AS subtype, c.name AS commune,
        s.departement_code, s.listed_on
    FROM structure s
    LEFT JOIN reference_item f ON f.list_code = 'family' AND f.code = s.family_code
    LEFT JOIN reference_item t ON t.id = s.subtype_id
    LEFT JOIN commune c ON c.insee_code = s.commune_code
    WHERE s.deleted_at IS NULL AND s.departement_code = :departement
    ORDER BY s.sort_name, s.id LIMIT 50"""
LIST_COUNT = """
    SELECT count(*) FROM (
        SELECT 1 FROM structure
        WHERE deleted_at IS NULL AND departement_code = :departement LIMIT 1001) counted"""

SEARCH = f"""
    SELECT c.id, c.first_name, c.last_name, c.email, c.phone, a.role, s.name AS structure
    FROM search_word w
    JOIN contact c ON c.id = w.record_id
    LEFT JOIN affiliation a ON a.id = (
        SELECT min(a.id) FROM affiliation a WHERE a.contact_id = c.id AND {_CURRENT})
    LEFT JOIN structure s ON s.id = a.structure_id
    WHERE w.kind = 'contact' AND w.word >= :low AND w.word < :high AND c.deleted_at IS NULL
    ORDER BY w.word, w.rank, w.record_id LIMIT 50"""  # noqa: S608 - made of the constants above
SEARCH_COUNT = """
    SELECT count(*) FROM (
        SELECT 1 FROM search_word w JOIN contact c ON c.id = w.record_id
        WHERE w.kind = 'contact' AND w.word >= :low AND w.word < :high AND c.deleted_at IS NULL
        LIMIT 1001) counted"""

EVERYWHERE_WORD = """
    SELECT word, rank, record_id FROM search_word w
    WHERE kind = :kind AND word >= :low AND word < :high
    ORDER BY word, rank, record_id LIMIT 24"""
EVERYWHERE_WORDS = """
    SELECT word, rank, record_id FROM search_word w
    WHERE kind = :kind AND word >= :low AND word < :high AND EXISTS (
        SELECT 1 FROM search_word o WHERE o.kind = :kind AND o.record_id = w.record_id
        AND o.word >= :other_low AND o.word < :other_high)
    ORDER BY word, rank, record_id LIMIT 24"""
EVERYWHERE_MISSPELT = """
    SELECT DISTINCT word FROM search_variant WHERE kind = :kind AND variant = :variant"""

RECORD = """
    SELECT s.id, s.name, s.acronym, s.siren, s.address, s.postcode, s.email, s.phone, s.website,
        s.description, s.listed_on, f.label AS family, t.label AS subtype, c.name AS commune,
        e.name AS epci
    FROM structure s
    LEFT JOIN reference_item f ON f.list_code = 'family' AND f.code = s.family_code
    LEFT JOIN reference_item t ON t.id = s.subtype_id
    LEFT JOIN commune c ON c.insee_code = s.commune_code
    LEFT JOIN epci e ON e.siren = c.epci_siren
    WHERE s.id = :structure_id"""
RECORD_PEOPLE = """
    SELECT c.id, c.first_name, c.last_name, a.role, a.start_on, a.end_on
    FROM affiliation a JOIN contact c ON c.id = a.contact_id
    WHERE a.structure_id = :structure_id AND c.deleted_at IS NULL ORDER BY c.sort_name, c.id"""
RECORD_SESSIONS = """
    SELECT x.id, x.held_on, x.status, x.notes, k.label AS kind
    FROM session_structure ss
    JOIN accompaniment_session x ON x.id = ss.session_id
    JOIN reference_item k ON k.id = x.kind_id
    WHERE ss.structure_id = :structure_id AND x.deleted_at IS NULL
    ORDER BY x.held_on DESC, x.id DESC LIMIT 50"""
RECORD_CHANGES = """
    SELECT cs.at, cs.actor_name, ch.action, ch.entity, ch.fields
    FROM change_subject su
    JOIN change ch ON ch.id = su.change_id
    JOIN change_set cs ON cs.id = ch.change_set_id
    WHERE su.entity = 'structure' AND su.record_id = :structure_id
    ORDER BY su.change_id DESC LIMIT 20"""

_DONE = """
    FROM accompaniment_session x
    JOIN session_structure ss ON ss.session_id = x.id
    JOIN reference_item k ON k.id = x.kind_id
    {join}
    WHERE x.deleted_at IS NULL AND x.status = 'realisee'
        AND x.held_on >= :before AND x.held_on <= :last"""
_FIGURES = """
    count(DISTINCT CASE WHEN x.held_on >= :first THEN ss.structure_id END) AS structures,
    count(DISTINCT CASE WHEN x.held_on < :first THEN ss.structure_id END) AS structures_before,
    count(DISTINCT CASE WHEN x.held_on >= :first THEN x.id END) AS sessions,
    count(DISTINCT CASE WHEN x.held_on < :first THEN x.id END) AS sessions_before"""


def _split(key: str, join: str = "") -> str:
    done = _DONE.format(join=join)
    return f"SELECT {key} AS name, {_FIGURES} {done} GROUP BY {key} ORDER BY {key}"


YEAR_QUESTIONS = (
    _split("k.list_code"),
    _split("k.list_code", "AND k.is_formal"),
    _split("ss.family_code"),
    _split("ss.departement_code"),
    _split("st.theme_id", "JOIN session_theme st ON st.session_id = x.id"),
    _split("k.is_formal"),
    _split("x.kind_id"),
    """SELECT 'listed' AS name,
        count(CASE WHEN listed_on <= :last AND (closed_on IS NULL OR closed_on > :last) THEN 1 END)
            AS structures,
        count(CASE WHEN listed_on < :first AND (closed_on IS NULL OR closed_on >= :first)
            THEN 1 END) AS structures_before,
        0 AS sessions, 0 AS sessions_before
    FROM structure WHERE deleted_at IS NULL""",
    """SELECT 'projects' AS name, count(CASE WHEN listed_on <= :last THEN 1 END) AS structures,
        count(CASE WHEN listed_on < :first THEN 1 END) AS structures_before,
        0 AS sessions, 0 AS sessions_before
    FROM project WHERE deleted_at IS NULL""",
    """SELECT g.name, count(DISTINCT m.structure_id) AS structures, 0 AS structures_before,
        0 AS sessions, 0 AS sessions_before
    FROM "group" g LEFT JOIN membership m ON m.group_id = g.id
        AND m.start_on <= :last AND (m.end_on IS NULL OR m.end_on >= :last)
    GROUP BY g.id, g.name ORDER BY g.name""",
)

NEW_SESSION = """
    INSERT INTO accompaniment_session
        (submission_key, kind_id, status, held_on, notes, created_by_id, created_at, version)
    VALUES (:key, :kind_id, 'realisee', :held_on, :notes, :user_id, :now, 1) RETURNING id"""
NEW_SEAT = """
    INSERT INTO session_structure
        (session_id, structure_id, structure_name, family_code, departement_code)
    SELECT :session_id, id, name, family_code, departement_code
    FROM structure WHERE id = :structure_id"""
NEW_THEME = "INSERT INTO session_theme (session_id, theme_id) VALUES (:session_id, :theme_id)"
NEW_OFFICER = "INSERT INTO session_officer (session_id, user_id) VALUES (:session_id, :user_id)"


def list_values() -> Values:
    """Return the values for LIST and LIST_COUNT."""
    return {"departement": DEPARTEMENT}


def search_values() -> Values:
    """Return the values for SEARCH and SEARCH_COUNT."""
    today = datetime.now(UTC).date()
    return {"low": SEARCHED_FROM, "high": SEARCHED_TO, "today": today}


def everywhere_values(kind: str, words: Sequence[str]) -> Values:
    """Return the values for the statements that look words up in a kind."""
    first, *others = words
    values = {"kind": kind, "low": first, "high": first + "\uffff", "variant": MISSPELT}
    for other in others:
        values |= {"other_low": other, "other_high": other + "\uffff"}
    return values


def year_values() -> Values:
    """Return the values for YEAR_QUESTIONS."""
    return {
        "before": date(YEAR - 1, 1, 1),
        "first": date(YEAR, 1, 1),
        "last": date(YEAR, 12, 31),
    }


def used(statement: str, values: Values) -> Values:
    """Return those of the values that the statement names."""
    return {name: value for name, value in values.items() if f":{name}" in statement}
