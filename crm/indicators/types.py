"""What a figure is asked for, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from crm.core.errors import N_


@dataclass(frozen=True, slots=True)
class Period:
    """Days from a start to an end, both inclusive."""

    start: date
    end: date

    @classmethod
    def of_year(cls, year: int) -> "Period":
        """Return a calendar year."""
        return cls(date(year, 1, 1), date(year, 12, 31))

    @property
    def years(self) -> range:
        """Return the calendar years that it touches."""
        return range(self.start.year, self.end.year + 1)

    def shared(self, other: "Period") -> "Period | None":
        """Return the days that it shares with another; None for none."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start <= end else None

    @property
    def is_whole_years(self) -> bool:
        """Tell whether it goes from a 1 January to a 31 December."""
        ends_year = (self.end + timedelta(days=1)).year > self.end.year
        return (self.start.month, self.start.day) == (1, 1) and ends_year


class By(StrEnum):
    """What figures can be split by, and narrowed to; the value names it in a URL."""

    FAMILY = "famille"
    DEPARTEMENT = "departement"
    THEME = "theme"
    COUNTRY = "pays"
    KIND = "nature"
    FORMALITY = "appui"
    OFFICER = "suivi"
    AXIS = "axe"
    GROUP = "groupe"
    CAMPAIGN = "campagne"
    SCHEME = "dispositif"
    FUNDER = "financeur"
    SUPPORT = "soutien"
    STAGE = "etape"
    PURPOSE = "finalite"
    ROLE = "role"
    MONTH = "mois"


BY_LABELS: Mapping[By, str] = {
    By.FAMILY: N_("Famille"),
    By.DEPARTEMENT: N_("Département"),
    By.THEME: N_("Thème"),
    By.COUNTRY: N_("Pays"),
    By.KIND: N_("Nature"),
    By.FORMALITY: N_("Formalisé ou ponctuel"),
    By.OFFICER: N_("Suivi par"),
    By.AXIS: N_("Axe"),
    By.GROUP: N_("Groupe"),
    By.CAMPAIGN: N_("Campagne"),
    By.SCHEME: N_("Dispositif"),
    By.FUNDER: N_("Financeur"),
    By.SUPPORT: N_("Notre appui"),
    By.STAGE: N_("Étape"),
    By.PURPOSE: N_("Finalité"),
    By.ROLE: N_("Notre rôle"),
    By.MONTH: N_("Mois"),
}


class Level(StrEnum):
    """Whether a structure counts for itself, or for the one at the top of those it depends on."""

    STRUCTURE = "structure"
    PARENT = "parente"


class Unit(StrEnum):
    """What a figure counts."""

    STRUCTURE = "structure"
    SESSION = "session"
    PROJECT = "project"
    PERSON = "person"
    MEMBERSHIP = "membership"
    EVENT = "event"
    ATTENDANCE = "attendance"
    HEADCOUNT = "headcount"
    CAMPAIGN = "campaign"
    INTRODUCTION = "introduction"
    PATH = "path"
    APPLICATION = "dossier"
    MAILING = "mailing"
    MESSAGE = "message"
    CENTS = "cents"
    PERCENT = "percent"
    NUMBER = "number"


Kept = Mapping[By, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a figure is asked for: a period, and what it is narrowed to.

    `kept` maps what it is narrowed by to the keys that count, any of them: a figure for the axes 3
    and 4 of an agreement has `{By.AXIS: ("3", "4")}`, one of formal support alone
    `{By.FORMALITY: ("formal",)}`. A key is a code or an id as text, "" for « none », `2019-03`
    for a month.
    """

    period: Period
    kept: Kept = field(default_factory=dict, hash=False)
    level: Level = Level.STRUCTURE

    def at(self, period: Period) -> "Scope":
        """Return the same of another period."""
        return replace(self, period=period)

    def narrowed(self, by: By, *keys: str) -> "Scope":
        """Return it narrowed further to these keys; several times by the same, to both."""
        before = self.kept.get(by)
        both = tuple(key for key in keys if before is None or key in before)
        return replace(self, kept={**self.kept, by: both})


@dataclass(frozen=True, slots=True)
class Value:
    """What a figure comes to; zero is a number, None is « not known » or « cannot be said ».

    `words` stand in place of the number (« une soixantaine », « en cours de lancement »), already
    in the reader's language. `is_approximate` says that something in the sum is an estimate,
    `missing` how many of the rows say no number. `problem` is a sentence: why there is no figure.
    `tenths` is the number in tenths where it is not whole, `count` being the nearest whole one.
    `as_of` is the day when it was read, where that is before the period asked.
    """

    count: int | None
    is_approximate: bool = False
    words: str = ""
    missing: int = 0
    problem: str = ""
    tenths: int | None = None
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a split: its key, its label in the reader's language, its figure."""

    key: str
    label: str
    value: Value
