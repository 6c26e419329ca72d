"""The pages of segments."""

from crm.segments.views import answers, builder, from_lists, lists, pages, steps
from crm.segments.views.blueprint import blueprint

__all__ = ["answers", "blueprint", "builder", "from_lists", "lists", "pages", "steps"]
