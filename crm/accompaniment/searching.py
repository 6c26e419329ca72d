"""How the search box leads to the paths."""

from flask import url_for

from crm.core.errors import N_
from crm.search.actions import Action
from crm.web.access import Permission

ACCOMPANIMENTS = Action(
    N_("Accompagnements"),
    "target-arrow",
    Permission.READ_NETWORK,
    nouns=frozenset({"accompagnement", "accompagnements", "parcours"}),
    url=lambda: url_for("accompaniments.board"),
)
