"""What the page of the figures of funding shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from crm.coverage.added import ANY
from crm.coverage.figure_tables import (
    funders_table,
    listed,
    rate_words,
    split_table,
    success_table,
    support_table,
    years_table,
)
from crm.coverage.indicators import CO_FUNDED, INDICATORS, By
from crm.coverage.links import scope_arguments
from crm.coverage.listings.coverage import read_scope
from crm.coverage.listings.filters import Arguments
from crm.coverage.presentation import scheme_choices, scope_words
from crm.coverage.queries.figures import CoFundedLine, Line, co_funding, totals
from crm.coverage.types import Scope
from crm.web.formats import number, round_money
from crm.web.locale import translate


@dataclass(frozen=True, slots=True)
class Card:
    """A figure of the head of the page."""

    value: str
    label: str
    url: str | None
    rule: str


def figures_page(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Return all the figures of the years and the scheme of the URL."""
    scope = read_scope(arguments)
    schemes = scheme_choices(session)
    words = scope_words(scope, schemes)
    whole, others = totals(session, scope), co_funding(session, scope)
    return {
        "scope": scope,
        "scope_words": words,
        "schemes": schemes,
        "scope_url": url_for("funding_figures.index"),
        "coverage_url": url_for("coverage.index", **scope_arguments(scope)),
        "cards": _cards(scope, whole, others),
        "tables": [
            years_table(session, scope),
            *(split_table(session, scope, by) for by in By if by is not By.FUNDER),
            funders_table(session, scope, others),
            support_table(session, scope),
            success_table(session, scope),
        ],
        "rules": INDICATORS.values(),
    }


def _cards(scope: Scope, line: Line, others: Mapping[str, CoFundedLine]) -> list[Card]:
    values = {
        "filed": number(line.filed),
        "requested_cents": round_money(line.requested_cents),
        "expected_cents": round_money(line.expected_cents),
        "decided": number(line.decided),
        "awarded": number(line.awarded),
        "awarded_cents": round_money(line.awarded_cents),
        "success": rate_words(line.awarded, line.decided),
        "co_awarded_cents": round_money(sum(each.awarded_cents for each in others.values())),
    }
    return [
        Card(
            value,
            translate(INDICATORS[code].label),
            listed(scope, code, **({"cofinanceur": ANY} if code == CO_FUNDED.code else {})),
            translate(INDICATORS[code].rule),
        )
        for code, value in values.items()
    ]
