"""The geography as every test database holds it."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from crm.config import DEFAULT_DEPARTEMENTS
from crm.territories import source
from crm.territories.models import (
    Arrondissement,
    Commune,
    CommunePostcode,
    Country,
    Departement,
    Epci,
    FormerCommune,
    Region,
)
from crm.territories.operations import holds_territories, load_territories

SHARED = Path("/work/shared/data")


def _count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_holds_the_whole_of_the_covered_departements(session: Session) -> None:
    assert _count(session, Commune) == 3782
    assert _count(session, Epci) == 92
    assert _count(session, Arrondissement) == 26
    assert _count(session, Departement) == 109
    assert _count(session, Region) == 26
    covered = session.scalars(
        select(Departement.code).where(Departement.is_covered).order_by(Departement.code)
    )
    assert tuple(covered) == DEFAULT_DEPARTEMENTS


def test_countries_are_those_of_iso_3166_and_kosovo(session: Session) -> None:
    assert _count(session, Country) == 250
    names = dict(session.execute(select(Country.code, Country.name)).tuples().all())
    assert names["CD"] == "Congo (RDC)"
    assert names["CG"] == "Congo"
    assert names["PS"] == "Palestine"
    assert names["CI"] == "Côte d’Ivoire"
    assert names["XK"] == "Kosovo"
    assert len(set(names.values())) == 250


def test_marks_the_names_that_several_communes_share(session: Session) -> None:
    shared = session.execute(
        select(Commune.sort_name, Commune.departement_code).where(Commune.is_homonym)
    ).all()
    assert len(shared) == 117
    assert len({name for name, _ in shared}) == 56
    assert max(Counter(shared).values()) == 1, "twice in one département"


def test_loading_again_changes_nothing(session: Session) -> None:
    assert set(load_territories(session, DEFAULT_DEPARTEMENTS).values()) == {0}


def test_loading_again_repairs_what_has_changed(session: Session) -> None:
    session.execute(update(Commune).where(Commune.insee_code == "59350").values(name="Lylle"))
    session.execute(update(Departement).values(is_covered=False))
    added = load_territories(session, DEFAULT_DEPARTEMENTS)
    assert (added["commune"], added["departement"], added["epci"]) == (1, 5, 0)
    session.expire_all()
    lille = session.get(Commune, "59350")
    assert lille is not None
    assert lille.name == "Lille"


def test_knows_whether_the_departements_are_loaded(session: Session) -> None:
    assert holds_territories(session, DEFAULT_DEPARTEMENTS)
    assert not holds_territories(session, ("59", "62"))
    assert not holds_territories(session, (*DEFAULT_DEPARTEMENTS, "76"))


def test_refuses_a_departement_that_does_not_exist(session: Session) -> None:
    with pytest.raises(ValueError, match="no département 99"):
        load_territories(session, ("59", "99"))


def test_an_epci_that_straddles_is_there_once_where_most_members_are(session: Session) -> None:
    epci = session.scalars(select(Epci).where(Epci.name == "CC de l’Est de la Somme")).all()
    assert [each.departement_code for each in epci] == ["80"]
    members = select(Commune.departement_code, func.count()).where(
        Commune.epci_siren == epci[0].siren
    )
    rows = session.execute(members.group_by(Commune.departement_code)).tuples()
    assert dict(rows.all()) == {"02": 1, "80": 40}


def test_says_how_to_install_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "_PLACES", ())
    with pytest.raises(source.MissingGeographyError, match=r"tools/install\.py base"):
        source.read_division()


@pytest.mark.skipif(not SHARED.is_dir(), reason="no independent list to compare with")
class TestAgainstAnIndependentList:
    def test_communes(self, session: Session) -> None:
        postcodes: dict[str, list[str]] = {}
        for code, postcode in session.execute(
            select(CommunePostcode.insee_code, CommunePostcode.postcode).order_by(
                CommunePostcode.postcode
            )
        ).tuples():
            postcodes.setdefault(code, []).append(postcode)
        ours = {
            commune.insee_code: (
                commune.name.replace("’", "'"),
                commune.departement_code,
                commune.arrondissement_code or "",
                commune.epci_siren or "",
                commune.siren or "",
                "|".join(postcodes.get(commune.insee_code, [])),
                "" if commune.population is None else str(commune.population),
            )
            for commune in session.scalars(select(Commune))
        }
        theirs = {
            row["code_insee"]: (
                row["nom"].replace("’", "'"),
                row["departement"],
                row["arrondissement"],
                row["epci_siren"],
                row["siren"],
                row["codes_postaux"],
                row["population"],
            )
            for row in _rows("communes_hdf_2026.csv")
        }
        assert ours == theirs

    def test_epci(self, session: Session) -> None:
        ours = {
            epci.siren: (epci.name.replace("’", "'"), epci.kind, str(epci.population))
            for epci in session.scalars(select(Epci))
        }
        theirs = {
            row["siren"]: (row["nom"].replace("’", "'"), row["type"], row["population_municipale"])
            for row in _rows("epci_hdf_2026.csv")
        }
        assert ours == theirs

    def test_countries(self, session: Session) -> None:
        codes = {row["iso2"] for row in _rows("pays_fr.csv")}
        assert set(session.scalars(select(Country.code))) == codes

    def test_delegated_communes_lead_to_the_one_they_belong_to(self, session: Session) -> None:
        present = set(session.scalars(select(Commune.insee_code)))
        former = dict(
            session.execute(select(FormerCommune.insee_code, FormerCommune.current_insee_code))
            .tuples()
            .all()
        )
        for row in _rows("communes_deleguees_associees_hdf_2026.csv"):
            if row["code_insee"] not in present:
                assert former[row["code_insee"]] == row["commune_chef_lieu"]

    def test_communes_that_have_gone_since_2019_are_found(self, session: Session) -> None:
        present = set(session.scalars(select(Commune.insee_code)))
        former = dict(
            session.execute(select(FormerCommune.insee_code, FormerCommune.current_insee_code))
            .tuples()
            .all()
        )
        for row in _rows("communes_hdf_changements_2019_2026.csv"):
            if row["code_insee_2019"] and row["code_insee_2019"] not in present:
                assert former[row["code_insee_2019"]] == row["code_insee_2026"]


def _rows(name: str) -> list[dict[str, str]]:
    with (SHARED / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
