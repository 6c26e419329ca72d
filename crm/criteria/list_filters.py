"""The filters of lists as criteria: packages say what theirs amount to, the wiring names them."""

from collections.abc import Callable, Mapping, Sequence

from crm.criteria.types import Branch, Leaf, Mode, Node

Chosen = Mapping[str, list[str]]
# The nodes that the values of a filter amount to, beside the other filters chosen: none, where they
# keep everybody; None, where nothing that a segment asks says the same.
Reading = Callable[[list[str], Chosen], Sequence[Node] | None]
_readings: dict[tuple[str, str], Reading] = {}


def read_filters_by(list_code: str, readings: Mapping[str, Reading]) -> None:
    """Say what filters of a list amount to, by their names; twice is once."""
    _readings.update({(list_code, name): reading for name, reading in readings.items()})


def nodes_of(list_code: str, name: str, chosen: Chosen) -> Sequence[Node] | None:
    """Return what the values chosen in a filter amount to; None where nothing says the same."""
    reading = _readings.get((list_code, name))
    return reading(chosen[name], chosen) if reading else None


def same(code: str, field: str) -> Reading:
    """Return the reading of a filter whose values are those of a criterion."""
    return lambda values, _chosen: [Leaf(code, {field: tuple(values)})]


def either(nodes: Sequence[Node]) -> list[Node]:
    """Return what keeps those of whom at least one of these holds."""
    return list(nodes) if len(nodes) < 2 else [Branch(Mode.ANY, tuple(nodes))]  # noqa: PLR2004


def yes_or_no(values: list[str], yes: str, no: str, leaf: Leaf) -> Sequence[Node] | None:
    """Return a criterion, the same negated, or nothing where both are wanted."""
    wanted = {each for each in values if each in (yes, no)}
    if wanted != set(values) or not wanted:
        return None
    if wanted == {yes, no}:
        return []
    return [leaf if yes in wanted else Leaf(leaf.code, leaf.values, is_negated=True)]
