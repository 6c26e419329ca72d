"""Texts that hold some letters: the signs of patterns are letters too, capitals do not count."""

import pytest
from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from crm.search.letters import holds_letters


@pytest.mark.parametrize(
    ("text", "typed", "is_held"),
    [
        ("Adjointe au MAIRE", "maire", True),
        ("adjointe au maire", "MAIRE", True),
        ("Trésorière", "trésor", True),
        ("Trésorière", "secrét", False),
        ("100 % bénévole", "100 %", True),
        ("100 bénévoles", "100 %", False),
        ("chargé_e de mission", "é_e", True),
        ("chargée de mission", "é_e", False),
        ("membre / suppléant", "e / s", True),
        ("membre suppléant", "/", False),
    ],
)
def test_letters_are_found_as_they_are(
    session: Session, text: str, typed: str, is_held: bool
) -> None:
    assert session.scalar(select(holds_letters(literal(text), typed))) == is_held
