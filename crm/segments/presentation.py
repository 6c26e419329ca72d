"""The builder as its template shows it: each node with its fields, its errors and its buttons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import url_for
from sqlalchemy.orm import Session

from crm.criteria.criterion import Asked, Field, Options
from crm.criteria.problems import Names, choice_key
from crm.criteria.registry import asked_of, find_bridge, find_criterion
from crm.criteria.types import (
    Branch,
    FieldKind,
    Leaf,
    Link,
    Node,
    Path,
    Problem,
    Raw,
    Subject,
    Tree,
)
from crm.segments.drafts import name_of
from crm.web.formats import short_date
from crm.web.locale import translate

FEW_OPTIONS = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a field."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field of a criterion: `look` is chips, long (to be searched), picker, or a kind of text."""

    key: str
    label: str
    look: str
    is_single: bool
    is_needed: bool
    text: str
    hint: str
    error: str
    source_url: str
    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class Menu:
    """Criteria that can be added, under one heading."""

    label: str
    entries: Options


@dataclass(frozen=True, slots=True)
class ShownNode:
    """A node of the tree; `kind` is branch, leaf or link."""

    name: str
    kind: str
    code: str
    label: str
    mode: str
    is_negated: bool
    errors: Sequence[str]
    fields: Sequence[ShownField]
    children: "Sequence[ShownNode]"
    menus: Sequence[Menu]
    can: Mapping[str, bool]
    whose: str
    depth: int


@dataclass(slots=True)
class Builder:
    """Makes the nodes of one page; the options of a field are read once."""

    session: Session
    problems: Sequence[Problem]
    names: Names
    _options: dict[tuple[str, str], Options] = field(default_factory=dict)
    _menus: dict[Subject, Sequence[Menu]] = field(default_factory=dict)

    def shown(self, tree: Tree) -> ShownNode:
        """Return the outermost node of a tree with all that is in it."""
        return self._node(tree.root, (), tree.subject, {}, 0)

    def _node(
        self, node: Node, path: Path, subject: Subject, can: Mapping[str, bool], depth: int
    ) -> ShownNode:
        asked: Asked | None = None
        below = subject
        if isinstance(node, Leaf):
            asked = find_criterion(subject, node.code)
        elif isinstance(node, Link):
            asked = bridge = find_bridge(subject, node.code)
            below = bridge.target if bridge else subject
        branch = node.branch if isinstance(node, Link) else node
        nodes = branch.nodes if isinstance(branch, Branch) else ()
        return ShownNode(
            name=name_of(path),
            kind=type(node).__name__.lower(),
            code=node.code if not isinstance(node, Branch) else "",
            label=translate(asked.label) if asked else getattr(node, "code", ""),
            mode=branch.mode.value if isinstance(branch, Branch) else "",
            is_negated=not isinstance(node, Branch) and node.is_negated,
            errors=self._errors(path, ""),
            fields=self._fields(asked, node, path),
            children=[
                self._node(each, (*path, place), below, _moves(nodes, place, path, node), depth + 1)
                for place, each in enumerate(nodes)
            ],
            menus=self._menus_of(below) if not isinstance(node, Leaf) else (),
            can=can,
            whose=below.value,
            depth=depth,
        )

    def _errors(self, path: Path, name: str) -> list[str]:
        return [
            problem.sentence
            for problem in self.problems
            if problem.path == path and problem.field == name
        ]

    def _fields(self, asked: Asked | None, node: Node, path: Path) -> list[ShownField]:
        if asked is None or isinstance(node, Branch):
            return []
        return [self._field(asked, each, node.values.get(each.name), path) for each in asked.fields]

    def _field(self, asked: Asked, field: Field, raw: Raw | None, path: Path) -> ShownField:
        chosen = tuple(each for each in ((raw,) if isinstance(raw, str) else raw or ()) if each)
        look, source_url = field.kind.value, ""
        choices: Sequence[Choice] = ()
        if field.is_chosen:
            look, source_url, choices = self._choices(asked, field, chosen)
        return ShownField(
            key=f"x:{name_of(path)}:{field.name}",
            label=translate(field.label),
            look=look,
            is_single=field.is_single,
            is_needed=field.is_needed,
            text="" if field.is_chosen else _told(field, " ".join(chosen)),
            hint=translate(field.hint) if field.hint else "",
            error=" ".join(self._errors(path, field.name)),
            source_url=source_url,
            choices=choices,
        )

    def _choices(
        self, asked: Asked, field: Field, chosen: Sequence[str]
    ) -> tuple[str, str, Sequence[Choice]]:
        if field.kind is FieldKind.PICKED:
            labels = field.labels(self.session, chosen)
            known = [(value, labels[value]) for value in chosen if value in labels]
            look, source_url = "picker", url_for(field.picker)
        else:
            known = list(self._options_of(asked, field))
            look = "chips" if len(known) <= FEW_OPTIONS else "long"
            source_url = url_for(
                "segments.options", subject=asked.subject.value, code=asked.code, name=field.name
            )
        here = {value for value, _label in known}
        gone = [
            (value, self.names.get(choice_key(asked.code, field.name, value), value))
            for value in chosen
            if value not in here
        ]
        choices = [
            *(Choice(value, label, value in chosen) for value, label in known),
            *(
                Choice(value, translate("%(name)s (n’existe plus)", name=label), is_chosen=True)
                for value, label in gone
            ),
        ]
        return look, source_url, choices

    def _options_of(self, asked: Asked, field: Field) -> Options:
        key = (f"{asked.subject}:{asked.code}", field.name)
        if key not in self._options:
            self._options[key] = field.options(self.session) if field.options else ()
        return self._options[key]

    def _menus_of(self, subject: Subject) -> Sequence[Menu]:
        if subject not in self._menus:
            groups: dict[str, list[tuple[str, str]]] = {}
            for asked in asked_of(subject):
                groups.setdefault(asked.group, []).append((asked.code, translate(asked.label)))
            self._menus[subject] = [
                Menu(translate(label), entries) for label, entries in groups.items()
            ]
        return self._menus[subject]


def _told(field: Field, text: str) -> str:
    """Return what a text field shows: a day that was understood is written as people write it."""
    if field.kind is FieldKind.DAY and text:
        try:
            return short_date(field.read(text))
        except ValueError:
            return text
    return text


def _moves(nodes: Sequence[Node], place: int, path: Path, parent: Node) -> Mapping[str, bool]:
    return {
        "monter": place > 0,
        "descendre": place < len(nodes) - 1,
        "entrer": True,
        "sortir": bool(path) and isinstance(parent, Branch),
    }
