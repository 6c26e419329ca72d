"""JSON as text, by a library in Rust; by Python's own where that one would not."""

import json
from collections.abc import Callable
from typing import Any

import orjson


def json_text(value: Any, default: Callable[[Any], Any] | None = None) -> str:
    """Return a value as JSON; `default` gives what to write for a value that JSON does not know.

    Infinity and what is no number are written as nothing. Raises TypeError without a default.
    """
    try:
        return orjson.dumps(value, default, orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # a number of more than 64 bits, half of a pair of characters
        return json.dumps(value, default=default, separators=(",", ":"))


def read_json(text: str | bytes) -> Any:
    """Return what JSON says, whole numbers of 64 bits at most; raise ValueError when it is none."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:  # NaN, which Python writes and reads
        return json.loads(text)
