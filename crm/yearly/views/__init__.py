"""The pages of yearly reports."""

from crm.yearly.views import closed, closing, definitions, files, items, reports, templates, texts
from crm.yearly.views.blueprint import blueprint

__all__ = [
    "blueprint",
    "closed",
    "closing",
    "definitions",
    "files",
    "items",
    "reports",
    "templates",
    "texts",
]
