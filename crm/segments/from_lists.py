"""From the filters of a list to the rules of a segment: what has no criterion is said, not lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from flask import url_for
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.core.errors import N_
from crm.criteria.list_filters import nodes_of
from crm.criteria.rules import check_size
from crm.criteria.types import Branch, Node, Subject, Tree
from crm.saved_views.known_lists import find_list
from crm.web.access import Permission
from crm.web.list_additions import ListLink
from crm.web.list_links import Arguments
from crm.web.lists import Listing
from crm.web.locale import translate

SUBJECTS = {"structures": Subject.STRUCTURE, "contacts": Subject.CONTACT}


@dataclass(frozen=True, slots=True)
class Taken:
    """The rules that filters amount to, and those that no criterion says, in words."""

    tree: Tree
    left_out: Sequence[str]


def tree_of_list(session: Session, list_code: str, arguments: Arguments) -> Taken:
    """Return the rules of what the URL of a list filters; raise RuleError when there are too many.

    Raises NotFoundError for a list that is not known.
    """
    listing = find_list(list_code).listing(arguments)
    narrowing = listing.narrow(session)
    chosen = {each.name: values for each, values in narrowing.chosen}
    nodes: list[Node] = []
    left_out: list[str] = []
    for each, values in narrowing.chosen:
        found = nodes_of(list_code, each.name, chosen)
        if found is None:
            names = dict(each.named(session, values))
            said = ", ".join(names.get(value, value) for value in values)
            left_out.append(
                translate(N_("%(label)s : %(value)s"), label=translate(each.label), value=said)
            )
        else:
            nodes += found
    if listing.search:
        left_out.append(translate(N_("Recherche : %(words)s"), words=listing.search))
    tree = Tree(SUBJECTS[list_code], Branch(nodes=tuple(nodes)))
    check_size(tree)
    return Taken(tree, left_out)


def _builder_url(list_code: str, listing: Listing) -> str | None:
    is_narrowed = listing.active_filters or listing.search
    if not is_narrowed or not signed_in().may(Permission.EDIT_NETWORK):
        return None
    return f"{url_for('segments.from_list', list_code=list_code)}?{listing.query}"


LINKS = {
    code: ListLink(
        N_("Enregistrer ces filtres comme segment"),
        "users-group",
        partial(_builder_url, code),
    )
    for code in SUBJECTS
}
