"""What narrows the list of sessions alone, and no count: what is to confirm, what it is about."""

from sqlalchemy import CTE, ColumnElement, Select, and_, func, literal, select

from crm.core import clock
from crm.core.errors import N_
from crm.followups.models import AccompanimentSession
from crm.followups.types import SessionStatus
from crm.web.list_definition import Filter
from crm.web.locale import translate

EXPECTED = "attendue"


def own_filters() -> list[Filter]:
    """Return the filters that the list of sessions has besides those of the counts."""
    return [
        Filter(
            "confirmation",
            N_("Confirmation"),
            lambda _values: _is_to_confirm(),
            lambda _session: [(EXPECTED, translate(N_("Prévues à confirmer")))],
            everything_label=N_("Toutes"),
            tally=_tally_to_confirm,
        ),
    ]


def _is_to_confirm() -> ColumnElement[bool]:
    return and_(
        AccompanimentSession.status == SessionStatus.PLANNED,
        AccompanimentSession.held_on < clock.today(),
    )


def _tally_to_confirm(found: CTE) -> Select[tuple[str, int]]:
    return select(literal(EXPECTED), func.count()).where(
        AccompanimentSession.id.in_(select(found.c.id)), _is_to_confirm()
    )
