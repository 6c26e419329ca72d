"""The pages of consents."""

from crm.consents.views import blueprints as _made
from crm.consents.views import (
    choices,
    objections,
    preferences,
    reviews,
    subscription,
    unsubscribe,
    wordings,
)

BLUEPRINTS = (
    _made.subscription,
    _made.preferences,
    _made.unsubscribe,
    _made.objections,
    _made.wordings,
    _made.choices,
    _made.reviews,
)
__all__ = [
    "BLUEPRINTS",
    "choices",
    "objections",
    "preferences",
    "reviews",
    "subscription",
    "unsubscribe",
    "wordings",
]
