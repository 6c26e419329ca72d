from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.territories.models import Commune, FormerCommune
from crm.territories.queries import (
    countries,
    departements_covered,
    epci_choices,
    find_commune,
    search_communes,
)

Official = Callable[[str], list[dict[str, str]]]


def _found(session: Session, text: str, limit: int = 10) -> list[str]:
    return [each.insee_code for each in search_communes(session, text, limit)]


def test_a_present_commune_is_found_by_its_code(session: Session) -> None:
    commune = find_commune(session, "59350")
    assert commune is not None
    assert commune.name == "Lille"


def test_a_former_code_leads_to_the_present_commune(session: Session) -> None:
    former = session.scalars(select(FormerCommune).order_by(FormerCommune.insee_code)).all()
    assert former
    for each in former:
        commune = find_commune(session, each.insee_code)
        assert commune is not None
        assert commune.insee_code == each.current_insee_code


def test_the_communes_that_have_gone_since_2019_are_followed(
    session: Session, official: Official
) -> None:
    changes = [
        row for row in official("communes_hdf_changements_2019_2026.csv") if row["code_insee_2026"]
    ]
    assert changes
    lost = []
    for row in changes:
        commune = find_commune(session, row["code_insee_2019"])
        if commune is None or commune.insee_code != row["code_insee_2026"]:
            lost.append(row)
    assert lost == []


@pytest.mark.parametrize("code", ["", "00000", "75056", "2A004", "lille", "593501"])
def test_an_unknown_code_is_none(session: Session, code: str) -> None:
    assert find_commune(session, code) is None


def test_a_former_code_typed_is_followed(session: Session) -> None:
    former = session.scalars(select(FormerCommune)).first()
    assert former is not None
    assert former.current_insee_code in _found(session, former.insee_code)


def test_the_shortest_name_comes_first(session: Session) -> None:
    first = search_communes(session, "Y")[0]
    assert first.label.startswith("Y (")


@pytest.mark.parametrize("typed", ["lille", "LILLE", " Lille "])
def test_the_name_typed_in_full_comes_first(session: Session, typed: str) -> None:
    assert _found(session, typed)[0] == "59350"


def test_ligatures_and_their_letters_are_the_same(session: Session) -> None:
    written = session.scalars(
        select(Commune).where(Commune.name.contains("œ") | Commune.name.contains("Œ"))
    ).all()
    assert written
    for commune in written:
        for typed in (commune.name, commune.name.replace("œ", "oe").replace("Œ", "Oe")):
            assert commune.insee_code in _found(session, typed)


@pytest.mark.parametrize(
    ("typed", "name"),
    [("chateau thierry", "Château-Thierry"), ("st quentin", "Saint-Quentin")],
)
def test_accents_hyphens_and_saint_do_not_matter(session: Session, typed: str, name: str) -> None:
    first = search_communes(session, typed)[0]
    assert first.label.startswith(f"{name} (")


def test_a_word_inside_the_name_is_found(session: Session) -> None:
    assert _found(session, "thierry")[0] == "02168"


def test_a_postcode_finds_its_communes(session: Session, official: Official) -> None:
    expected = {
        row["code_insee"]
        for row in official("communes_hdf_2026.csv")
        if "62150" in row["codes_postaux"]
    }
    assert len(expected) > 5
    # Five digits may be an INSEE code as well: the commune that has it is offered too.
    assert set(_found(session, "62150", limit=60)) == expected | {"62150"}


def test_a_postcode_beginning_is_enough(session: Session) -> None:
    assert _found(session, "5900")
    assert _found(session, "59000")[0] == "59350"


@pytest.mark.parametrize("typed", ["", "   ", "%", "_", "zzzzzz", "99999", "'; drop table x"])
def test_nothing_is_found_for(session: Session, typed: str) -> None:
    assert search_communes(session, typed) == []


def test_homonyms_have_labels_that_differ(session: Session) -> None:
    names = set(session.scalars(select(Commune.name).where(Commune.is_homonym)))
    for name in names:
        labels = [
            each.label
            for each in search_communes(session, name, limit=60)
            if each.label.startswith(f"{name} (")
        ]
        assert len(labels) == len(set(labels))


def test_the_limit_is_kept(session: Session) -> None:
    assert len(search_communes(session, "a", limit=3)) == 3


def test_departements_epci_and_countries_are_in_order(session: Session) -> None:
    assert [each.code for each in departements_covered(session)] == ["02", "59", "60", "62", "80"]
    assert len(epci_choices(session)) == 92
    names = [each.sort_name for each in countries(session)]
    assert names == sorted(names)
