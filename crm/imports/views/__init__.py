"""The pages of imports."""

from crm.imports.views import files, rows, working
from crm.imports.views.blueprint import blueprint

__all__ = ["blueprint", "files", "rows", "working"]
