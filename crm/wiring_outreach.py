"""What `wiring` says of reaching people: campaigns, events, segments, mailings, consents."""

from collections import ChainMap

from crm import (
    wiring_attendance,
    wiring_campaigns,
    wiring_consents,
    wiring_events,
    wiring_mailings,
    wiring_segments,
)

_PARTS = (
    wiring_campaigns,
    wiring_events,
    wiring_attendance,
    wiring_segments,
    wiring_mailings,
    wiring_consents,
)

BLUEPRINTS = tuple(each for part in _PARTS for each in part.BLUEPRINTS)
MENU = tuple(each for part in _PARTS for each in part.MENU)
QUICK_ACTIONS = tuple(each for part in _PARTS for each in part.QUICK_ACTIONS)
KINDS = tuple(each for part in _PARTS for each in part.KINDS)
SEARCHED = tuple(each for part in _PARTS for each in part.SEARCHED)
ACTIONS = tuple(each for part in _PARTS for each in part.ACTIONS)
VIEWED_LISTS = tuple(each for part in _PARTS for each in part.VIEWED_LISTS)
EXPORTS = ChainMap(*(dict(part.EXPORTS) for part in _PARTS))
WORDINGS = ChainMap(*(dict(part.WORDINGS) for part in _PARTS))


def connect() -> None:
    """Let the pages of records show what these packages know of them."""
    for part in _PARTS:
        part.connect()
