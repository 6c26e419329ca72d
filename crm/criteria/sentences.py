"""A tree in French: what a segment means, as one would say it."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from crm.core.errors import N_, RuleError
from crm.criteria.criterion import Asked, Bridge, Field
from crm.criteria.problems import NO_NAMES, Names, choice_key
from crm.criteria.registry import find_bridge, find_criterion
from crm.criteria.types import Branch, FieldKind, Leaf, Link, Mode, Node, Raw, Subject, Tree
from crm.web.formats import long_date, number
from crm.web.locale import translate

_WHOM = {
    Subject.STRUCTURE: N_("Les structures qui %(what)s."),
    Subject.CONTACT: N_("Les personnes qui %(what)s."),
}
_NOBODY = N_("Personne : aucun critère n’est encore posé.")
_JOINTS = {Mode.ALL: N_(" et qui "), Mode.ANY: N_(" ou qui "), Mode.NONE: N_(" ; ")}
_NONE_OF = N_("ne remplissent aucune de ces conditions (%(conditions)s)")
_LAST_OR = N_("%(first)s ou %(last)s")
_UNKNOWN = N_("remplissent un critère qui n’existe plus (« %(code)s »)")
_QUOTED = N_("« %(label)s »")
_GONE = N_("un choix supprimé (%(value)s)")
_UNSAID = "…"


def sentence_of(session: Session, tree: Tree, names: Names = NO_NAMES) -> str:
    """Return the sentence that says whom a tree keeps, in the reader's language.

    `names` says what choices were called that exist no longer, by `choice_key`.
    """
    if not tree.root.nodes:
        return translate(_NOBODY)
    what = _Teller(session, names).tell_branch(tree.root, tree.subject, is_outermost=True)
    return translate(_WHOM[tree.subject], what=what).replace(f"{_UNSAID}.", _UNSAID)


def tell_node(session: Session, node: Node, subject: Subject) -> str:
    """Return the words of one node: « ont l’étiquette « Climat » »."""
    teller = _Teller(session, NO_NAMES)
    if isinstance(node, Branch):
        return teller.tell_branch(node, subject, is_outermost=True)
    return teller.tell_asked(node, subject)


class _Teller:
    """Says nodes in words."""

    def __init__(self, session: Session, names: Names) -> None:
        self.session, self.names = session, names

    def tell_branch(
        self,
        branch: Branch,
        subject: Subject,
        *,
        is_outermost: bool = False,
        is_followed: bool = False,
    ) -> str:
        """Return the words of a branch; what comes after it, if anything, is told apart."""
        inner = is_followed or len(branch.nodes) > 1
        said = [
            self.tell_branch(node, subject, is_followed=inner)
            if isinstance(node, Branch)
            else self.tell_asked(node, subject, is_followed=inner)
            for node in branch.nodes
        ] or [_UNSAID]
        told = translate(_JOINTS[branch.mode]).join(said)
        if branch.mode is Mode.NONE:
            return translate(_NONE_OF, conditions=told)
        return told if is_outermost or len(said) == 1 else f"({told})"

    def tell_asked(self, node: Leaf | Link, subject: Subject, *, is_followed: bool = False) -> str:
        """Return the words of a criterion; those of a link end in brackets where more follows."""
        asked: Asked | None
        if isinstance(node, Leaf):
            asked = find_criterion(subject, node.code)
        else:
            asked = find_bridge(subject, node.code)
        if asked is None:
            return translate(_UNKNOWN, code=node.code)
        parts = {each.name: self._field(asked, each, node.values) for each in asked.fields}
        if isinstance(asked, Bridge) and isinstance(node, Link):
            told = self.tell_branch(node.branch, asked.target)
            is_bare = is_followed and len(node.branch.nodes) == 1
            parts["branch"] = f"({told})" if is_bare else told
        return translate(asked.no if node.is_negated else asked.yes, **parts)

    def _field(self, asked: Asked, field: Field, values: Mapping[str, Raw]) -> str:
        raw = values.get(field.name)
        value = self._value(asked, field, raw) if raw else ""
        if not value:
            return _UNSAID if field.is_needed else ""
        return translate(field.phrase, value=value)

    def _value(self, asked: Asked, field: Field, raw: Raw) -> str:
        if field.is_chosen:
            chosen = [each for each in ((raw,) if isinstance(raw, str) else raw) if each]
            return listed(self._choices(asked, field, chosen))
        try:
            value = field.read(raw)
        except RuleError:
            return _UNSAID
        if value is None:
            return ""
        if field.kind is FieldKind.DAY:
            return long_date(value)
        if field.kind is FieldKind.NUMBER:
            return _counted(field, value)
        return translate(_QUOTED, label=value) if field.is_quoted else str(value)

    def _choices(self, asked: Asked, field: Field, chosen: Sequence[str]) -> list[str]:
        labels = field.labels(self.session, chosen)
        told = []
        for each in chosen:
            if each in labels:
                label = labels[each]
                told.append(translate(_QUOTED, label=label) if field.is_quoted else label)
            else:
                name = self.names.get(choice_key(asked.code, field.name, each), each)
                told.append(translate(_GONE, value=name))
        return told


def _counted(field: Field, value: int) -> str:
    if field.is_plain:
        return str(value)
    if field.units is None:
        return number(value)
    singular, plural = field.units
    return translate(plural if value > 1 else singular, count=number(value))


def listed(words: Sequence[str]) -> str:
    """Return « A, B ou C »."""
    if len(words) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(words)
    return translate(_LAST_OR, first=", ".join(words[:-1]), last=words[-1])
