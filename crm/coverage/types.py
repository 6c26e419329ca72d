"""The fixed words of coverage, and what it is asked for."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crm.core.errors import N_


class State(StrEnum):
    """What happened in a place, the highest reached first."""

    OBTAINED = "obtenu"
    FILED = "depose"
    ACCOMPANIED = "accompagne"
    CONTACTED = "contacte"
    NONE = "rien"


STATE_LABELS = {
    State.OBTAINED: N_("Financement obtenu"),
    State.FILED: N_("Dossier déposé"),
    State.ACCOMPANIED: N_("Accompagnée"),
    State.CONTACTED: N_("Contactée"),
    State.NONE: N_("Rien"),
}
# Numbers compare where words do not: the state of a place is the highest of its communes'.
RANKS = {state: rank for rank, state in enumerate(reversed(State))}
WITH_APPLICATION = (State.OBTAINED, State.FILED)
BLANK = (State.ACCOMPANIED, State.CONTACTED, State.NONE)


class Level(StrEnum):
    """How finely a territory is looked at."""

    DEPARTEMENT = "departement"
    ARRONDISSEMENT = "arrondissement"
    EPCI = "epci"
    COMMUNE = "commune"


LEVEL_LABELS = {
    Level.DEPARTEMENT: N_("Départements"),
    Level.ARRONDISSEMENT: N_("Arrondissements"),
    Level.EPCI: N_("EPCI"),
    Level.COMMUNE: N_("Communes"),
}


@dataclass(frozen=True, slots=True)
class Years:
    """Calendar years from a first to a last, both inclusive."""

    first: int
    last: int

    @property
    def start(self) -> date:
        """Return the first day."""
        return date(self.first, 1, 1)

    @property
    def end(self) -> date:
        """Return the last day."""
        return date(self.last, 12, 31)

    @property
    def all(self) -> range:
        """Return each year, in order."""
        return range(self.first, self.last + 1)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at: the applications of these years, to one scheme or to any (None)."""

    years: Years
    scheme_id: int | None = None
