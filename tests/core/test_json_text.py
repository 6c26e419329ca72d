"""JSON as text says what Python's own module would have said."""

import enum
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.core.json_text import json_text, read_json

_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


class _Fruit(enum.StrEnum):
    APPLE = "pomme"


@given(_VALUES)
def test_what_is_written_is_read_back_by_anyone(value: Any) -> None:
    assert read_json(json_text(value)) == json.loads(json_text(value)) == value


@given(_VALUES)
def test_what_was_written_before_is_read_as_it_was(value: Any) -> None:
    assert read_json(json.dumps(value)) == value


@pytest.mark.parametrize(
    "value",
    [
        {"number": 2**80},
        {"half of a pair": "\ud83d"},
        {1: "a", None: "b", False: "c"},
        {"kind": _Fruit.APPLE, "several": (1, 2)},
    ],
)
def test_what_python_writes_is_written_alike(value: Any) -> None:
    assert json.loads(json_text(value)) == json.loads(json.dumps(value))


def test_what_is_no_number_is_read_as_python_wrote_it_and_written_as_nothing() -> None:
    assert read_json("[Infinity]") == [float("inf")]
    assert json_text([float("inf"), float("nan")]) == "[null,null]"


def test_what_json_does_not_know_is_asked_or_refused() -> None:
    assert json.loads(json_text([{1.5j}], str)) == ["{1.5j}"]
    with pytest.raises(TypeError):
        json_text([{1.5j}])


def test_a_day_is_written_as_one_reads_it() -> None:
    assert json_text(date(2019, 3, 12), str) == '"2019-03-12"'


@pytest.mark.parametrize("text", ["", "{", "[1,]", b"\xff"])
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_json(text)
