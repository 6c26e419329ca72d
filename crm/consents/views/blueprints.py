"""The blueprints of consents: those of the public, and those of the team."""

from flask import Blueprint

subscription = Blueprint("subscription", __name__, url_prefix="/abonnement")
preferences = Blueprint("preferences", __name__, url_prefix="/preferences")
unsubscribe = Blueprint("unsubscribe", __name__, url_prefix="/desabonnement")
objections = Blueprint("objections", __name__, url_prefix="/administration/oppositions")
wordings = Blueprint("wordings", __name__, url_prefix="/administration/textes-accord")
choices = Blueprint("choices", __name__)
reviews = Blueprint("reviews", __name__, url_prefix="/administration/abonnements")
