"""The pages of mailings, and what the readers of their messages open."""

from crm.mailings.views import audiences, departures, letters, lists, mailings, recipients
from crm.mailings.views.blueprints import blueprint, letters_blueprint

BLUEPRINTS = (blueprint, letters_blueprint)

__all__ = ["BLUEPRINTS", "audiences", "departures", "letters", "lists", "mailings", "recipients"]
