"""The pages of introductions: the list, one of them, its message, its outcome."""

from crm.introductions.views import introductions, lists, progress
from crm.introductions.views.blueprint import blueprint

__all__ = ["blueprint", "introductions", "lists", "progress"]
