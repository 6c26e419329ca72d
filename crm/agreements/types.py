"""The fixed words of agreements, and what forms say of them."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from crm.core.errors import N_


class Rhythm(StrEnum):
    """When a target is due: in each year of the agreement, in one of them, or by its end."""

    YEARLY = "chaque_annee"
    ONE_YEAR = "une_annee"
    WHOLE = "convention"


RHYTHM_LABELS = {
    Rhythm.YEARLY: N_("Chaque année de la convention"),
    Rhythm.ONE_YEAR: N_("Une année précise"),
    Rhythm.WHOLE: N_("Sur toute la convention"),
}


@dataclass(frozen=True, slots=True)
class AgreementData:
    """What the form of an agreement says; `new_axes` are labels, in their order."""

    name: str
    starts_on: date | None
    ends_on: date | None
    funders: tuple[str, ...] = ()
    reference: str | None = None
    notes: str | None = None
    axis_ids: tuple[int, ...] = ()
    new_axes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionData:
    """What the form of a planned action says.

    `target_text` is the target as the agreement words it; the number is read in it unless said.
    `kept` narrows the figure that counts: `theme:3`.
    """

    label: str
    axis_id: int | None = None
    target_text: str | None = None
    target_count: int | None = None
    rhythm: str = Rhythm.YEARLY
    year: int | None = None
    figure_code: str | None = None
    by_axis: bool = True
    kept: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class RecordData:
    """Something done for an action, noted by hand."""

    done_on: date | None
    what: str
    count: int | None = 1
    source: str | None = None
