"""What the directory lets a report count: a figure, its rule in words, the rows behind it."""

from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.contacts.queries.structures import structure_rows
from crm.core.errors import N_

ACTORS_LISTED = "actors_listed"
ACTORS_LISTED_LABEL = N_("acteurs recensés")
ACTORS_LISTED_RULE = N_(
    "Structures entrées dans l’annuaire au plus tard le dernier jour de la période et qui n’étaient"
    " pas fermées ce jour-là. Les fiches sans date d’entrée et celles à la corbeille ne comptent"
    " pas. Deux fiches fusionnées comptent encore pour deux avant le jour de leur fusion."
)


def actors_listed_on(day: date) -> Select[Any]:
    """Select the structures that are in the directory at the end of a day.

    One that was merged into another later was there: a merge moves no past figure.
    """
    return structure_rows(merged_after=day).where(
        Structure.listed_on <= day,
        or_(Structure.closed_on.is_(None), Structure.closed_on > day),
    )


def count_actors_listed_on(session: Session, day: date) -> int:
    """Return the figure: the number of `actors_listed_on`."""
    rows = actors_listed_on(day).with_only_columns(Structure.id).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0
