"""Names split and capitals put right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.core.text import fold
from crm.imports.cells import (
    CellError,
    family_comes_first,
    parse_full_name,
    put_name_capitals,
    put_organisation_capitals,
)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("DE LA TOUR Jean-Marie", "Jean-Marie", "de La Tour"),
        ("Jean-Marie de La Tour", "Jean-Marie", "de La Tour"),
        ("Jean-Marie de La TOUR", "Jean-Marie", "de La Tour"),
        ("DUPONT Jean", "Jean", "Dupont"),
        ("Jean DUPONT", "Jean", "Dupont"),
        ("Dupont Jean", "Jean", "Dupont"),
        ("Jean Dupont", "Jean", "Dupont"),
        ("DUPONT JEAN", "Jean", "Dupont"),
        ("jean dupont", "Jean", "Dupont"),
        ("Dupont, Jean", "Jean", "Dupont"),
        ("de La Tour, Anne Sophie", "Anne Sophie", "de La Tour"),
        ("M. Jean DUPONT", "Jean", "Dupont"),
        ("Dupont, M.", None, "Dupont"),
        ("DUPONT Jean (Mme)", "Jean", "Dupont"),
        ("Mme Le Goff Anne", "Anne", "Le Goff"),
        ("Mme LE GOFF", None, "Le Goff"),
        ("Monsieur le Goff", None, "le Goff"),
        ("LE GOFF ANNE", "Anne", "Le Goff"),
        ("Marie Claire Le Goff", "Marie Claire", "Le Goff"),
        ("Anne Sophie Dupont", "Anne Sophie", "Dupont"),
        ("DUPONT-MARTIN Anne Sophie", "Anne Sophie", "Dupont-Martin"),
        ("J.-P. DUPONT", "J.-P.", "Dupont"),
        ("D'ALMEIDA Maria", "Maria", "d’Almeida"),
        ("VAN DEN BERGHE Luc", "Luc", "Van Den Berghe"),
        ("Ben Ali Mohamed", "Mohamed", "Ben Ali"),
        ("MC DONALD Anne", "Anne", "Mc Donald"),
        ("O'BRIEN Pat", "Pat", "O’Brien"),
        ("MARTIN née LEGRAND Jeanne", "Jeanne", "Martin née Legrand"),
        ("Dupont", None, "Dupont"),
        ("M. DUPONT", None, "Dupont"),
        ("Dr Anne Exemple", "Anne", "Exemple"),
    ],
)
def test_a_full_name_is_split(text: str, first: str | None, last: str) -> None:
    assert parse_full_name(text) == (first, last)


def test_the_habit_of_the_column_decides_what_the_name_does_not_say() -> None:
    assert parse_full_name("Kawa Zuzu") == ("Kawa", "Zuzu")
    assert parse_full_name("Kawa Zuzu", family_first=True) == ("Zuzu", "Kawa")
    assert parse_full_name("Jean Zuzu", family_first=True) == ("Jean", "Zuzu")
    assert family_comes_first(["DUPONT Jean", "LE GOFF Anne", "Kawa Zuzu"]) is True
    assert family_comes_first(["Jean Dupont", "Anne Le Goff", "M. Kawa Zuzu"]) is False
    assert family_comes_first(["Kawa Zuzu", "Dupont", ""]) is None


@pytest.mark.parametrize("text", ["", "  ", None, "12345", "a, b, c", ","])
def test_what_is_no_name_is_told(text: str | None) -> None:
    with pytest.raises(CellError):
        parse_full_name(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ASSOCIATION FRANCE BENIN", "Association France Benin"),
        ("ASSOCIATION CIEUX", "Association CIEUX"),
        ("MEL", "MEL"),
        ("ONG EAU VIVE", "ONG Eau Vive"),
        ("UNIVERSITE DE PICARDIE UPJV", "Universite de Picardie UPJV"),
        ("EPCI DU TERNOIS", "EPCI du Ternois"),
        ("SARL DUPONT ET FILS", "SARL Dupont et Fils"),
        ("LYCEE JEAN XXIII", "Lycee Jean XXIII"),
        ("COMMUNE DE BRUAY-LA-BUISSIERE", "Commune de Bruay-la-Buissiere"),
        ("COMITE DE JUMELAGE D'ARRAS (CJA)", "Comite de Jumelage d’Arras (CJA)"),
        ("LES AMIS DU TOGO", "Les Amis du Togo"),
        ("ARTS ET SPORTS POUR TOUS 59", "Arts et Sports pour Tous 59"),
        ("A.F.D. PARIS", "A.F.D. Paris"),
        ("ECOLE STE MARIE", "Ecole Ste Marie"),
        ("VILLE DE VILLENEUVE D'ASCQ", "Ville de Villeneuve d’Ascq"),
        ("Association CIEUX et FILS", "Association CIEUX et FILS"),
        ("association du test", "association du test"),
    ],
)
def test_capitals_of_organisations(text: str, told: str) -> None:
    assert put_organisation_capitals(text) == told


def test_the_acronyms_of_the_network_are_kept() -> None:
    assert put_organisation_capitals("RESEAU KALI") == "Reseau Kali"
    assert put_organisation_capitals("RESEAU KALI", ["Kali"]) == "Reseau KALI"
    assert put_organisation_capitals("LILLE", may_be_acronym=False) == "Lille"


NAMES = st.text(
    st.characters(
        max_codepoint=0x17F,
        categories=["Lu", "Ll", "Zs", "Pd"],
        include_characters="’'.",
        exclude_characters="µŉ",
    ),
    max_size=40,
)


@given(NAMES)
def test_capitals_change_no_word(text: str) -> None:
    assert fold(put_name_capitals(text)) == fold(" ".join(text.split()))
    assert put_name_capitals(put_name_capitals(text)) == put_name_capitals(text)
    assert fold(put_organisation_capitals(text)) == fold(" ".join(text.split()))


PART = st.sampled_from("Dupont Martin Legrand Exemple Fictif Zuzu".split())
FIRST = st.sampled_from("Jean Anne Marie-Claire Zoé Luc Jean-Baptiste".split())
PARTICLE = st.sampled_from(["", "de ", "de La ", "Le ", "d’", "Van Den "])


@given(FIRST, PARTICLE, PART, st.sampled_from(["", "M. ", "Mme ", "Madame "]))
def test_however_a_name_is_written_it_is_the_same(
    first: str, particle: str, part: str, title: str
) -> None:
    last = particle + part
    for text in (
        f"{first} {last}",
        f"{last.upper()} {first}",
        f"{first} {last.upper()}",
        f"{last}, {first}",
        f"{last.upper()} {first.upper()}",
        f"{last} {first}",
    ):
        assert parse_full_name(title + text) == (first, last), text


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_names(text: str) -> None:
    try:
        first, last = parse_full_name(text)
    except CellError:
        return
    assert last
    assert first != ""
