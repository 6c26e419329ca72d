"""What each page of coverage shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.coverage.links import Links, scope_arguments
from crm.coverage.listings.filters import (
    Arguments,
    chosen_values,
    territory_conditions,
    territory_filters,
)
from crm.coverage.presentation import (
    BLANK_RULE,
    blank_sum,
    people_of,
    scheme_choices,
    scope_words,
    shown_rows,
    state_figures,
)
from crm.coverage.queries.communes import CommuneFacts
from crm.coverage.queries.places import (
    NOWHERE,
    count_communes,
    count_filed,
    place_rows,
    summary,
    year_lines,
)
from crm.coverage.rules import SHADES, percent, shade_of, short_name
from crm.coverage.types import BLANK, LEVEL_LABELS, WITH_APPLICATION, Level
from crm.territories.models import Departement, Epci
from crm.web.lists import Listing
from crm.web.locale import translate

PEOPLE = "population"
_OF_SCOPE = frozenset({"de", "a", "dispositif"})


@dataclass(frozen=True, slots=True)
class Tile:
    """An EPCI as a tile: a short name, how much of it has an application, and its communes."""

    name: str
    whole_name: str
    figure: str
    detail: str
    shade: int
    url: str


@dataclass(frozen=True, slots=True)
class TileGroup:
    """The EPCI that have their seat in a département."""

    name: str
    tiles: Sequence[Tile]


def coverage_page(session: Session, listing: Listing) -> dict[str, Any]:
    """Return what the list of places or communes shows around its rows."""
    links = Links(listing.arguments)
    found = summary(session, CommuneFacts(links.scope), territory_conditions(listing.arguments))
    is_commune = links.level is Level.COMMUNE

    def structure_url(structure_id: int) -> str:
        return url_for("structures.show", structure_id=structure_id)

    return {
        "listing": listing,
        "rows": list(shown_rows(listing, links, structure_url)),
        "is_commune": is_commune,
        "level": links.level,
        "caption": translate(LEVEL_LABELS[links.level]),
        "summary": found,
        "figures": state_figures(found, links),
        "blank": blank_sum(found),
        "blank_url": links.communes(*BLANK),
        "covered": people_of(found.of(*WITH_APPLICATION)),
        "applications_url": links.applications(),
        "obtained_url": links.applications(are_obtained=True),
        **_outside(session, links, found.filed),
        **_frame(session, links, listing.arguments, "coverage.index"),
        "hidden": [pair for pair in listing.kept_but_columns if pair[0] not in _OF_SCOPE],
    }


def tiles_page(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Return the tiles of each département, shaded by communes or by population."""
    links = Links(arguments)
    is_by_people = arguments.get("mesure") == PEOPLE
    rows = session.execute(
        place_rows(CommuneFacts(links.scope), Level.EPCI, territory_conditions(arguments))
    ).all()
    seats = dict(session.execute(select(Epci.siren, Epci.departement_code)).tuples().all())
    names = dict(session.execute(select(Departement.code, Departement.name)).tuples().all())
    groups: dict[str, list[Tile]] = {}
    for row in sorted(rows, key=lambda each: (each.sort_name, each.id)):
        tile = _tile(row, links, is_by_people=is_by_people)
        groups.setdefault(seats.get(row.id, ""), []).append(tile)
    more = {"mesure": PEOPLE} if is_by_people else {}
    return {
        "groups": [
            TileGroup(f"{names[code]} ({code})" if code else translate(N_("Sans EPCI")), tiles)
            for code, tiles in sorted(groups.items(), key=lambda pair: (not pair[0], pair[0]))
        ],
        "shades": _shade_words(),
        "is_by_people": is_by_people,
        "by_communes_url": links.page("coverage.tiles"),
        "by_people_url": links.page("coverage.tiles", mesure=PEOPLE),
        **_outside(session, links, sum(row.filed for row in rows)),
        **_frame(session, links, arguments, "coverage.tiles", more),
    }


def years_page(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Return each year's communes, applications and euros, with where each figure leads."""
    links = Links(arguments)
    conditions = territory_conditions(arguments)
    lines = year_lines(session, links.scope, conditions)
    return {
        "lines": [(line, *_of_year(links, line.year)) for line in lines],
        "most": max((line.communes for line in lines), default=0),
        "communes": count_communes(session, conditions),
        "percent": percent,
        **_frame(session, links, arguments, "coverage.years"),
    }


def _outside(session: Session, links: Links, inside: int) -> dict[str, Any]:
    """Return how many applications no commune counts, said beside the whole territory alone."""
    outside = 0 if links.territory else count_filed(session, links.scope) - inside
    return {"outside": outside, "outside_url": links.outside()}


def _of_year(links: Links, year: int) -> tuple[str, str, str]:
    """Return where a year's communes, applications and awards are listed."""
    states = [state.value for state in WITH_APPLICATION]
    communes = links.page(niveau=Level.COMMUNE.value, de=year, a=year, etat=states)
    return (
        communes,
        links.applications(year=year),
        links.applications(year=year, are_obtained=True),
    )


def _frame(
    session: Session,
    links: Links,
    arguments: Arguments,
    endpoint: str,
    kept: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Return what all these pages share: what is looked at, the form for it, the tabs."""
    schemes = scheme_choices(session)
    here = links.level if endpoint == "coverage.index" else None
    tabs = [
        (translate(label), links.page(niveau=level.value), level is here)
        for level, label in LEVEL_LABELS.items()
    ]
    tabs += [
        (translate(N_("Tuiles")), links.page("coverage.tiles"), endpoint == "coverage.tiles"),
        (translate(N_("Années")), links.page("coverage.years"), endpoint == "coverage.years"),
    ]
    hidden = [(name, value) for name, values in links.territory.items() for value in values]
    hidden += list((kept or {}).items())
    return {
        "scope": links.scope,
        "scope_words": scope_words(links.scope, schemes),
        "schemes": schemes,
        "scope_url": url_for(endpoint),
        "figures_arguments": scope_arguments(links.scope),
        "hidden": hidden,
        "tabs": tabs,
        "rule": BLANK_RULE,
        "narrowed": _territory_words(session, arguments),
        "whole_url": url_for(endpoint, **scope_arguments(links.scope)),
    }


def _territory_words(session: Session, arguments: Arguments) -> list[str]:
    """Return in words what the URL chooses of the territory."""
    return [
        label
        for each in territory_filters()
        if (values := chosen_values(arguments, each.name))
        for _value, label in each.named(session, values)
    ]


def _tile(row: Any, links: Links, *, is_by_people: bool) -> Tile:
    part, whole = row.with_application, row.communes
    if is_by_people:
        part, whole = row.covered, row.population
    share = percent(part, whole)
    figure = translate(N_("inconnue")) if share is None else translate(N_("%(n)s %%"), n=share)
    detail = translate(
        N_("%(part)s sur %(whole)s communes ont un dossier"),
        part=row.with_application,
        whole=row.communes,
    )
    name = row.name if row.id == NOWHERE else short_name(row.name)
    url = links.communes(place=(Level.EPCI, row.id))
    return Tile(name, row.name, figure, detail, shade_of(part, whole), url)


def _shade_words() -> list[tuple[int, str]]:
    """Return each shade with what it means."""
    step = 100 // SHADES
    words = [(0, translate(N_("aucun dossier")))]
    for shade in range(1, SHADES + 1):
        least, most = (shade - 1) * step, shade * step
        said = (
            translate(N_("jusqu’à %(most)s %%"), most=most)
            if shade == 1
            else translate(N_("plus de %(least)s à %(most)s %%"), least=least, most=most)
        )
        words.append((shade, said))
    return words
