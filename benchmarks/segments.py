"""Ten trees of segments counted among a hundred thousand people, beside SQL written by hand.

`python -m benchmarks.segments` measures this alone; nothing is kept in the docs.
"""

import argparse
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from benchmarks.coverage import APPLICATIONS, fill_applications
from benchmarks.databases import FOLDER, copied_database, why_not
from benchmarks.mailing_rows import fill_mailings
from benchmarks.raw import Asker, asked_directly
from benchmarks.servers import our_application
from crm.core import clock
from crm.criteria.compiling import matching
from crm.criteria.types import Branch, Leaf, Link, Mode, Node, Subject, Tree
from crm.database import db, engine_options, transaction
from crm.segments.queries import count_of

DAY = date(2019, 12, 31)
_TIMES, _WARM_UP = 5, 1
_TAGS = (
    "INSERT INTO tag (id, label, key) VALUES (901, 'A', 'a'), (902, 'B', 'b')",
    "INSERT INTO contact_tag (contact_id, tag_id) SELECT id, 901 FROM contact WHERE id % 3 = 0",
    "INSERT INTO contact_tag (contact_id, tag_id) SELECT id, 902 FROM contact WHERE id % 5 = 0",
    "INSERT INTO structure_tag SELECT id, 901 FROM structure WHERE id % 4 = 0",
    "ANALYZE",
)
S, C = Subject.STRUCTURE, Subject.CONTACT


def _all(*nodes: Node) -> Branch:
    return Branch(Mode.ALL, nodes)


_ASSOCIATION = Leaf("famille", {"families": ("association",)})
_NORTH = Leaf("departement", {"departements": ("59",)})
_BIG = Leaf("population", {"least": "2000"})
_NOT_LATELY = Leaf("accompagnee", {"months": "12"}, is_negated=True)
_TAGGED = Leaf("etiquette", {"tags": ("901",)})
_NOT_B = Leaf("etiquette", {"tags": ("902",)}, is_negated=True)
TREES: dict[str, Tree] = {
    "people silent at mailing 1, with tag A": Tree(
        C, _all(Leaf("envoi-silence", {"envoi": ("1",)}), _TAGGED)
    ),
    "people without an e-mail or a phone": Tree(
        C, Branch(Mode.ANY, (Leaf("manque", {"what": ("courriel", "telephone")}),))
    ),
    "people in office with « pré » in their role": Tree(C, _all(Leaf("fonction", {"role": "pré"}))),
    "people in associations of the Nord": Tree(
        C, _all(Link("structure", {}, _all(_ASSOCIATION, _NORTH)))
    ),
    "people not written to for two months, or who clicked in mailing 3": Tree(
        C,
        Branch(
            Mode.ANY,
            (
                Leaf("sollicitee", {"mois": "2"}, is_negated=True),
                Leaf("envoi-cliquee", {"envoi": ("3",)}),
            ),
        ),
    ),
    "people of structures not accompanied for a year": Tree(
        C, _all(Link("structure", {}, _all(_NOT_LATELY)))
    ),
    "people of structures that filed for scheme 1, without tag B": Tree(
        C,
        _all(
            Link("structure", {}, _all(Leaf("dossier", {"state": ("depose",), "schemes": ("1",)}))),
            _NOT_B,
        ),
    ),
    "people of none of these: tag A, an association, the Nord": Tree(
        C,
        Branch(
            Mode.NONE, (_TAGGED, Link("structure", {}, Branch(Mode.ANY, (_ASSOCIATION, _NORTH))))
        ),
    ),
    "structures without an application for three years, nor accompanied for one": Tree(
        S, _all(Leaf("dossier", {"state": ("depose",), "years": "3"}, is_negated=True), _NOT_LATELY)
    ),
    "structures in a big commune or tagged, with an elected person": Tree(
        S,
        _all(
            Branch(Mode.ANY, (_BIG, _TAGGED)),
            Link("personne", {"mandate": ("elu",)}, _all(_NOT_B)),
        ),
    ),
}
_CURRENT = "(a.start_on IS NULL OR a.start_on <= :day) AND (a.end_on IS NULL OR a.end_on >= :day)"
_PEOPLE = "SELECT count(*) FROM contact c WHERE c.deleted_at IS NULL AND "
_PLACED = f"""EXISTS (SELECT 1 FROM affiliation a JOIN structure s ON s.id = a.structure_id
    WHERE a.contact_id = c.id AND {_CURRENT} AND s.deleted_at IS NULL"""  # noqa: S608 - the constants of this file
_HAS_B = "EXISTS (SELECT 1 FROM contact_tag t WHERE t.contact_id = c.id AND t.tag_id = 902)"
_HAS_A = "EXISTS (SELECT 1 FROM contact_tag t WHERE t.contact_id = c.id AND t.tag_id = 901)"
_HELPED = """EXISTS (SELECT 1 FROM session_structure l JOIN accompaniment_session h
    ON h.id = l.session_id WHERE l.structure_id = s.id AND h.status = 'realisee'
    AND h.deleted_at IS NULL AND h.held_on BETWEEN :year_ago AND :day)"""
_FILED = """SELECT 1 FROM funding_application f WHERE f.beneficiary_id = s.id
    AND f.deleted_at IS NULL AND coalesce(f.filed_on, f.decided_on)"""
_CLICK = """SELECT 1 FROM delivery_event e WHERE e.delivery_id = r.delivery_id
    AND e.kind = 'clicked' AND NOT e.is_robot"""
_DEED = _CLICK.replace("= 'clicked'", "IN ('clicked', 'replied', 'unsubscribed', 'complained')")
_COMMUNE = "SELECT 1 FROM commune m WHERE m.insee_code = s.commune_code AND m.population >= 2000"
_FURTHER = "SELECT 1 FROM contact_point p WHERE p.contact_id = c.id AND p.medium ="
BY_HAND: dict[str, str] = {
    "people silent at mailing 1, with tag A": f"""{_PEOPLE} {_HAS_A} AND EXISTS (SELECT 1
        FROM mailing_recipient r JOIN delivery d ON d.id = r.delivery_id WHERE r.contact_id = c.id
        AND r.mailing_id = 1 AND r.is_in AND d.state IN ('accepted', 'delivered')
        AND NOT EXISTS ({_DEED}))""",  # noqa: S608 - the same
    "people without an e-mail or a phone": f"""{_PEOPLE}
        ((c.email IS NULL AND NOT EXISTS ({_FURTHER} 'courriel'))
        OR (c.phone IS NULL AND c.mobile IS NULL AND NOT EXISTS ({_FURTHER} 'telephone')))""",
    "people in office with « pré » in their role": f"{_PEOPLE} {_PLACED}"
    " AND (lower(a.role) LIKE '%%pré%%' OR lower(a.role) LIKE '%%PRÉ%%'))",
    "people in associations of the Nord": f"{_PEOPLE} {_PLACED}"
    " AND s.family_code = 'association' AND s.departement_code = '59')",
    "people not written to for two months, or who clicked in mailing 3": f"""{_PEOPLE}
        (NOT EXISTS (SELECT 1 FROM mailing_recipient r JOIN delivery d ON d.id = r.delivery_id
        WHERE r.contact_id = c.id AND r.is_in AND d.state IN ('accepted', 'delivered', 'bounced')
        AND d.settled_at >= :since) OR EXISTS (SELECT 1 FROM mailing_recipient r
        WHERE r.contact_id = c.id AND r.mailing_id = 3 AND r.is_in AND EXISTS ({_CLICK})))""",  # noqa: S608 - the same
    "people of structures not accompanied for a year": f"{_PEOPLE} {_PLACED} AND NOT {_HELPED})",
    "people of structures that filed for scheme 1, without tag B": f"{_PEOPLE} {_PLACED}"
    f" AND EXISTS ({_FILED} IS NOT NULL AND f.scheme_id = 1)) AND NOT {_HAS_B}",
    "people of none of these: tag A, an association, the Nord": f"{_PEOPLE} NOT {_HAS_A}"
    f" AND NOT {_PLACED} AND (s.family_code = 'association' OR s.departement_code = '59'))",
    "structures without an application for three years, nor accompanied for one": f"""
        SELECT count(*) FROM structure s WHERE s.deleted_at IS NULL
        AND NOT EXISTS ({_FILED} BETWEEN :three_years AND :day) AND NOT {_HELPED}""",  # noqa: S608 - the same
    "structures in a big commune or tagged, with an elected person": f"""
        SELECT count(*) FROM structure s WHERE s.deleted_at IS NULL AND (EXISTS ({_COMMUNE})
        OR EXISTS (SELECT 1 FROM structure_tag g WHERE g.structure_id = s.id AND g.tag_id = 901))
        AND EXISTS (SELECT 1 FROM affiliation a JOIN contact c ON c.id = a.contact_id
        WHERE a.structure_id = s.id AND {_CURRENT} AND a.is_elected AND c.deleted_at IS NULL
        AND NOT {_HAS_B})""",  # noqa: S608 - the same
}
_SINCE = clock.paris_instant(DAY - timedelta(days=60), time())
_VALUES = {
    "day": DAY, "year_ago": date(2018, 12, 31), "three_years": date(2017, 1, 1), "since": _SINCE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counted:
    """Milliseconds of one tree: as our screens count it, and by the driver; how many it finds."""

    ours: float
    raw: float
    count: int


def measure_segments(url: str, folder: Path) -> dict[str, Counted]:
    """Count each tree in the copy, by the compiler and by hand; both must find as many."""
    app = our_application(url, folder)
    with app.app_context():
        fill_applications(APPLICATIONS)
        with transaction() as session:
            fill_mailings(session, DAY)
        db.engine.dispose()
    engine = create_engine(url, **engine_options(url))
    with engine.begin() as connection:
        for statement in _TAGS:
            connection.execute(text(statement))
    found = {}
    with app.app_context(), Session(engine) as session, asked_directly(url) as asker:
        for title, tree in TREES.items():
            found[title] = _compared(session, asker, title, tree)
    engine.dispose()
    return found


def _compared(session: Session, asker: Asker, title: str, tree: Tree) -> Counted:
    def ours() -> int:
        return count_of(session, matching(session, tree, DAY))

    def by_hand() -> Any:
        return asker.run(BY_HAND[title], _VALUES)

    count = ours()
    if int(by_hand()[0][0]) != count:
        raise RuntimeError(f"{title}: {count} by the compiler, {by_hand()[0][0]} by hand")
    return Counted(_median(ours), _median(by_hand), count)


def _median(ask: Callable[[], object]) -> float:
    taken = []
    for turn in range(_WARM_UP + _TIMES):
        start = perf_counter()
        ask()
        if turn >= _WARM_UP:
            taken.append((perf_counter() - start) * 1000)
    return statistics.median(taken)


def main() -> int:
    """Measure what the command line asks for and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.segments", description=__doc__)
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    asked = parser.parse_args()
    for backend in asked.databases:
        if reason := why_not(backend):
            sys.stdout.write(f"{backend} left out: {reason}\n")
            continue
        try:
            with copied_database(backend, asked.contacts) as url:
                found = measure_segments(url, FOLDER)
        except OperationalError as error:
            sys.stdout.write(f"{backend} left out: {error.orig}\n")
            continue
        for title, each in found.items():
            sys.stdout.write(
                f"{backend} {title}: {each.count} found, ours {each.ours:.1f} ms,"
                f" by hand {each.raw:.1f} ms, {each.ours / each.raw:.2f}\n"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
