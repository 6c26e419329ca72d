"""The pages of accounts; each module adds its routes to its blueprint."""

from crm.accounts.views import drafts, login, passwords, profile, second_factor
from crm.accounts.views.blueprint import blueprint as accounts
from crm.accounts.views.login import login_page
from crm.accounts.views.users import blueprint as users

__all__ = [
    "BLUEPRINTS",
    "drafts",
    "login",
    "login_page",
    "passwords",
    "profile",
    "second_factor",
]

BLUEPRINTS = (accounts, users)
