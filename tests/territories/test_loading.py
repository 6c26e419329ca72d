import re
from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.config import DEFAULT_DEPARTEMENTS
from crm.core.text import sort_key
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
from crm.territories.source import MissingGeographyError

Official = Callable[[str], list[dict[str, str]]]


def _count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_division_is_whole(session: Session) -> None:
    assert _count(session, Commune) == 3782
    assert _count(session, Epci) == 92
    assert _count(session, Arrondissement) == 26


def test_the_whole_country_is_there_but_only_five_departements_are_covered(
    session: Session,
) -> None:
    covered = session.scalars(
        select(Departement.code).where(Departement.is_covered).order_by(Departement.code)
    ).all()
    assert tuple(covered) == DEFAULT_DEPARTEMENTS
    assert _count(session, Departement) >= 101
    assert _count(session, Region) >= 18


def test_homonyms_are_marked(session: Session) -> None:
    marked = select(Commune.sort_name).where(Commune.is_homonym)
    names = session.scalars(marked).all()
    assert len(names) == 117
    assert len(set(names)) == 56


def test_loading_twice_adds_nothing(session: Session) -> None:
    assert set(load_territories(session, DEFAULT_DEPARTEMENTS).values()) == {0}


def test_a_renamed_commune_is_brought_up_to_date(session: Session) -> None:
    lille = session.get_one(Commune, "59350")
    lille.name = "Rijsel"
    session.flush()
    assert load_territories(session, DEFAULT_DEPARTEMENTS)["commune"] == 1
    session.expire_all()
    assert session.get_one(Commune, "59350").name == "Lille"


def test_what_is_loaded_is_known(session: Session) -> None:
    assert holds_territories(session, DEFAULT_DEPARTEMENTS)
    assert not holds_territories(session, ["59"])
    assert not holds_territories(session, [*DEFAULT_DEPARTEMENTS, "75"])


def test_a_departement_that_does_not_exist_is_named(session: Session) -> None:
    with pytest.raises(ValueError, match="zz"):
        load_territories(session, ["59", "zz"])


def test_missing_files_are_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "_PLACES", ())
    with pytest.raises(MissingGeographyError, match="make run"):
        source.read_division()


def test_communes_are_the_official_ones(session: Session, official: Official) -> None:
    rows = session.execute(
        select(
            Commune.insee_code,
            Commune.name,
            Commune.departement_code,
            Commune.arrondissement_code,
            Commune.epci_siren,
            Commune.siren,
            Commune.population,
        )
    ).tuples()
    expected = {
        (
            row["code_insee"],
            row["nom"].replace("'", "’"),
            row["departement"],
            row["arrondissement"] or None,
            row["epci_siren"] or None,
            row["siren"] or None,
            int(row["population"]) if row["population"] else None,
        )
        for row in official("communes_hdf_2026.csv")
    }
    assert set(rows) == expected


def test_epci_are_the_official_ones(session: Session, official: Official) -> None:
    rows = session.execute(select(Epci.siren, Epci.name, Epci.kind)).tuples()
    expected = {
        (row["siren"], row["nom"].replace("'", "’"), row["type"])
        for row in official("epci_hdf_2026.csv")
    }
    assert set(rows) == expected


def test_postcodes_are_the_official_ones(session: Session, official: Official) -> None:
    rows = session.execute(select(CommunePostcode.insee_code, CommunePostcode.postcode)).tuples()
    expected = {
        (row["code_insee"], postcode)
        for row in official("communes_hdf_2026.csv")
        for postcode in re.findall(r"[0-9]{5}", row["codes_postaux"])
    }
    assert set(rows) == expected


def test_countries_are_those_of_the_official_list(session: Session, official: Official) -> None:
    known = set(session.scalars(select(Country.code)))
    assert {row["iso2"] for row in official("pays_fr.csv")} == known


def test_countries_bear_the_names_that_people_use(session: Session) -> None:
    names = dict(session.execute(select(Country.code, Country.name)).tuples().all())
    assert len(set(names.values())) == 250
    assert names["CD"] == "Congo (RDC)"
    assert names["CG"] == "Congo"
    assert names["PS"] == "Palestine"
    assert names["CI"] == "Côte d’Ivoire"
    assert names["XK"] == "Kosovo"


def test_an_epci_that_straddles_is_there_once_where_most_members_are(session: Session) -> None:
    epci = session.scalars(select(Epci).where(Epci.name == "CC de l’Est de la Somme")).all()
    assert [each.departement_code for each in epci] == ["80"]
    members = session.execute(
        select(Commune.departement_code, func.count())
        .where(Commune.epci_siren == epci[0].siren)
        .group_by(Commune.departement_code)
    )
    assert dict(members.tuples().all()) == {"02": 1, "80": 40}


def test_delegated_communes_lead_to_the_one_they_belong_to(
    session: Session, official: Official
) -> None:
    present = set(session.scalars(select(Commune.insee_code)))
    leads_to = dict(
        session.execute(select(FormerCommune.insee_code, FormerCommune.current_insee_code))
        .tuples()
        .all()
    )
    delegated = {
        row["code_insee"]: row["commune_chef_lieu"]
        for row in official("communes_deleguees_associees_hdf_2026.csv")
        if row["code_insee"] not in present
    }
    assert delegated.items() <= leads_to.items()


def test_names_sort_by_their_folded_form(session: Session) -> None:
    rows = session.execute(select(Commune.name, Commune.sort_name)).tuples().all()
    assert all(sort_name == sort_key(name) for name, sort_name in rows)
