"""Whole numbers out of what a request says."""

import re

LARGEST_ID = 2**31 - 1  # what an INTEGER of PostgreSQL holds
_ID = re.compile("[0-9]{1,9}")


def parse_id(text: str | None) -> int | None:
    """Return the id that a text is; None when it is none, or too long to be one."""
    return int(text) if text and _ID.fullmatch(text) else None


def parse_ids(texts: list[str]) -> list[int]:
    """Return the ids among texts, in their order; the others are left out."""
    return [number for text in texts if (number := parse_id(text)) is not None]


def typed_id(text: str | None) -> int:
    """Return an id or a version as a form sends it; zero, which is nobody's, for anything else."""
    return parse_id(text) or 0
