"""The lists whose views can be saved, and what of a URL is kept; the wiring names them."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from crm.core.errors import NotFoundError
from crm.web.list_definition import ListDefinition
from crm.web.list_links import Arguments, ListLinks
from crm.web.lists import Listing

_SORT = "tri"


@dataclass(frozen=True, slots=True)
class KnownList:
    """A list by its code: what it is called, and what it is made of for the arguments of a URL."""

    code: str
    label: str
    define: Callable[[Arguments], ListDefinition]

    def listing(self, arguments: Arguments) -> Listing:
        """Return the list as a view of these arguments shows it, without what is no list's."""
        cleaned = _cleaned(arguments)
        return Listing(self.define(cleaned), cleaned)


_known: dict[str, KnownList] = {}


def know_list(known: KnownList) -> None:
    """Let people save views of this list."""
    _known[known.code] = known


def find_list(code: str) -> KnownList:
    """Return a list by its code; raise NotFoundError."""
    if code not in _known:
        raise NotFoundError
    return _known[code]


def read_query(query: str) -> Arguments:
    """Return the arguments that a saved view holds."""
    return MultiDict(parse_qsl(query))


def kept_query(links: ListLinks) -> str:
    """Return what a view keeps of a list's URL: the arguments that the list knows, no others."""
    sort = links.arguments.get(_SORT, "").removeprefix("-")
    if sort and sort not in links.definition.sorts:
        others = [pair for pair in links.arguments.items(multi=True) if pair[0] != _SORT]
        links = ListLinks(links.definition, MultiDict(others))
    return links.query


def opened_query(definition: ListDefinition, query: str) -> str:
    """Return what a saved view opens: only what the list still knows."""
    return kept_query(ListLinks(definition, read_query(query)))


def _cleaned(arguments: Arguments) -> Arguments:
    pairs = arguments.items(multi=True)
    return MultiDict([(name, value.replace("\x00", "")) for name, value in pairs])
