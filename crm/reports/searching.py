"""How the search box leads to a year's report."""

import re

from flask import url_for

from crm.core.errors import N_
from crm.search.actions import Action
from crm.web.access import Permission

_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


def _year_address(text: str) -> str | None:
    return url_for("reports.year", year=int(text)) if _YEAR.fullmatch(text) else None


YEAR_REPORT = Action(
    N_("Bilan"),
    "chart-bar",
    Permission.READ_REPORTS,
    nouns=frozenset({"bilan"}),
    url=lambda: url_for("reports.index"),
    label_with=N_("Bilan %(rest)s"),
    with_text=_year_address,
)
