"""The list of paths: what it shows and what narrows it."""

from crm.accompaniment.listings.accompaniments import (
    accompaniment_list,
    narrow_by_words,
    with_usual_state,
)

__all__ = ["accompaniment_list", "narrow_by_words", "with_usual_state"]
