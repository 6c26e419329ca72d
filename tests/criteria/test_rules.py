"""Trees in and out of JSON and of URLs: what is not understood is refused with a sentence."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.core.errors import RuleError
from crm.criteria.rules import (
    DEEPEST,
    MOST_LINKS,
    MOST_NODES,
    check_size,
    read_tree,
    tree_from_link,
    tree_from_text,
    tree_to_link,
    write_tree,
)
from crm.criteria.types import Branch, Leaf, Link, Mode, Subject, Tree, walk

GOOD = {"v": 1, "sujet": "structure", "regles": {"tous": [{"c": "famille", "x": {"f": ["a"]}}]}}


def _with(rules: Any) -> dict[str, Any]:
    return {**GOOD, "regles": rules}


def test_a_tree_is_written_short_and_read_back() -> None:
    tree = Tree(
        Subject.CONTACT,
        Branch(
            Mode.ANY,
            (
                Leaf("etiquette", {"tags": ("3", "4")}, is_negated=True),
                Link("structure", {"role": "maire"}, Branch(Mode.NONE, (Leaf("famille"),))),
            ),
        ),
    )
    written = write_tree(tree)
    assert written == {
        "v": 1,
        "sujet": "contact",
        "regles": {
            "un": [
                {"c": "etiquette", "x": {"tags": ["3", "4"]}, "non": True},
                {"c": "structure", "x": {"role": "maire"}, "lien": {"aucun": [{"c": "famille"}]}},
            ]
        },
    }
    assert read_tree(written) == tree
    assert tree_from_link(tree_to_link(tree)) == tree


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "x",
        {},
        {**GOOD, "v": 2},
        {**GOOD, "v": True},
        {**GOOD, "v": "1"},
        {**GOOD, "sujet": "projet"},
        {**GOOD, "de_plus": 1},
        {"v": 1, "sujet": "structure"},
        _with([]),
        _with({"c": "famille"}),
        _with({"tous": [], "un": []}),
        _with({"certains": []}),
        _with({"tous": {}}),
        _with({"tous": [1]}),
        _with({"tous": [{"c": 1}]}),
        _with({"tous": [{"c": ""}]}),
        _with({"tous": [{"c": "x" * 41}]}),
        _with({"tous": [{"c": "a", "non": 1}]}),
        _with({"tous": [{"c": "a", "sql": "1=1"}]}),
        _with({"tous": [{"c": "a", "x": []}]}),
        _with({"tous": [{"c": "a", "x": {"f": 3}}]}),
        _with({"tous": [{"c": "a", "x": {"f": ["a", 3]}}]}),
        _with({"tous": [{"c": "a", "x": {"f": "x" * 2001}}]}),
        _with({"tous": [{"c": "a", "x": {"f": "nul\x00"}}]}),
        _with({"tous": [{"c": "a", "x": {"f": ["a"] * 2001}}]}),
        _with({"tous": [{"c": "a", "lien": {"c": "b"}}]}),
        {**_with({"tous": []}), "sujet": []},
        {**_with({"tous": []}), "sujet": {}},
        _with({"tous": [{"c": "\ud800"}]}),
        _with({"tous": [{"c": "a", "x": {"\udfff": "b"}}]}),
        _with({"tous": [{"c": "a", "x": {"f": "\ud800"}}]}),
        _with({"tous": [{"c": "a", "x": {"f": ["\ud800"]}}]}),
        _with({"tous": [{"c": "a"}] * (MOST_NODES + 1)}),
    ],
)
def test_what_is_not_understood_is_refused(data: Any) -> None:
    with pytest.raises(RuleError) as refusal:
        read_tree(data)
    assert refusal.value.field == "rules"
    assert str(refusal.value).endswith((".", "!"))


def test_depth_and_size_have_limits() -> None:
    deep: Any = {"tous": []}
    for _ in range(DEEPEST):
        deep = {"tous": [deep]}
    assert max(len(path) for path, _ in walk(read_tree(_with(deep)).root)) == DEEPEST
    with pytest.raises(RuleError, match="trop de groupes"):
        read_tree(_with({"tous": [deep]}))
    with pytest.raises(RuleError, match="trop de groupes"):
        read_tree(_with({"tous": [{"tous": [{"tous": [deep]}]}]}))
    linked = Branch(Mode.ALL, (Leaf("a"),))
    for _ in range(MOST_LINKS):
        linked = Branch(Mode.ALL, (Leaf("b"), Link("c", {}, linked)))
    check_size(Tree(Subject.STRUCTURE, linked))
    with pytest.raises(RuleError, match="trop de passages"):
        check_size(Tree(Subject.STRUCTURE, Branch(Mode.ANY, (Link("c", {}, linked),))))
    many = Branch(Mode.ALL, tuple(Leaf("a") for _ in range(MOST_NODES - 1)))
    check_size(Tree(Subject.STRUCTURE, many))
    with pytest.raises(RuleError, match="trop de critères"):
        check_size(Tree(Subject.STRUCTURE, Branch(Mode.ALL, (*many.nodes, Leaf("b")))))


@pytest.mark.parametrize("text", ["", "%%%", "é", "a" * 7000, "eyJ2IjoxfQ", "////", "AAAA"])
def test_a_broken_link_is_refused(text: str) -> None:
    with pytest.raises(RuleError):
        tree_from_link(text)


def test_a_very_deep_text_is_refused() -> None:
    with pytest.raises(RuleError):
        tree_from_text('{"v":1,"sujet":"structure","regles":' + '{"tous":[' * 50_000)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from(["c", "x", "non", "lien", "tous", "un"]),
                                      inner, max_size=3), max_leaves=12))  # fmt: skip
def test_anything_else_is_a_tree_or_a_sentence(rules: Any) -> None:
    link = base64.urlsafe_b64encode(json.dumps(_with(rules)).encode()).rstrip(b"=").decode()
    try:
        tree = tree_from_link(link)
    except RuleError:
        return
    assert read_tree(write_tree(tree)) == tree
