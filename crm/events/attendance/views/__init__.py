"""The pages of attendance."""

from crm.events.attendance.views import files, following, lists
from crm.events.attendance.views.blueprint import blueprint

__all__ = ["blueprint", "files", "following", "lists"]
