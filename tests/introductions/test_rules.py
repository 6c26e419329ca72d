"""The message names an address only with the agreement of its person."""

from datetime import timedelta

import pytest

from crm.core.errors import RuleError
from crm.introductions.rules import (
    NO_ADDRESS,
    NO_ANSWER,
    NOBODY,
    REFUSAL,
    check_answer,
    check_outcome,
    clean_introduction,
    draft_message,
)
from crm.introductions.types import Answer, DraftPerson, DraftSide, IntroductionData
from tests.support.days import TODAY

pytestmark = pytest.mark.usefixtures("today_stays")
YES = DraftPerson("Awa Diop", "awa@diop.example", Answer.YES)
NO = DraftPerson("Jean Non", "jean@non.example", Answer.NO)
SILENT = DraftPerson("Zoé Muet", "zoe@muet.example")
UNREACHED = DraftPerson("Luc Sans", None)


def test_an_address_appears_only_with_agreement() -> None:
    sides = [DraftSide("Amis du Togo", [YES, NO]), DraftSide("Lycée Hugo", [SILENT, UNREACHED])]
    draft = draft_message(sides, "le Togo.", "Camille")
    assert draft.recipients == ["awa@diop.example"]
    assert "awa@diop.example" in draft.body
    for person in (NO, SILENT):
        assert person.email not in draft.body
        assert person.name in draft.body
    assert draft.missing == [
        (REFUSAL, "Jean Non"),
        (NO_ANSWER, "Zoé Muet"),
        (NO_ADDRESS, "Luc Sans"),
    ]
    assert draft.subject == "Mise en relation : Amis du Togo et Lycée Hugo"
    assert draft.body.endswith("Camille")


def test_nothing_is_missing_when_all_agree() -> None:
    draft = draft_message([DraftSide("A", [YES]), DraftSide("B", [YES])], "x", "C")
    assert draft.missing == []
    assert draft.recipients == ["awa@diop.example"]


def test_three_structures_are_named_as_in_a_sentence() -> None:
    draft = draft_message([DraftSide(name, [YES]) for name in ("A", "B", "C")], "x", "D")
    assert draft.subject == "Mise en relation : A, B et C"


def test_a_side_without_anyone_is_told() -> None:
    draft = draft_message([DraftSide("A", [YES]), DraftSide("B", [])], "x", "C")
    assert draft.missing == [(NOBODY, "B")]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("reason", {"reason": "  "}),
        ("reason", {"reason": "a" * 501}),
        ("others", {"others": ()}),
        ("others", {"others": ("1",)}),
        ("others", {"others": tuple(str(rank) for rank in range(2, 13))}),
        ("other_contacts", {"other_contacts": tuple(str(rank) for rank in range(21))}),
        ("introduced_on", {"introduced_on": TODAY + timedelta(days=1)}),
    ],
)
def test_what_does_not_fit_names_its_field(field: str, changes: dict[str, object]) -> None:
    values = {
        "reason": "Parce que",
        "introduced_on": TODAY,
        "officer_id": 1,
        "asking": ("1",),
        "others": ("2",),
    }
    assert clean_introduction(IntroductionData(**values), TODAY).asking == ("1",)  # type: ignore[arg-type]
    with pytest.raises(RuleError) as refused:
        clean_introduction(IntroductionData(**(values | changes)), TODAY)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_answers_and_outcomes_are_of_their_lists() -> None:
    assert check_answer("oui", "courriel") == ("oui", "courriel")
    assert check_outcome("echange", "  ") == ("echange", None)
    for answer, means in (("peut-être", "courriel"), ("oui", "pigeon")):
        with pytest.raises(RuleError):
            check_answer(answer, means)
    with pytest.raises(RuleError):
        check_outcome("gloire", None)
    with pytest.raises(RuleError):
        check_outcome("rien", "a" * 1001)
