"""Where the figures of coverage lead: to the communes counted, and to the applications."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for

from crm.coverage.added import OUTSIDE, write_places
from crm.coverage.listings.coverage import read_level, read_scope
from crm.coverage.listings.filters import Arguments, territory_choices
from crm.coverage.types import Level, Scope, State
from crm.funding.types import OBTAINED

Place = tuple[Level, str]


def applications_url(**arguments: Any) -> str:
    """Return the list of applications narrowed so."""
    return url_for("applications.index", **arguments)


def scope_arguments(scope: Scope) -> dict[str, Any]:
    """Return the scope as a URL holds it."""
    years: dict[str, Any] = {"de": scope.years.first, "a": scope.years.last}
    return years | ({"dispositif": scope.scheme_id} if scope.scheme_id is not None else {})


def filed_so(scope: Scope, year: int | None = None) -> dict[str, Any]:
    """Return the scope as filters of the list of applications; of one of its years alone."""
    years: dict[str, Any] = {"annee_depot": list(scope.years.all) if year is None else [year]}
    return years | ({"dispositif": scope.scheme_id} if scope.scheme_id is not None else {})


class Links:
    """The addresses that go on from a page of coverage with what it is narrowed to."""

    def __init__(self, arguments: Arguments) -> None:
        self.level = read_level(arguments)
        self.scope = read_scope(arguments)
        self.territory: Mapping[str, Sequence[str]] = territory_choices(arguments)

    def page(self, endpoint: str = "coverage.index", **more: Any) -> str:
        """Return another page of the same scope and territory."""
        return url_for(endpoint, **scope_arguments(self.scope) | dict(self.territory) | more)

    def communes(self, *states: State, place: Place | None = None) -> str:
        """Return the communes in these states (any without), of a place or of all of them."""
        more: dict[str, Any] = {"niveau": Level.COMMUNE.value}
        if place is not None:
            more[place[0].value] = place[1]
        if states:
            more["etat"] = [state.value for state in states]
        return self.page(**more)

    def applications(
        self, place: Place | None = None, *, are_obtained: bool = False, year: int | None = None
    ) -> str:
        """Return the applications counted in the territory, of a place, of a year."""
        wanted = dict(self.territory)
        if place is not None:
            wanted[place[0].value] = [place[1]]
        arguments = filed_so(self.scope, year) | {"lieu": write_places(wanted)}
        if are_obtained:
            arguments["statut"] = [status.value for status in OBTAINED]
        return applications_url(**arguments)

    def outside(self) -> str:
        """Return the applications that come from no commune of the territory."""
        return applications_url(**filed_so(self.scope), lieu=OUTSIDE)
