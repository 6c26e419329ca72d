"""The rules of reports: pure."""

import pytest

from crm.core.errors import RuleError
from crm.yearly import prose, rules
from crm.yearly.types import DefinitionData, ItemData, ItemKind


def test_canonical_json_is_written_in_one_way() -> None:
    assert rules.canonical_json({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()
    assert rules.digest_of(b"") == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    with pytest.raises(ValueError, match="JSON"):
        rules.canonical_json(float("nan"))


def test_rows_that_moved_are_those_of_one_side_alone() -> None:
    moved = rules.moved_rows([(1, "a"), (2, "b")], [(2, "other name"), (3, "c")], measured=None)
    assert moved == rules.Moved([(3, "c")], [(1, "a")], [])


def test_a_row_that_counts_for_another_amount_is_changed() -> None:
    before, now = [(1, "a", 5), (2, "b", 7)], [(2, "other name", 7), (1, "a", 6)]
    moved = rules.moved_rows(before, now, measured=2)
    assert moved == rules.Moved([], [], [((1, "a", 5), (1, "a", 6))])
    moved = rules.moved_rows([(1, "day", 5)], [(9, "day", 6)], identity=1, measured=2)
    assert moved.changed == [((1, "day", 5), (9, "day", 6))]


def test_rows_that_are_listed_twice_are_told_apart_by_their_place() -> None:
    before, now = [(1, "a"), (1, "b")], [(1, "a"), (1, "c"), (1, "d")]
    moved = rules.moved_rows(before, now, measured=1)
    assert moved == rules.Moved([(1, "d")], [], [((1, "b"), (1, "c"))])


@pytest.mark.parametrize(
    ("text", "names", "is_broken"),
    [
        ("{{ titre }} de {{annee}}", ["titre", "annee"], False),
        ("rien", [], False),
        ("{{ deux  mots }}", ["deux mots"], False),
        ("{{ un", [], True),
        ("}} fin", [], True),
        ("{% if x %}", [], True),
    ],
)
def test_fields_of_a_text(text: str, names: list[str], is_broken: bool) -> None:
    assert rules.fields_in(text) == names
    assert rules.has_broken_field(text) is is_broken


def test_an_item_keeps_what_its_kind_needs() -> None:
    data = ItemData("Titre", "sessions_done", "famille", {"theme": ["3"]})
    assert rules.clean_item(ItemKind.TEXT, data) == ItemData("Titre")
    assert rules.clean_item(ItemKind.FIGURE, data).by is None
    assert rules.clean_item(ItemKind.SERIES, data).kept == {}
    with pytest.raises(RuleError) as error:
        rules.clean_item(ItemKind.SECTION, ItemData(" "))
    assert error.value.field == "title"


@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("name", DefinitionData(" ", "structure")),
        ("level", DefinitionData("R", "x")),
        ("period", DefinitionData("R", "structure", "x")),
        ("support", DefinitionData("R", "structure", support="x")),
        ("agreement", DefinitionData("R", "structure", "convention")),
    ],
)
def test_a_definition_names_the_field_that_is_wrong(field: str, data: DefinitionData) -> None:
    with pytest.raises(RuleError) as error:
        rules.clean_definition(data)
    assert error.value.field == field


def test_moving_goes_no_further_than_the_ends() -> None:
    assert rules.moved_to([1, 2, 3], 3, 0) == [3, 1, 2]
    assert rules.moved_to([1, 2, 3], 1, 99) == [2, 3, 1]
    assert rules.moved_to([1, 2, 3], 2, -4) == [2, 1, 3]


def test_markdown_becomes_paragraphs() -> None:
    found = prose.paragraphs_of("# Un\n\nTexte **gras**\n\n- a\n  - b\n\n1. x\n2. y\n\n> cité")
    assert [(each.kind, each.depth, each.number, each.text) for each in found] == [
        (prose.TITLE, 0, 0, "Un"),
        (prose.PARAGRAPH, 0, 0, "Texte gras"),
        (prose.BULLET, 1, 0, "a"),
        (prose.BULLET, 2, 0, "b"),
        (prose.NUMBER, 1, 1, "x"),
        (prose.NUMBER, 1, 2, "y"),
        (prose.QUOTE, 0, 0, "cité"),
    ]
    assert [run.is_bold for run in found[1].runs] == [False, True]
