"""The pages of paths: the board, the list, one of them."""

from crm.accompaniment.views import accompaniments, board, lists, stages
from crm.accompaniment.views.blueprint import blueprint

__all__ = ["accompaniments", "blueprint", "board", "lists", "stages"]
