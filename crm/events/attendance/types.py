"""The fixed words of attendance, and what is read in the file of a meeting tool."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crm.core.errors import N_
from crm.events.types import Match


class Heading(StrEnum):
    """What a column of a file holds; the others are left aside."""

    NAME = "nom_complet"
    FIRST_NAME = "prenom"
    LAST_NAME = "nom"
    EMAIL = "courriel"
    MINUTES = "duree"
    JOINED = "arrivee"
    LEFT = "depart"
    NOTHING = "rien"


HEADING_LABELS = {
    Heading.NOTHING: N_("Ne pas lire"),
    Heading.NAME: N_("Nom complet"),
    Heading.FIRST_NAME: N_("Prénom"),
    Heading.LAST_NAME: N_("Nom de famille"),
    Heading.EMAIL: N_("Courriel"),
    Heading.MINUTES: N_("Durée de présence"),
    Heading.JOINED: N_("Heure d’arrivée"),
    Heading.LEFT: N_("Heure de départ"),
}


class Tool(StrEnum):
    """Which tool made a file, as far as its headings tell."""

    ZOOM = "zoom"
    TEAMS = "teams"
    BBB = "bigbluebutton"


TOOL_LABELS = {
    Tool.ZOOM: N_("Zoom"),
    Tool.TEAMS: N_("Teams"),
    Tool.BBB: N_("BigBlueButton"),
}


class Decision(StrEnum):
    """What becomes of someone in a file."""

    REGISTRATION = "inscription"
    PERSON = "personne"
    NEW = "nouvelle"
    NAME_ONLY = "nom_seul"
    IGNORE = "ignorer"


DECISION_LABELS = {
    Decision.REGISTRATION: N_("Cette inscription"),
    Decision.PERSON: N_("Cette personne"),
    Decision.NEW: N_("Une nouvelle fiche"),
    Decision.NAME_ONLY: N_("Comptée sans fiche"),
    Decision.IGNORE: N_("Ignorée"),
}


@dataclass(frozen=True, slots=True)
class Sitting:
    """One line of a file: someone was there, from when to when where the file says it.

    `seconds` is how long; None where the file does not say.
    """

    number: int
    name: str
    email: str | None
    seconds: int | None
    joined_at: datetime | None
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """Someone in a file, all their sittings together; `numbers` are their lines."""

    numbers: tuple[int, ...]
    name: str
    email: str | None
    email_key: str | None
    minutes: int | None
    sittings: int
    joined_at: datetime | None
    left_at: datetime | None

    @property
    def number(self) -> int:
        """Return their first line."""
        return self.numbers[0]


@dataclass(frozen=True, slots=True)
class FoundTable:
    """Where the people of a file are: the row of its header, its headings, its last row.

    `meanings` gives each heading's own, by the column's place; None where nothing says it.
    """

    header_row: int
    headings: tuple[str, ...]
    meanings: tuple[Heading | None, ...]
    last_row: int
    tool: Tool | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Someone whom a line of a file may be; `match` says by what."""

    registration_id: int | None
    contact_id: int | None
    name: str
    detail: str
    match: Match


@dataclass(frozen=True, slots=True)
class Presence:
    """What someone at the door says of one person: `is_present` None takes it back."""

    is_present: bool | None
    registration_id: int | None = None
    attendance_id: int | None = None


@dataclass(frozen=True, slots=True)
class WalkIn:
    """Someone who came without registering: `contact` and `structure` are a picker's values."""

    contact: str | None = None
    name: str | None = None
    structure: str | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Three different counts of those who came, and how many registered, of one event."""

    people: int
    structures: int
    attendances: int
    absent: int
    seated: int
    without_record: int
