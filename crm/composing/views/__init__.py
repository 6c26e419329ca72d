"""The pages of messages and of their templates."""

from crm.composing.views import blocks, headings, identity, lists, messages, previews, templates
from crm.composing.views.blueprints import message_templates as templates_blueprint
from crm.composing.views.blueprints import messages as messages_blueprint

BLUEPRINTS = (messages_blueprint, templates_blueprint)
__all__ = [
    "BLUEPRINTS",
    "blocks",
    "headings",
    "identity",
    "lists",
    "messages",
    "previews",
    "templates",
]
