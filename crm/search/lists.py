"""Lets a list be searched by words: the best answers first, one typing error forgiven."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from crm.search.queries import (
    RELEVANCE,
    bounds,
    corrected,
    counted_on_words,
    joined_on_words,
    matching_ids,
    parameters,
    typed_words,
)
from crm.web.list_definition import Narrowing, Sort
from crm.web.lists import Listing
from crm.web.locale import translate

_BY_RELEVANCE = Sort(RELEVANCE)


def narrow_by_words(
    session: Session, listing: Listing, kind: str, identity: InstrumentedAttribute[int]
) -> Narrowing:
    """Apply the filters of the URL and the words searched, as typed or, failing that, corrected."""
    narrowing = listing.narrow(session)
    prefixes = typed_words(listing.search)
    if not prefixes:
        return narrowing

    def with_correction() -> Narrowing | None:
        better = corrected(session, kind, prefixes)
        if better is None:
            return None
        note = translate(
            "Rien pour « %(typed)s » : voici les résultats pour « %(words)s ».",
            typed=listing.search,
            words=" ".join(better),
        )
        return replace(_searched(listing, narrowing, kind, identity, better), note=note)

    found = _searched(listing, narrowing, kind, identity, prefixes)
    return replace(found, otherwise=with_correction)


def _searched(
    listing: Listing,
    narrowing: Narrowing,
    kind: str,
    identity: InstrumentedAttribute[int],
    prefixes: list[str],
) -> Narrowing:
    is_sorted = bool(listing.arguments.get("tri"))
    words = parameters(len(prefixes))

    def narrowed() -> tuple[Select[Any], Select[Any] | None]:
        of, counted = narrowing.statement, narrowing.counted
        if is_sorted:
            found = identity.in_(matching_ids(kind, words))
            return of.where(found), None if counted is None else counted.where(found)
        return (
            joined_on_words(of, identity, kind, words),
            None if counted is None else counted_on_words(counted, identity, kind, words),
        )

    statement, counted = listing.definition.keep(
        (narrowing.statement, "words", len(words), is_sorted), narrowed
    )
    return replace(
        narrowing,
        statement=statement,
        counted=counted,
        matching=lambda ids: ids.where(identity.in_(matching_ids(kind, words))),
        words=("words", len(words)),
        sort=None if is_sorted else _BY_RELEVANCE,
        values=narrowing.values | bounds(prefixes),
    )
