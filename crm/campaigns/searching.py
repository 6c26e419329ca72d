"""How the search box leads to campaigns."""

from flask import url_for

from crm.core.errors import N_
from crm.search.actions import Action
from crm.web.access import Permission

NEW_CAMPAIGN = Action(
    N_("Nouvelle campagne"),
    "target",
    Permission.EDIT_NETWORK,
    nouns=frozenset({"campagne", "campagnes"}),
    url=lambda: url_for("campaigns.new"),
)
DIRECTORY = Action(
    N_("Annuaire des mairies"),
    "building-bank",
    Permission.IMPORT,
    nouns=frozenset({"annuaire", "mairies"}),
    url=lambda: url_for("directory.index"),
)
