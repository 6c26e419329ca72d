"""The fixed words of imports."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from crm.core.errors import N_


class ImportKind(StrEnum):
    """What the rows of a file hold."""

    STRUCTURES = "structures"
    CONTACTS = "contacts"
    SESSIONS = "seances"
    MEMBERSHIPS = "groupes"
    PROJECTS = "projets"
    SUBSIDIES = "subventions"


KIND_LABELS = {
    ImportKind.STRUCTURES: N_("Des structures"),
    ImportKind.CONTACTS: N_("Des contacts et leurs structures"),
    ImportKind.SESSIONS: N_("Des séances passées"),
    ImportKind.MEMBERSHIPS: N_("Des membres de groupe"),
    ImportKind.PROJECTS: N_("Des projets"),
    ImportKind.SUBSIDIES: N_("Des subventions obtenues (SCDL)"),
}
# What a file without a word on it most likely adds to the directory of actors.
LISTS_STRUCTURES = frozenset({ImportKind.SESSIONS, ImportKind.MEMBERSHIPS, ImportKind.PROJECTS})


class State(StrEnum):
    """Where an import is in its life."""

    DRAFT = "brouillon"
    PLANNING = "calcul"
    PLANNED = "pret"
    RUNNING = "en_cours"
    DONE = "fait"
    STOPPING = "arret"
    CANCELLED = "abandonne"
    FAILED = "echoue"
    UNDOING = "retrait"
    UNDONE = "retire"


STATE_LABELS = {
    State.DRAFT: N_("À préparer"),
    State.PLANNING: N_("Essai à blanc en cours"),
    State.PLANNED: N_("Prêt à importer"),
    State.RUNNING: N_("Import en cours"),
    State.DONE: N_("Importé"),
    State.STOPPING: N_("Arrêt en cours"),
    State.CANCELLED: N_("Abandonné"),
    State.FAILED: N_("Échoué : rien n’est resté"),
    State.UNDOING: N_("Annulation en cours"),
    State.UNDONE: N_("Annulé"),
}
STATE_TONES = {
    State.DRAFT: "neutral",
    State.PLANNING: "info",
    State.PLANNED: "accent",
    State.RUNNING: "info",
    State.DONE: "success",
    State.STOPPING: "warning",
    State.CANCELLED: "neutral",
    State.FAILED: "danger",
    State.UNDOING: "warning",
    State.UNDONE: "neutral",
}
AT_WORK = frozenset({State.PLANNING, State.RUNNING, State.STOPPING, State.UNDOING})
EDITABLE = frozenset({State.DRAFT, State.PLANNED, State.CANCELLED, State.FAILED})


class Outcome(StrEnum):
    """What becomes of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    TO_DECIDE = "to_decide"
    SKIPPED = "skipped"


OUTCOME_LABELS = {
    Outcome.CREATED: N_("À créer"),
    Outcome.UPDATED: N_("À compléter"),
    Outcome.UNCHANGED: N_("Inchangées"),
    Outcome.REFUSED: N_("Refusées"),
    Outcome.TO_DECIDE: N_("À décider"),
    Outcome.SKIPPED: N_("Laissées de côté"),
}


class OnDuplicate(StrEnum):
    """What to do with a row that looks like a record: ask, or the same for all."""

    ASK = "demander"
    MERGE = "merge"
    KEEP = "keep"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the person chose for the whole file.

    `family` is that of new structures whose family the file does not say; `replaces` lets a
    different value take the place of what is there; `lists` adds new structures to the directory.
    `scheme` is that of subsidies whose scheme the file does not say: `12`, or `12/34` with one of
    its calls.
    """

    family: str | None = None
    replaces: bool = False
    on_duplicate: str = OnDuplicate.ASK
    lists: bool = False
    scheme: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what the database keeps."""
        return {
            "family": self.family,
            "replaces": self.replaces,
            "on_duplicate": str(self.on_duplicate),
            "lists": self.lists,
            "scheme": self.scheme,
        }


@dataclass(frozen=True, slots=True)
class Issue:
    """Why a row cannot come in: a sentence (msgid and its values), and the column it is about."""

    column: int | None
    message: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question: the value kept, and what it is called."""

    value: str
    label: str
    detail: str | None = None
    record: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What only a person can tell; `key` is shared by the rows that one answer settles."""

    key: str
    message: str
    choices: tuple[Choice, ...]
    params: dict[str, Any] = field(default_factory=dict)
    column: int | None = None


@dataclass(slots=True)
class Item:
    """A record that a row speaks of.

    `values` is what the row says, by column of the table; `defaults` what only a new record gets.
    `lists` holds the members of its lists. `links` names the columns that hold the id of another
    item of the row, by its place. `keys` identify it, the surest first. `said` gives the place in
    the file of what is said.
    """

    entity: str
    values: dict[str, Any] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[Any]] = field(default_factory=dict)
    links: dict[str, int] = field(default_factory=dict)
    keys: list[tuple[str, ...]] = field(default_factory=list)
    said: dict[str, int] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Draft:
    """A row as it was understood."""

    number: int
    items: list[Item] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
