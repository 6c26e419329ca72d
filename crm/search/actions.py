"""What the search box can do besides finding: open a form filled in, go somewhere."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crm.core.text import words
from crm.web.access import Permission

_VERBS = frozenset("nouveau nouvel nouvelle noter creer ajouter new add log".split())
# Not the articles: they may begin a name.
_LINKS = frozenset("pour avec de du d a au aux un une chez".split())
_SHORTEST_NOUN = 3


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do; `label` is a msgid, `nouns` the folded words that call it.

    What follows the noun completes it: `with_record` takes a picker's value of a record of the
    kinds `takes`, `with_text` the words themselves (None when they make no sense). `label_with`
    then holds %(rest)s. `is_quick` actions are offered before anything is typed.
    """

    label: str
    icon: str
    permission: Permission
    nouns: frozenset[str]
    url: Callable[[], str]
    label_with: str = ""
    takes: tuple[str, ...] = ()
    with_record: Callable[[str], str] | None = None
    with_text: Callable[[str], str | None] | None = None
    is_quick: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Actions that the words typed call, and what follows the noun.

    `is_whole` tells that the noun was typed whole, `has_verb` that « nouveau » or « créer » came
    before it.
    """

    actions: Sequence[Action] = ()
    rest: str = ""
    is_whole: bool = False
    has_verb: bool = False

    def is_sure(self, action: Action) -> bool:
        """Tell whether the action is what was meant, rather than a record of that name."""
        completes = action.with_record is not None or not action.is_quick
        return self.is_whole and (self.has_verb or not self.rest or completes)


_actions: list[Action] = []


def add_action(action: Action) -> None:
    """Offer an action in the search box; twice is once."""
    if not any(action.label == known.label for known in _actions):
        _actions.append(action)


def actions() -> Sequence[Action]:
    """Return every action, in the order of the wiring."""
    return tuple(_actions)


def asked_actions(text: str) -> Asked:
    """Return the actions that these words call: « nouvelle séance pour Béthune », « bilan 2019 ».

    Three letters of a noun are enough when nothing follows.
    """
    tokens = text.split()
    has_verb = bool(tokens) and _folded(tokens[0]) in _VERBS
    tokens = _without_links(tokens[1:]) if has_verb else tokens
    able = [each for each in actions() if each.is_quick or not has_verb]
    if not tokens:
        return Asked(able if has_verb else (), is_whole=True, has_verb=True)
    noun, rest = _folded(tokens[0]), " ".join(_without_links(tokens[1:]))
    if called := [each for each in able if noun in each.nouns]:
        return Asked(called, rest, is_whole=True, has_verb=has_verb)
    if rest or len(noun) < _SHORTEST_NOUN:
        return Asked()
    return Asked([each for each in able if any(one.startswith(noun) for one in each.nouns)])


def creations() -> list[Action]:
    """Return the actions that make a record of the words typed."""
    return [each for each in actions() if each.is_quick and each.with_text is not None]


def _folded(token: str) -> str:
    return "".join(words(token))


def _without_links(tokens: Sequence[str]) -> list[str]:
    kept = list(tokens)
    while kept and all(word in _LINKS for word in words(kept[0])):
        kept.pop(0)
    return kept
