"""Folding, sorting, acronyms and misspellings."""

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from crm.core.text import acronym, deletions, fold, sort_key, words


def test_accents_ligatures_and_punctuation_fold_away() -> None:
    assert fold("Cœuvres-et-Valsery — l’Œuf, À la Grâce") == "coeuvres et valsery l oeuf a la grace"


def test_saint_is_written_in_full() -> None:
    assert words("St-Quentin") == words("SAINT QUENTIN") == ["saint", "quentin"]
    assert words("Ste Marie") == ["sainte", "marie"]


def test_an_acronym_skips_link_words() -> None:
    assert acronym("Comité de jumelage d’Arras") == "cja"
    assert acronym("Béthune") == ""


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert sort_key(text).isascii()


@given(st.text("abcd", min_size=1, max_size=8), st.text("abcd", min_size=1, max_size=8))
def test_two_words_one_error_apart_share_a_deletion(one: str, other: str) -> None:
    if OSA.distance(one, other) <= 1:
        assert deletions(one) & deletions(other)
