"""News of the index, for those whose words come from other records."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WordsChanged:
    """A record that was in the index is found by other words now: it was renamed, or moved."""

    kind: str
    record_id: int
