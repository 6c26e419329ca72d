"""What the database derives of a structure on a day, as `rules` does for one that is loaded."""

from datetime import date

from sqlalchemy import ColumnElement, ScalarSelect, case, exists, select

from crm.contacts.models import ContactPoint, NetworkMembership, Structure
from crm.contacts.types import Medium, Standing

PAID, DUE, NO_MEMBER = "reglee", "a_regler", "non"
WITH_EMAIL, WITHOUT_EMAIL = "avec", "sans"


def standing_code(day: date) -> ColumnElement[str]:
    """Return where a structure stands with the network on a day (see `rules.standing_on`)."""
    return case(
        (Structure.closed_on <= day, Standing.CLOSED.value),
        (Structure.dormant_on <= day, Standing.DORMANT.value),
        (Structure.listed_on <= day, Standing.ACTOR.value),
        else_=Standing.PROSPECT.value,
    )


def membership_code(year: int) -> ScalarSelect[str]:
    """Return whether a structure is a member of the network in a year, its fee paid; else NULL."""
    return (
        select(case((NetworkMembership.is_paid, PAID), else_=DUE))
        .where(NetworkMembership.structure_id == Structure.id, NetworkMembership.year == year)
        .correlate(Structure)
        .scalar_subquery()
    )


def email_code() -> ColumnElement[str]:
    """Return whether a structure has an e-mail, its own or a further one."""
    further = exists().where(
        ContactPoint.structure_id == Structure.id, ContactPoint.medium == Medium.EMAIL.value
    )
    has_one = Structure.email.is_not(None) | further.correlate(Structure)
    return case((has_one, WITH_EMAIL), else_=WITHOUT_EMAIL)
