"""How the words typed are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.core.text import words
from crm.search.index import ranked_words
from crm.search.rules import (
    LONGEST_TEXT,
    LONGEST_WORD,
    MOST_WORDS,
    name_word,
    number_word,
    read_search,
)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("Béthune", ("bethune",)),
        ("BETHUNE  jumelage", ("bethune", "jumelage")),
        ("Mairie de Lens", ("lens",)),
        ("commune de la Couture", ("couture",)),
        ("Ville d’Arras", ("arras",)),
        ("hôtel de ville de Lens", ("lens",)),
        ("mairie", ("mairie",)),
        ("mairie lens", ("mairie", "lens")),
        ("St-Omer", ("saint", "omer")),
        ("Ste Marie", ("sainte", "marie")),
        ("comité de jumelage d'Arras", ("comite", "jumelage", "arras")),
        ("de la", ("de", "la")),
        ("03 20 12", ("032012",)),
        ("+33 3 20 12 34 56", ("0320123456",)),
        ("+33 (0)3.20.12", ("032012",)),
        ("0033320", ("0320",)),
        ("dupont 03 20 12", ("032012", "dupont")),
        ("213 700 123", ("213700123",)),
        ("213 700 123 00015", ("21370012300015",)),
        ("béthune 2018 2019", ("bethune", "2018", "2019")),
        ("W595012345", ("w595012345",)),
        ("Jean.Dupont@Ville-Lens.fr", ("@jean.dupont@ville-lens.fr",)),
        ("2019", ("2019",)),
        ("", ()),
        ("   ", ()),
        ("\x00", ()),
        ("%_*", ()),
        ("@", ()),
    ],
)
def test_what_is_typed_is_read_so(typed: str, wanted: tuple[str, ...]) -> None:
    found = read_search(typed)
    assert sorted(found.wanted) == sorted(wanted)


@given(st.text(max_size=400))
def test_anything_typed_is_read_within_bounds(typed: str) -> None:
    found = read_search(typed)
    assert len(found.text) <= LONGEST_TEXT
    assert found.text.isprintable()
    assert len(found.wanted) <= MOST_WORDS
    assert all(
        0 < len(word) <= LONGEST_WORD and word.isascii() for word in found.wanted if "@" not in word
    )
    assert read_search(found.text).wanted == found.wanted


@given(st.lists(st.text("abéçstœ 'd-", min_size=1, max_size=9), min_size=1, max_size=6))
def test_a_name_typed_as_it_is_written_is_found(parts: list[str]) -> None:
    name = " ".join(parts)
    held = ranked_words([name], names=[name])
    typed = read_search(name)
    assert all(word in held for word in typed.wanted)
    if words(name):
        assert name_word(name) in held


@pytest.mark.parametrize(
    ("number", "word"),
    [
        ("+33320123456", "0320123456"),
        ("0320123456", "0320123456"),
        ("+221338001020", "221338001020"),
        ("62400", "62400"),
    ],
)
def test_a_number_has_one_word(number: str, word: str) -> None:
    assert number_word(number) == word


def test_a_name_is_one_word_without_the_little_ones() -> None:
    assert name_word("Comité de jumelage d’Arras") == "=comite jumelage arras"
    assert name_word("Ville de Lens") == name_word("LENS") == "=lens"
    assert name_word("!!") == ""
