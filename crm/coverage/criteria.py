"""What a segment may ask of the commune where a structure has its seat: zones blanches."""

from datetime import date

from sqlalchemy import ColumnElement, select

from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.coverage.queries.communes import filed_applications
from crm.coverage.types import Scope, Years
from crm.criteria.conditions import is_among
from crm.criteria.criterion import Criterion, Values
from crm.criteria.types import Subject
from crm.funding.criteria import GROUP, SCHEMES, YEARS, first_day
from crm.funding.models import FundingApplication


def _is_where_some_filed(values: Values, day: date) -> ColumnElement[bool]:
    years = Years(first_day(values, day).year, day.year)
    filed = filed_applications(Scope(years)).where(*_of_schemes(values)).subquery()
    return is_among(Structure.commune_code, select(filed.c.code).where(filed.c.code.is_not(None)))


def _of_schemes(values: Values) -> list[ColumnElement[bool]]:
    schemes = values.get("schemes")
    return [FundingApplication.scheme_id.in_(schemes)] if schemes else []


COVERAGE_CRITERIA = (
    Criterion(
        code="commune_couverte",
        label=N_("Commune couverte (ou zone blanche)"),
        subject=Subject.STRUCTURE,
        group=GROUP,
        yes=N_("ont leur siège dans une commune d’où un dossier est parti%(schemes)s%(years)s"),
        no=N_(
            "n’ont pas leur siège dans une commune d’où un dossier est parti%(schemes)s%(years)s"
        ),
        fields=(SCHEMES, YEARS),
        condition=_is_where_some_filed,
    ),
)
