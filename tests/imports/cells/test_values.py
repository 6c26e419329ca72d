"""Texts, telephones, e-mails, places, identifiers, yes and no."""

import csv
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from crm.core.errors import RuleError
from crm.core.text import words
from crm.imports import cells
from crm.imports.cells import (
    CellError,
    as_text,
    clean_text,
    parse_email,
    parse_emails,
    parse_insee,
    parse_phone,
    parse_phones,
    parse_place,
    parse_postcode,
    parse_rna,
    parse_siren,
    parse_siret,
    parse_yes_no,
    split_values,
)
from crm.imports.cells.types import Cell

DATA = Path("/work/shared/data")


def _table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("03.20.12.34.56", ["+33320123456"]),
        ("0033320123456", ["+33320123456"]),
        ("+33 (0)3 20 12 34 56", ["+33320123456"]),
        ("+33 03 20 12 34 56", ["+33320123456"]),
        ("(0)3 20 12 34 56", ["+33320123456"]),
        (320123456, ["+33320123456"]),
        (320123456.0, ["+33320123456"]),
        ("320123456.0", ["+33320123456"]),
        ("33320123456", ["+33320123456"]),
        ("Tél : 03 20 12 34 56 poste 12", ["+33320123456"]),
        ("06 12 34 56 78 (perso)", ["+33612345678"]),
        ("03 20 12 34 56 / 06 12 34 56 78", ["+33320123456", "+33612345678"]),
        ("03 20 12 34 56 ou 06-12-34-56-78", ["+33320123456", "+33612345678"]),
        ("03 20 12 34 56 06 12 34 56 78", ["+33320123456", "+33612345678"]),
        ("0320123456\n0320123456", ["+33320123456"]),
        ("+32 2 555 12 12", ["+3225551212"]),
        ("+221 33 800 00 00 ; 0262 12 34 56", ["+221338000000", "+262262123456"]),
    ],
)
def test_telephones(cell: Cell, found: list[str]) -> None:
    assert parse_phones(cell) == found


@pytest.mark.parametrize("cell", ["", None, True, "abc", "0320", "112", "3,20E+08", "03 20 / x"])
def test_what_is_no_telephone_is_told(cell: Cell) -> None:
    with pytest.raises(RuleError):
        parse_phones(cell)


@given(st.integers(1, 5), st.integers(0, 99_999_999), st.sampled_from([" ", ".", "-", "", "/"]))
def test_french_numbers_in_all_habits(first: int, rest: int, between: str) -> None:
    digits = f"0{first}{rest:08}"
    spaced = between.join(digits[n : n + 2] for n in range(0, 10, 2))
    try:
        (known,) = parse_phones(digits)
    except RuleError:
        return
    for cell in (spaced, "+33" + digits[1:], "0033 " + digits[1:], int(digits), f"Tél. {spaced}"):
        assert parse_phones(cell) == [known]
    assert known.startswith("+")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a@b.fr ; c@d.fr", ["a@b.fr", "c@d.fr"]),
        ("a@b.fr, c@d.fr", ["a@b.fr", "c@d.fr"]),
        ("a@b.fr c@d.fr", ["a@b.fr", "c@d.fr"]),
        ("a@b.fr/c@d.fr\ne@f.fr et g@h.fr", ["a@b.fr", "c@d.fr", "e@f.fr", "g@h.fr"]),
        ("Jean Exemple <a@b.fr>", ["a@b.fr"]),
        ("Exemple, Jean <a@b.fr>; x@y.fr", ["a@b.fr", "x@y.fr"]),
        ("mailto:a@b.fr (perso)", ["a@b.fr"]),
        ("a @ b.fr.", ["a@b.fr"]),
        ("A@b.fr; a@b.fr", ["A@b.fr"]),
    ],
)
def test_emails(text: str, found: list[str]) -> None:
    assert parse_emails(text) == found


@pytest.mark.parametrize("text", ["", None, "a@b", "pas de mail", "a@b.fr, c@d", "voir a@b.fr"])
def test_what_is_no_email_is_told(text: str | None) -> None:
    with pytest.raises(RuleError, match="Cette adresse n’est pas complète"):
        parse_emails(text)


def test_one_value_is_asked_where_one_is_wanted() -> None:
    assert parse_email("a@b.fr") == "a@b.fr"
    with pytest.raises(CellError, match="plusieurs adresses"):
        parse_email("a@b.fr ; c@d.fr")
    with pytest.raises(CellError, match="plusieurs numéros"):
        parse_phone("03 20 12 34 56 ; 06 12 34 56 78")


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("eau ; climat, jeunesse et sport", ["eau", "climat", "jeunesse", "sport"]),
        ("a / b|c\nd", ["a", "b", "c", "d"]),
        ("et/ou", ["et/ou"]),
        ("12,5", ["12,5"]),
        ("eau;eau; ", ["eau"]),
        (None, []),
        (59000.0, ["59000"]),
    ],
)
def test_several_values_in_a_cell(cell: Cell, found: list[str]) -> None:
    assert split_values(cell) == found


@pytest.mark.skipif(not DATA.exists(), reason="the real places are not on this machine")
def test_the_towns_of_the_region_as_the_post_writes_them() -> None:
    names = {row["code_insee"]: row["nom"] for row in _table("communes_hdf_2026.csv")}
    post = [row for row in _table("codes_postaux_hdf.csv") if row["code_insee"] in names]
    found = [
        parse_place(row["libelle_acheminement"]).search == " ".join(words(names[row["code_insee"]]))
        for row in post
    ]
    assert sum(found) > 0.98 * len(post) > 3000
    mairies = _table("mairies_hdf.csv")
    assert all(parse_phones(row["telephone"]) for row in mairies if row["telephone"])
    assert all(parse_emails(row["courriel"]) for row in mairies if row["courriel"])


def test_names_with_commas_are_kept_whole() -> None:
    assert split_values("Dupont, Jean ; Martin, Anne et Luc", commas=False) == [
        "Dupont, Jean",
        "Martin, Anne et Luc",
    ]


@given(st.lists(st.text("abcdéà ", min_size=1, max_size=8), max_size=6))
def test_what_is_joined_is_split_again(values: list[str]) -> None:
    wanted = list(dict.fromkeys(filter(None, (" ".join(value.split()) for value in values))))
    assert split_values(" ; ".join(values)) == wanted


_PLESSIER = "le plessier sur saint just"


@pytest.mark.parametrize(
    ("cell", "name", "postcode", "is_cedex", "search"),
    [
        ("59000 LILLE CEDEX 9", "Lille", "59000", True, "lille"),
        ("LILLE CEDEX", "Lille", None, True, "lille"),
        ("ST QUENTIN", "Saint Quentin", None, False, "saint quentin"),
        ("St-Quentin", "Saint-Quentin", None, False, "saint quentin"),
        ("STE MARIE", "Sainte Marie", None, False, "sainte marie"),
        ("BRUAY S/ L'ESCAUT", "Bruay sur l’Escaut", None, False, "bruay sur l escaut"),
        ("NEUVILLE S/S CORBIE", "Neuville sous Corbie", None, False, "neuville sous corbie"),
        ("Lille (59)", "Lille", None, False, "lille"),
        ("HONDSCHOOTE", "Hondschoote", None, False, "hondschoote"),
        ("VILLENEUVE D'ASCQ", "Villeneuve d’Ascq", None, False, "villeneuve d ascq"),
        ("Cœuvres-et-Valsery 02600", "Cœuvres-et-Valsery", "02600", False, "coeuvres et valsery"),
        ("FLAMENGRIE (LA)", "La Flamengrie", None, False, "la flamengrie"),
        ("LE PLESSIER SUR ST JUST", "Le Plessier sur Saint Just", None, False, _PLESSIER),
        ("TRITH-ST-LEGER", "Trith-Saint-Leger", None, False, "trith saint leger"),
        ("Y", "Y", None, False, "y"),
    ],
)
def test_places(cell: str, name: str, postcode: str | None, is_cedex: bool, search: str) -> None:
    found = parse_place(cell)
    assert (found.name, found.postcode) == (name, postcode)
    assert (found.is_cedex, found.search) == (is_cedex, search)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (2100, "02100"),
        (2100.0, "02100"),
        ("2100", "02100"),
        ("2100.0", "02100"),
        ("59 000", "59000"),
        ("F-59000", "59000"),
        ("59000 LILLE CEDEX 9", "59000"),
        ('="02100"', "02100"),
    ],
)
def test_postcodes(cell: Cell, code: str) -> None:
    assert parse_postcode(cell) == code


@given(st.integers(1000, 98999))
def test_a_lost_zero_comes_back(number: int) -> None:
    code = f"{number:05}"
    for cell in (code, number, float(number), str(number), f"{number}.0", f"{code} LILLE"):
        assert parse_postcode(cell) == code


@pytest.mark.parametrize("cell", ["", None, True, "123", "00123", "99999", "B-7000", 59000.5, "x"])
def test_what_is_no_postcode_is_told(cell: Cell) -> None:
    with pytest.raises(CellError, match="compte 5 chiffres"):
        parse_postcode(cell)


def test_places_and_insee_codes_that_are_none() -> None:
    for cell in ("", None, "59000", "CEDEX"):
        with pytest.raises(CellError, match="vide"):
            parse_place(cell)
    assert [parse_insee(cell) for cell in (2408, "2a004", "59 350", 59350.0)] == [
        "02408",
        "2A004",
        "59350",
        "59350",
    ]
    for cell in ("", None, True, "593", "²³456", "593500"):
        with pytest.raises(CellError, match="INSEE"):
            parse_insee(cell)


def test_identifiers_from_numbers_and_spaced_texts() -> None:
    assert parse_siret(35600000000048.0) == parse_siret("356 000 000 00048") == "35600000000048"
    assert parse_siren("FR39 356 000 000") == parse_siren(35600000000048) == "356000000"
    assert parse_rna("w595012345") == parse_rna(595012345.0) == "W595012345"
    with pytest.raises(CellError, match="raccourci ce nombre"):
        parse_siret("3,56E+13")
    with pytest.raises(RuleError, match="compte 14 chiffres"):
        parse_siret("123")
    with pytest.raises(RuleError, match="W suivi de 9 chiffres"):
        parse_rna("x")


@given(st.integers(0, 10**7 - 1))
def test_a_siren_that_lost_its_zero_comes_back(number: int) -> None:
    start = f"0{number:07}"
    siren = start + luhn.calc_check_digit(start)
    assert parse_siren(siren) == siren
    if number >= 10**6:
        assert parse_siren(int(siren)) == parse_siren(float(siren)) == siren


@pytest.mark.parametrize(
    ("cell", "truth"),
    [
        *((cell, True) for cell in ("oui", "OUI !", "o", "x", "X", "vrai", 1, 1.0, "1", "✓", True)),
        *((cell, False) for cell in ("non", "n", "faux", "FALSE", 0, 0.0, "0", "-", "✗", False)),
        *((cell, None) for cell in ("", "  ", None)),
    ],
)
def test_yes_and_no(cell: Cell, truth: bool | None) -> None:
    assert parse_yes_no(cell) is truth


def test_perhaps_is_neither() -> None:
    with pytest.raises(CellError, match="Écrivez"):
        parse_yes_no("peut-être")


def test_a_text_is_cleaned_of_what_cannot_be_seen() -> None:
    assert clean_text("  Be\u0301thune\u200b\x00\u00a0 Bruay\x07\ud800 ") == "Béthune Bruay"
    assert clean_text("a_x000D_\nb\r\n\r\n\r\nc", lines=True) == "a\nb\n\nc"
    assert clean_text("'=1+1") == "=1+1"
    assert clean_text("'ndrangheta") == "'ndrangheta"
    with pytest.raises(CellError, match="5 caractères au plus"):
        clean_text("abcdef", longest=5)


CELLS = st.one_of(
    st.none(), st.text(max_size=30), st.integers(), st.booleans(), st.floats(), st.dates()
)
READERS = [getattr(cells, name) for name in cells.__all__ if name.startswith("parse_")]


@given(CELLS)
def test_a_clean_text_stays_so(cell: Cell) -> None:
    text = clean_text(cell, lines=True)
    assert unicodedata.is_normalized("NFC", text)
    assert not any(unicodedata.category(letter) == "Cs" for letter in text)
    assert not any(unicodedata.category(letter) == "Cc" for letter in text.replace("\n", ""))
    assert as_text(cell) == as_text(as_text(cell))


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: str(reader.__name__))
@given(cell=CELLS)
def test_no_cell_breaks_a_reader(reader: object, cell: Cell) -> None:
    try:
        reader(cell)  # type: ignore[operator]
    except RuleError as error:
        assert error.message  # noqa: PT017 - any other error fails


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: str(reader.__name__))
@pytest.mark.parametrize("letter", ["a", "T", "/", "0", "(", "@", "a@", "-", "1.", " a"])
def test_a_huge_cell_is_refused_without_being_searched(reader: object, letter: str) -> None:
    with pytest.raises(CellError):
        reader(letter * 16_000)  # type: ignore[operator]
