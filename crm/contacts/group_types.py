"""The fixed words of groups, and what their forms say."""

from dataclasses import dataclass
from datetime import date

from crm.contacts.types import GroupKind, GroupStatus
from crm.core.errors import N_

KIND_LABELS = {
    GroupKind.COUNTRY: N_("Groupe-pays"),
    GroupKind.COMMISSION: N_("Commission"),
}
GROUP_STATUS_LABELS = {
    GroupStatus.STARTING: N_("En cours de lancement"),
    GroupStatus.ACTIVE: N_("Actif"),
    GroupStatus.CLOSED: N_("Clos"),
    GroupStatus.MERGED: N_("Fusionné"),
}


@dataclass(frozen=True, slots=True)
class GroupData:
    """What a form says of a group; the country, the theme and the kind are checked later."""

    name: str
    kind: str
    country_code: str | None = None
    theme_id: int | None = None
    description: str | None = None
    launched_on: date | None = None
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """Days from one to another, both inclusive; without an end, until further news."""

    start_on: date
    end_on: date | None = None
