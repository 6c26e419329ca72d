"""A commune that is not of the territory is kept, and one that is mistyped is told."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.imports.types import Outcome
from tests.imports.conftest import Bench

HEADER = "Structure;Famille;Adresse;Code postal;Ville\n"


def _bring(bench: Bench, session: Session, line: str) -> Structure | None:
    run = bench.map(bench.send(HEADER + line + "\n", "structures"))
    if bench.found(run, Outcome.REFUSED):
        return None
    bench.launch(run.id)
    return session.scalars(select(Structure).where(Structure.name == "Eau pour tous")).one()


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("Eau pour tous;Association;3 rue Haute;75011;Paris", "3 rue Haute, Paris"),
        ("Eau pour tous;Association;3 rue Haute, Paris;75011;PARIS", "3 rue Haute, Paris"),
        ("Eau pour tous;Association;;75011;Paris", "Paris"),
        ("Eau pour tous;Étranger;;;Bamako", "Bamako"),
    ],
)
def test_a_commune_elsewhere_stays_in_the_address(
    bench: Bench, session: Session, line: str, address: str
) -> None:
    found = _bring(bench, session, line)
    assert found is not None
    assert (found.address, found.commune_code) == (address, None)
    again = bench.map(bench.send(HEADER + line + "\n", "structures"))
    assert again.counts["rows.unchanged"] == 1


@pytest.mark.parametrize("place", ["62400;Bethunnne", ";Bethunnne", ";Paris"])
def test_a_commune_that_is_none_is_told(bench: Bench, session: Session, place: str) -> None:
    assert _bring(bench, session, f"Eau pour tous;Association;;{place}") is None
    run = bench.map(bench.send(f"{HEADER}Eau pour tous;Association;;{place}\n", "structures"))
    [refused] = bench.found(run, Outcome.REFUSED)
    assert "n’est pas une commune du territoire" in refused["issues"][0]["message"]
    assert session.scalars(select(Structure).where(Structure.name == "Eau pour tous")).all() == []


@pytest.mark.parametrize("town", ["BETHUNE CEDEX 3", "62400 BETHUNE", "Béthune (62)", "béthune"])
def test_a_commune_is_understood_in_every_habit(bench: Bench, session: Session, town: str) -> None:
    found = _bring(bench, session, f"Eau pour tous;Association;;62400;{town}")
    assert found is not None
    assert found.commune_code == "62119"


def test_dates_are_read_as_their_column_writes_them(bench: Bench, session: Session) -> None:
    lines = "Structure;Famille;Référencée le\n"
    lines += "Eau pour tous;Association;03/04/2019\nAutre maison;Association;10/17/2019\n"
    run = bench.map(bench.send(lines, "structures"))
    bench.launch(run.id)
    days = dict(session.execute(select(Structure.name, Structure.listed_on)).tuples().all())
    assert days["Eau pour tous"] == date(2019, 3, 4)
    assert days["Autre maison"] == date(2019, 10, 17)
