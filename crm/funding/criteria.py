"""What a segment may ask of the applications that structures file."""

from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.criteria.conditions import is_found
from crm.criteria.criterion import Criterion, Field, Values, fixed
from crm.criteria.types import FieldKind, Subject
from crm.funding.models import FundingApplication
from crm.funding.queries.conditions import counted_on, is_filed, is_kept, is_lost, is_obtained
from crm.funding.queries.schemes import all_scheme_options

GROUP = N_("Financements")
FILED, OBTAINED, LOST = "depose", "obtenu", "perdu"
STATES = {
    FILED: N_("déposé"),
    OBTAINED: N_("obtenu"),
    LOST: N_("essuyé un refus pour"),
}
_CONDITIONS = {FILED: is_filed, OBTAINED: is_obtained, LOST: is_lost}
_Beneficiary = aliased(Structure)
SCHEMES = Field(
    name="schemes",
    label=N_("Dispositifs"),
    is_id=True,
    is_needed=False,
    options=all_scheme_options,
    phrase=N_(" sur le dispositif %(value)s"),
    hint=N_("Vide : tous les dispositifs"),
)
YEARS = Field(
    name="years",
    label=N_("Sur combien d’années civiles"),
    kind=FieldKind.NUMBER,
    is_needed=False,
    lowest=1,
    highest=50,
    units=(N_("l’année en cours"), N_("les %(count)s dernières années")),
    phrase=N_(" sur %(value)s"),
    hint=N_("Vide : depuis toujours ; 1 : cette année seulement"),
)


def first_day(values: Values, day: date) -> date:
    """Return the first day of the calendar years that are looked at."""
    years: int | None = values.get("years")
    return date(day.year - years + 1 if years else 1900, 1, 1)


def _has_application(values: Values, day: date) -> ColumnElement[bool]:
    """Return whether a structure filed (or obtained) one; one merged into it since counts too."""
    state = values["state"][0]
    found = (
        select(func.coalesce(_Beneficiary.merged_into_id, _Beneficiary.id))
        .select_from(FundingApplication)
        .join(_Beneficiary, _Beneficiary.id == FundingApplication.beneficiary_id)
        .where(is_kept(), is_filed(), _CONDITIONS.get(state, is_filed)())
    )
    if "years" in values:
        found = found.where(counted_on().between(first_day(values, day), date(day.year, 12, 31)))
    if schemes := values.get("schemes"):
        found = found.where(FundingApplication.scheme_id.in_(schemes))
    return is_found(Structure.id, found)


FUNDING_CRITERIA = (
    Criterion(
        code="dossier",
        label=N_("Dossier de financement"),
        subject=Subject.STRUCTURE,
        group=GROUP,
        yes=N_("ont %(state)s un dossier%(schemes)s%(years)s"),
        no=N_("n’ont %(state)s aucun dossier%(schemes)s%(years)s"),
        fields=(
            Field(
                name="state",
                label=N_("Dossier"),
                is_single=True,
                is_quoted=False,
                options=fixed(STATES),
                default=FILED,
            ),
            SCHEMES,
            YEARS,
        ),
        condition=_has_application,
    ),
)
