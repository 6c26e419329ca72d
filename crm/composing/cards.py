"""Events whose cards a message can show: whoever knows them is named by the wiring."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Card:
    """What the card of an event says; `name` tells it from others when one is chosen."""

    event_id: int
    name: str
    title: str
    when: str
    place: str
    link: str


Shelf = Callable[[Session], Sequence[Card]]

_shelves: list[Shelf] = []


def offer_cards(shelf: Shelf) -> None:
    """Offer the cards that `shelf(session)` returns; twice is once."""
    if shelf not in _shelves:
        _shelves.append(shelf)


def cards(session: Session) -> list[Card]:
    """Return the cards that may be chosen, the next events first."""
    return [card for shelf in _shelves for card in shelf(session)]
