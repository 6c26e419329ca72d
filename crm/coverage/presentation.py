"""What the pages of coverage put together."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core.errors import N_, NotFoundError
from crm.coverage.links import Links, Place
from crm.coverage.queries.places import StateSum, Summary
from crm.coverage.rules import percent
from crm.coverage.types import BLANK, STATE_LABELS, WITH_APPLICATION, Level, Scope, State
from crm.funding.models import FundingScheme
from crm.web.formats import number, round_money
from crm.web.lists import Listing
from crm.web.locale import translate

STATE_TONES = {
    State.OBTAINED: "success",
    State.FILED: "info",
    State.ACCOMPANIED: "accent",
    State.CONTACTED: "neutral",
    State.NONE: "warning",
}
_STATES_OF = {
    "communes": (),
    "with_application": WITH_APPLICATION,
    "covered": WITH_APPLICATION,
    "population": (),
    **{f"communes_{state.value}": (state,) for state in State},
}
_AMOUNTS = frozenset({"requested_cents", "awarded_cents"})
_OBTAINED = frozenset({"obtained", "awarded_cents"})
STATE_RULES = {
    State.OBTAINED: N_(
        "Communes d’où est parti, dans la période, au moins un dossier qui a obtenu un"
        " financement, en tout ou partie."
    ),
    State.FILED: N_(
        "Communes d’où est parti, dans la période, au moins un dossier, et qui n’ont rien obtenu"
        " pour l’instant. Un dossier compte l’année de son dépôt, ou de sa décision si c’est tout"
        " ce qu’on en sait ; ceux qui se préparent ou sont à la corbeille ne comptent pas."
    ),
    State.ACCOMPANIED: N_(
        "Communes sans dossier, où une structure a eu au moins une séance réalisée dans la période."
    ),
    State.CONTACTED: N_(
        "Communes sans dossier ni séance, où nous avons été en contact avec une structure dans la"
        " période : relance faite à son sujet, étape de son accompagnement, mise en relation faite."
    ),
    State.NONE: N_(
        "Communes sans dossier, sans séance et sans contact dans la période. Une commune est dans"
        " un seul état, le plus avancé qu’elle ait atteint."
    ),
}
BLANK_RULE = N_(
    "Une zone blanche est un territoire d’où n’est parti aucun dossier, pour ce dispositif et cette"
    " période, d’aucune structure qui y a son siège. Elle est accompagnée, contactée, ou rien."
    " Le siège d’un dossier est celui du jour du dépôt, ou celui d’aujourd’hui s’il n’était pas"
    " connu ; celui des structures accompagnées et contactées est celui d’aujourd’hui. Une commune"
    " fusionnée depuis compte dans celle d’aujourd’hui, et chaque commune compte une seule fois."
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a row: its column, its text, where it leads, its tone when it is a state.

    `shape` is how its column is laid out: numeric, wide or neither.
    """

    label: str
    text: str
    url: str | None = None
    shape: str = ""
    tone: str | None = None


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A place or a commune: `value` is what ticking it sends, `opens` that its page can be made."""

    code: str
    name: str
    url: str | None
    cells: list[Cell]
    value: str = ""
    opens: bool = False


@dataclass(frozen=True, slots=True)
class StateFigure:
    """A state as a figure: how many communes, how many people, and what it counts."""

    label: str
    communes: int
    share: str | None
    people: str
    url: str
    rule: str


def shown_rows(
    listing: Listing, links: Links, structure_url: Callable[[int], str]
) -> Iterator[ShownRow]:
    """Yield the rows of a page with their cells; `structure_url` gives the address of a record."""
    is_commune = links.level is Level.COMMUNE
    for row in listing.rows:
        place = (links.level, row.id)
        url: str | None = links.communes(place=place)
        if is_commune:
            url = structure_url(row.structure_id) if row.structure_id else None
        yield ShownRow(
            code=row.id,
            name=row.name,
            url=url,
            cells=[_cell(each, row, links, place) for each in listing.shown[1:]],
            value=f"commune:{row.id}",
            opens=is_commune and not row.structure_id,
        )


def _cell(column: Any, row: Any, links: Links, place: Place) -> Cell:
    key, label = column.key, translate(column.label)
    value = getattr(row, key)
    if key == "state":
        state = State(value)
        return Cell(label, translate(STATE_LABELS[state]), tone=STATE_TONES[state])
    if not column.is_numeric:
        return Cell(label, value or "", shape="wide" if column.is_wide else "")
    if value is None:
        return Cell(label, translate(N_("inconnue")), shape="numeric")
    text = round_money(value) if key in _AMOUNTS else number(value)
    return Cell(label, text, _leads_to(key, value, links, place), shape="numeric")


def _leads_to(key: str, value: int, links: Links, place: Place) -> str | None:
    if not value:
        return None
    if key in _STATES_OF:
        is_commune = links.level is Level.COMMUNE
        return None if is_commune else links.communes(*_STATES_OF[key], place=place)
    return links.applications(place, are_obtained=key in _OBTAINED)


def state_figures(found: Summary, links: Links) -> list[StateFigure]:
    """Return a figure for each state of the communes."""
    total = found.all.communes
    return [
        StateFigure(
            label=translate(STATE_LABELS[state]),
            communes=of.communes,
            share=percent(of.communes, total),
            people=people_of(of),
            url=links.communes(state),
            rule=translate(STATE_RULES[state]),
        )
        for state, of in found.states.items()
    ][::-1]


def people_of(found: StateSum) -> str:
    """Return in words how many people live there; what is not known is said."""
    known = translate(N_("%(count)s habitants"), count=number(found.population))
    if not found.unknown:
        return known
    more = translate(N_("et %(count)s commune(s) de population inconnue"), count=found.unknown)
    return f"{known} {more}"


def blank_sum(found: Summary) -> StateSum:
    """Return the communes without an application."""
    return found.of(*BLANK)


def scheme_choices(session: Session) -> list[tuple[str, str]]:
    """Return (id, name) of the schemes that are not in the trash, by name."""
    rows = session.execute(
        select(FundingScheme.id, FundingScheme.name)
        .where(FundingScheme.deleted_at.is_(None))
        .order_by(FundingScheme.sort_name, FundingScheme.id)
    ).tuples()
    return [(str(scheme_id), name) for scheme_id, name in rows]


def scope_words(scope: Scope, schemes: list[tuple[str, str]]) -> str:
    """Return in words what is looked at; raise NotFoundError for a scheme that does not exist."""
    name = translate(N_("tous les dispositifs"))
    if scope.scheme_id is not None:
        name = dict(schemes).get(str(scope.scheme_id), "")
        if not name:
            raise NotFoundError
    years = scope.years
    if years.first == years.last:
        return translate(N_("%(scheme)s, %(year)s"), scheme=name, year=years.first)
    return translate(
        N_("%(scheme)s, de %(first)s à %(last)s"), scheme=name, first=years.first, last=years.last
    )
