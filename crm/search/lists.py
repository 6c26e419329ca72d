"""Lets a list be searched by words: the best answers first, one typing error forgiven."""

from dataclasses import replace

from sqlalchemy.orm import InstrumentedAttribute, Session

from crm.search.queries import (
    RELEVANCE,
    corrected,
    joined_on_words,
    matching_ids,
    typed_words,
)
from crm.web.list_definition import Narrowing, Sort
from crm.web.lists import Listing
from crm.web.locale import translate


def narrow_by_words(
    session: Session, listing: Listing, kind: str, identity: InstrumentedAttribute[int]
) -> Narrowing:
    """Apply the filters of the URL and the words searched, as typed or, failing that, corrected."""
    narrowing = listing.narrow(session)
    prefixes = typed_words(listing.search)
    if not prefixes:
        return narrowing
    found = _searched(listing, narrowing, kind, identity, prefixes)
    if session.execute(found.statement.limit(1)).first() is None:
        better = corrected(session, kind, prefixes)
        if better is not None:
            found = _searched(listing, narrowing, kind, identity, better)
            found.note = translate(
                "Rien pour « %(typed)s » : voici les résultats pour « %(words)s ».",
                typed=listing.search,
                words=" ".join(better),
            )
    return found


def _searched(
    listing: Listing,
    narrowing: Narrowing,
    kind: str,
    identity: InstrumentedAttribute[int],
    prefixes: list[str],
) -> Narrowing:
    if listing.arguments.get("tri"):
        found = identity.in_(matching_ids(kind, prefixes))
        return replace(
            narrowing,
            statement=narrowing.statement.where(found),
            counted=None if narrowing.counted is None else narrowing.counted.where(found),
        )
    return replace(
        narrowing,
        statement=joined_on_words(narrowing.statement, identity, kind, prefixes),
        counted=None
        if narrowing.counted is None
        else joined_on_words(narrowing.counted, identity, kind, prefixes),
        sort=Sort(RELEVANCE),
    )
