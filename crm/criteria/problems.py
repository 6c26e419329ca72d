"""What keeps a tree from being answered: nothing asked, something left out, something deleted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from crm.core.errors import N_, RuleError
from crm.criteria.criterion import Asked, Criterion, Field
from crm.criteria.registry import find_bridge, find_criterion
from crm.criteria.types import Branch, Leaf, Link, Node, Path, Problem, Raw, Subject, Tree
from crm.web.locale import sentence, translate

_NOTHING = N_("Ces règles ne demandent encore rien : ajoutez un critère.")
_EMPTY_BRANCH = N_("Ce groupe est encore vide : ajoutez-y un critère, ou retirez-le.")
_UNKNOWN = N_("Le critère « %(code)s » n’existe plus : retirez-le.")
_UNKNOWN_FIELD = N_("Le critère « %(label)s » ne connaît plus l’un de ses réglages.")
_GONE = N_(
    "« %(label)s » : le choix « %(value)s » n’existe plus. Retirez-le, ou choisissez-en un autre."
)
_IN_CRITERION = N_("« %(label)s » : %(sentence)s")
_TOO_HEAVY = N_(
    "« %(label)s » demande un long calcul : %(count)s au plus dans un segment. Retirez celui-ci."
)
MOST_HEAVY = 8
Names = Mapping[str, str]
NO_NAMES: Names = {}


@dataclass(frozen=True, slots=True)
class Placed:
    """A criterion or a link of a tree, with where it stands and what it is asked of."""

    path: Path
    node: Leaf | Link
    subject: Subject

    @property
    def asked(self) -> Asked | None:
        """Return what it asks; None for what no package knows."""
        if isinstance(self.node, Leaf):
            return find_criterion(self.subject, self.node.code)
        return find_bridge(self.subject, self.node.code)


def placed_nodes(tree: Tree) -> Iterator[Placed]:
    """Yield each criterion and link of a tree, parents first."""
    yield from _placed(tree.root, tree.subject, ())


def _placed(node: Node, subject: Subject, path: Path) -> Iterator[Placed]:
    if isinstance(node, Branch):
        for place, child in enumerate(node.nodes):
            yield from _placed(child, subject, (*path, place))
        return
    yield Placed(path, node, subject)
    if isinstance(node, Link):
        bridge = find_bridge(subject, node.code)
        yield from _placed(node.branch, bridge.target if bridge else subject, path)


def choice_key(code: str, field: str, value: str) -> str:
    """Return under what the name of a choice is kept, for the day it is deleted."""
    return f"{code}:{field}:{value}"


def problems_of(session: Session, tree: Tree, names: Names = NO_NAMES) -> list[Problem]:
    """Return why a tree cannot be answered, in its order; nothing when it can.

    `names` says what choices were called, by `choice_key`.
    """
    if not tree.root.nodes:
        return [_problem((), "", translate(_NOTHING))]
    return [
        *(_problem(path, "", translate(_EMPTY_BRANCH)) for path in _empty_branches(tree.root, ())),
        *(
            problem
            for placed in placed_nodes(tree)
            for problem in _problems(session, placed, names)
        ),
        *_too_heavy(tree),
    ]


def _too_heavy(tree: Tree) -> Iterator[Problem]:
    heavy = [
        placed
        for placed in placed_nodes(tree)
        if isinstance(placed.asked, Criterion) and placed.asked.is_heavy
    ]
    for placed in heavy[MOST_HEAVY:]:
        label = translate(placed.asked.label) if placed.asked else ""
        yield _problem(placed.path, "", translate(_TOO_HEAVY, label=label, count=MOST_HEAVY))


def _empty_branches(node: Node, path: Path) -> Iterator[Path]:
    if isinstance(node, Leaf):
        return
    branch = node.branch if isinstance(node, Link) else node
    if not branch.nodes:
        yield path
    for place, child in enumerate(branch.nodes):
        yield from _empty_branches(child, (*path, place))


def _problem(path: Path, field: str, said: str) -> Problem:
    return Problem(path, field, said, said)


def _problems(session: Session, placed: Placed, names: Names) -> Iterator[Problem]:
    asked, node = placed.asked, placed.node
    if asked is None:
        yield _problem(placed.path, "", translate(_UNKNOWN, code=node.code))
        return
    if not set(node.values) <= {each.name for each in asked.fields}:
        label = translate(asked.label)
        yield _problem(placed.path, "", translate(_UNKNOWN_FIELD, label=label))
        return
    try:
        values = asked.read(node.values)
        if isinstance(asked, Criterion) and asked.check is not None:
            asked.check(values)
    except RuleError as error:
        label, said = translate(asked.label), sentence(error)
        told = translate(_IN_CRITERION, label=label, sentence=said)
        yield Problem(placed.path, error.field, said, told)
        return
    for each in asked.fields:
        for value in gone_values(session, each, node.values.get(each.name)):
            name = names.get(choice_key(asked.code, each.name, value), value)
            said = translate(_GONE, label=translate(asked.label), value=name)
            yield _problem(placed.path, each.name, said)


def gone_values(session: Session, field: Field, raw: Raw | None) -> list[str]:
    """Return the chosen values of a field that do not exist, or no longer."""
    if not field.is_chosen or not raw:
        return []
    values = [each for each in ((raw,) if isinstance(raw, str) else raw) if each]
    known = field.labels(session, values)
    return [each for each in values if each not in known]
