"""Reads of the geography that the process's database holds."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

OFFICIAL = Path("/work/shared/data")


@pytest.fixture
def official() -> Callable[[str], list[dict[str, str]]]:
    """Return a reader of the official files, where this machine has them."""

    def read(name: str) -> list[dict[str, str]]:
        path = OFFICIAL / name
        if not path.is_file():
            pytest.skip(f"{name} is not on this machine")
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return read
