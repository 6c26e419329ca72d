"""The demonstration's series noted by hand, as the year 2019 was published, and its formulas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.text import sort_key
from crm.demo.bulk import Row, add_rows, created, tell
from crm.demo.users import Team
from crm.measures.models import Formula, Series, SeriesPoint
from crm.measures.types import Reading

YOUNG_PEOPLE = "Jeunes du groupe de départ, Bassin minier"
_MADE = datetime(2019, 1, 7, 9, tzinfo=clock.PARIS)
_PORTAL, _PAGE = "Statistiques du portail", "Statistiques de la page"
_SEPTEMBER = "Mois de septembre 2019, premier mois entier du nouveau portail"


@dataclass(frozen=True, slots=True)
class _Point:
    day: date
    count: int
    words: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class _Plan:
    name: str
    unit: str
    reading: Reading
    source: str
    points: Sequence[_Point]


_END, _FALL = date(2019, 12, 31), date(2019, 9, 30)
_SERIES = (
    _Plan("Utilisateurs du portail", "utilisateurs", Reading.FLOW, _PORTAL,
          (_Point(_FALL, 1081, note=_SEPTEMBER),)),
    _Plan("Sessions sur le portail", "sessions", Reading.FLOW, _PORTAL,
          (_Point(_FALL, 2006, note=_SEPTEMBER),)),
    _Plan("Pages vues du portail", "pages vues", Reading.FLOW, _PORTAL,
          (_Point(_FALL, 9151, note=_SEPTEMBER),)),
    _Plan("Mentions « J’aime » de la page Facebook", "mentions", Reading.LEVEL, _PAGE,
          (_Point(date(2018, 12, 31), 793), _Point(_END, 955))),
    _Plan("Personnes touchées chaque semaine par la page Facebook", "personnes", Reading.LEVEL,
          _PAGE, (_Point(_END, 800, "près de 800"),)),
    _Plan("Abonnés au compte Twitter", "abonnés", Reading.LEVEL, "Profil du compte",
          (_Point(_END, 244),)),
    _Plan("Abonnés à la lettre mensuelle", "abonnés", Reading.LEVEL, "Outil d’envoi d’alors",
          (_Point(_END, 3300),)),
    # Two catalogues that are never added: one printed for the year, one that actors fill online.
    _Plan("Offres du catalogue annuel de formations", "offres", Reading.LEVEL, "Catalogue publié",
          (_Point(date(2019, 2, 1), 60),)),
    _Plan("Formations du catalogue en ligne", "formations", Reading.LEVEL, "Portail",
          (_Point(date(2019, 11, 30), 39, note="Automne 2019"),)),
    _Plan(YOUNG_PEOPLE, "jeunes", Reading.LEVEL, "Suivi du projet",
          (_Point(date(2019, 9, 16), 0, note="Aucune demande exprimée"),
           _Point(date(2019, 11, 4), 8, note="Groupe proposé par Valenciennes"),
           _Point(date(2019, 12, 9), 3, note="Départ reporté à février 2020"))),
)  # fmt: skip
_FORMULAS = (
    ("Séances par structure accompagnée", "sessions_done / accompanied_structures", None),
    (
        "Part des acteurs recensés qui ont été accompagnés",
        "pourcentage(accompanied_structures; actors_listed)",
        "Structures accompagnées dans la période sur acteurs recensés à sa fin.",
    ),
)


def add_series(session: Session, team: Team) -> Mapping[str, int]:
    """Add the series with their points, and the formulas; return the ids of the series by name."""
    rows: list[Row] = [
        {
            "name": plan.name,
            "sort_name": sort_key(plan.name),
            "unit": plan.unit,
            "reading": plan.reading.value,
            "source": plan.source,
            "created_at": _MADE,
            "version": 1,
        }
        for plan in _SERIES
    ]
    ids = add_rows(session, Series, rows)
    tell(session, created("series", rows, ids))
    points = [
        _row(series_id, plan, point, team)
        for series_id, plan in zip(ids, _SERIES, strict=True)
        for point in plan.points
    ]
    tell(session, created("series_point", points, add_rows(session, SeriesPoint, points)))
    formulas: list[Row] = [
        {
            "name": name,
            "sort_name": sort_key(name),
            "expression": expression,
            "rule": rule,
            "created_at": _MADE,
            "version": 1,
        }
        for name, expression, rule in _FORMULAS
    ]
    tell(session, created("formula", formulas, add_rows(session, Formula, formulas)))
    return {plan.name: series_id for plan, series_id in zip(_SERIES, ids, strict=True)}


def _row(series_id: int, plan: _Plan, point: _Point, team: Team) -> Row:
    return {
        "series_id": series_id,
        "day": point.day,
        "count": point.count,
        "is_approximate": point.words is not None,
        "wording": point.words,
        "source": plan.source,
        "note": point.note,
        "author_id": team.director,
        "created_at": datetime.combine(point.day, time(17), clock.PARIS),
        "version": 1,
    }
