"""The blueprints that the views of this folder share."""

from flask import Blueprint

messages = Blueprint("messages", __name__, url_prefix="/messages")
message_templates = Blueprint("message_templates", __name__, url_prefix="/modeles-de-message")
ONE_MESSAGE = "/<int:message_id>"
ONE_TEMPLATE = "/<int:template_id>"
