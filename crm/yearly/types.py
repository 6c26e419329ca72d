"""The fixed words of yearly reports, and what a report is once it is counted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from crm.core.errors import N_

_NUMBER = re.compile(r"-?[0-9][0-9.,]*%?")


class ItemKind(StrEnum):
    """What a report is made of, in order; a section holds what follows it."""

    SECTION = "section"
    FIGURE = "chiffre"
    SPLIT = "tableau"
    SERIES = "serie"
    LIST = "liste"
    TEXT = "texte"


ITEM_LABELS: Mapping[ItemKind, str] = {
    ItemKind.SECTION: N_("Partie (axe)"),
    ItemKind.TEXT: N_("Texte libre"),
    ItemKind.FIGURE: N_("Chiffre"),
    ItemKind.SPLIT: N_("Tableau d’un chiffre"),
    ItemKind.SERIES: N_("Série relevée à la main"),
    ItemKind.LIST: N_("Liste de fiches"),
}
ITEM_HINTS: Mapping[ItemKind, str] = {
    ItemKind.SECTION: N_("Un titre ; ce qui suit lui appartient."),
    ItemKind.TEXT: N_("Un paragraphe que l’équipe écrit chaque année."),
    ItemKind.FIGURE: N_("Un nombre, celui de l’an dernier, sa règle."),
    ItemKind.SPLIT: N_("Le même par famille, par thème, par groupe…"),
    ItemKind.SERIES: N_("Les relevés de l’année et leur évolution."),
    ItemKind.LIST: N_("Événements, partenaires, collectivités…"),
}


class PeriodKind(StrEnum):
    """What a year of a report is: from January, or from the anniversary of the agreement."""

    CALENDAR = "civile"
    AGREEMENT = "convention"


PERIOD_LABELS: Mapping[PeriodKind, str] = {
    PeriodKind.CALENDAR: N_("Année civile"),
    PeriodKind.AGREEMENT: N_("Année de la convention, d’anniversaire en anniversaire"),
}


class Support(StrEnum):
    """Which support counts, where a figure tells formal from ad hoc."""

    ALL = "tout"
    FORMAL = "formal"
    AD_HOC = "ad_hoc"


SUPPORT_LABELS: Mapping[Support, str] = {
    Support.ALL: N_("Tout l’accompagnement"),
    Support.FORMAL: N_("Accompagnement formalisé seulement"),
    Support.AD_HOC: N_("Appuis ponctuels seulement"),
}


@dataclass(frozen=True, slots=True)
class DefinitionData:
    """What the form of a report definition says."""

    name: str
    level: str
    period: str = PeriodKind.CALENDAR
    support: str = Support.ALL
    agreement_id: int | None = None
    funder: str | None = None


@dataclass(frozen=True, slots=True)
class ItemData:
    """What the form of an item says; `kept` narrows: {"theme": ["3"]}."""

    title: str | None = None
    code: str | None = None
    by: str | None = None
    kept: Mapping[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of a report as it is printed; `key` is that of a part, "" for a total.

    `count` is None where there is no number to say; `written` is what is read, and `tenths` the
    number in tenths where it is not whole. `kept` is what the figure was narrowed to: with the code
    of its block, it opens the rows behind.
    """

    key: str
    label: str
    count: int | None
    written: str
    previous: int | None
    previous_written: str
    kept: Mapping[str, list[str]]
    problem: str
    tenths: int | None
    previous_tenths: int | None

    @property
    def is_plain(self) -> bool:
        """Tell whether it reads as its whole number and nothing else, as the year before does."""
        is_whole = self.count is not None and self.previous_tenths is None
        return is_whole and "".join(self.written.split()).isdecimal()

    @property
    def is_number(self) -> bool:
        """Tell whether it reads as a number, with its decimal and its unit, and no other word."""
        is_known = self.count is not None
        return is_known and _NUMBER.fullmatch("".join(self.written.split())) is not None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of a series on a day; `delta` is written with its sign."""

    day: str
    written: str
    delta: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record of a list: what it is, when, what we did; `entity` and `record_id` open it.

    One that is not `is_counted` is listed for what became of it, as an event put off.
    """

    title: str
    detail: str = ""
    group: str = ""
    entity: str = ""
    record_id: int | None = None
    is_counted: bool = True


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a report, counted: only what its kind needs is filled.

    The numbers of one that `is_money` are cents. `text_year` is the year that a text was written
    for: another one than the report's says that it is only a starting point. What is `is_carried`
    comes from before the year: a reading of then, a stock of a year to come. `kept` is what its
    item was narrowed to.
    """

    kind: str
    item_id: int
    title: str
    code: str = ""
    rule: str = ""
    unit: str = ""
    by: str = ""
    lines: tuple[Line, ...] = ()
    readings: tuple[Reading, ...] = ()
    entries: tuple[Entry, ...] = ()
    body: str = ""
    text_year: int | None = None
    problem: str = ""
    is_money: bool = False
    kept: Mapping[str, list[str]] = field(default_factory=dict)
    is_percent: bool = False
    is_carried: bool = False

    @property
    def line(self) -> Line | None:
        """Return the total of a block that is one figure."""
        return self.lines[0] if self.lines else None

    @property
    def largest(self) -> int:
        """Return the largest number of a table: what its plot is drawn to."""
        return max((line.count or 0 for line in self.lines), default=0)

    @property
    def is_plotted(self) -> bool:
        """Tell whether a plot says something that the table alone does not."""
        return self.kind == ItemKind.SPLIT and len(self.lines) > 1 and self.largest > 0


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report: an axis, with what belongs to it."""

    item_id: int
    title: str
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A report of a year, counted: what a page shows and a file prints.

    `note` says where its year is not one of its agreement.
    """

    definition_id: int
    name: str
    network: str
    year: int
    start: date
    end: date
    level: str
    support: str
    funder: str
    sections: tuple[Section, ...]
    period_kind: str
    agreement_id: int | None
    note: str

    @property
    def blocks(self) -> list[Block]:
        """Return all the blocks, in order."""
        return [block for section in self.sections for block in section.blocks]

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was counted, read or written in the year."""
        return not any(
            block.entries
            or block.readings
            or (block.body and block.text_year == self.year)
            or (not block.is_carried and any(line.count for line in block.lines))
            for block in self.blocks
        )


@dataclass(frozen=True, slots=True)
class FigureRows:
    """What is behind a figure: a row is `id` of what counts, its record or None, then `columns`.

    `columns` are (key, label, kind). Of figures that count people, the rows hold no name: their
    ids alone. `written` is the figure as it is read, `count` its number (cents where `is_money`),
    `tenths` that in tenths where it is not whole, `unit` the word of it; `measured` is the key of
    the column that says how much a row counts for. The parts of a formula or of a percentage are
    rows, and figures of their own beside it.
    """

    key: str
    title: str
    label: str
    rule: str
    entity: str
    count: int | None
    written: str
    columns: tuple[tuple[str, str, str], ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    problem: str = ""
    unit: str = ""
    is_money: bool = False
    tenths: int | None = None
    measured: str = ""

    @property
    def item_id(self) -> int:
        """Return the item of the report that it is a figure of."""
        return int(self.key.split(":", maxsplit=1)[0])

    @property
    def part(self) -> str:
        """Return what names it among the figures of its item; "" for the figure of the item."""
        return self.key.partition(":")[2]

    def name(self, between: str) -> str:
        """Return its title, then which part of it with words between the two."""
        return f"{self.title}{between}{self.label}" if self.part else self.title


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that was planned in the year and never settled."""

    session_id: int
    day: date
    structures: str
