"""What figures come to in a scope: counted, noted by hand, computed of others."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.indicators.batches import many_totals
from crm.indicators.indicator import Indicator, Key, Ratio
from crm.indicators.types import BY_LABELS, By, Kept, Period, Scope, Value
from crm.measures.figures import Figure, find_figures
from crm.measures.models import Formula, Series
from crm.measures.queries import values_of_series
from crm.measures.rules import codes_of, compute, in_tenths, is_too_large, parse_formula
from crm.web.locale import translate

Asked = tuple[Figure, Scope]
Named = Mapping[str, Figure]


def value_of(session: Session, code: str, scope: Scope) -> Value:
    """Return a figure in a scope; with a `problem`, and no number, where it cannot be told."""
    figure = find_figures(session, [code]).get(code)
    return figure_value(session, figure, scope) if figure else Value(None, problem=_gone(code))


def figure_value(session: Session, figure: Figure, scope: Scope) -> Value:
    """Return what a figure comes to in a scope."""
    return figure_values(session, [(figure, scope)])[0]


def figure_values(session: Session, asked: Sequence[Asked]) -> list[Value]:
    """Return what several figures come to, each in its scope.

    The statements do not grow with what is asked: those of lists aside, read once a period.
    """
    named = named_figures(session, [figure for figure, _scope in asked])
    single = list(dict.fromkeys(each for one in asked for each in _single(one, named)))
    found = _read(session, single)
    return [
        _computed(figure.source, scope, named, found)
        if isinstance(figure.source, Formula)
        else found[figure, scope]
        for figure, scope in asked
    ]


def named_figures(session: Session, figures: Collection[Figure]) -> Named:
    """Return the figures that formulas name, by their codes; those that are gone are not there."""
    found = [figure.source for figure in figures if isinstance(figure.source, Formula)]
    codes = {code for formula in found for code in _codes(formula)}
    return find_figures(session, codes) if codes else {}


def parts_of(formula: Formula, scope: Scope, named: Named) -> dict[str, tuple[Figure, Scope]]:
    """Return, by its code, each figure that a formula names, and what it is asked for.

    Formal or ad hoc support narrows those that tell it, where some do: the others stay whole.
    """
    figures = {code: named[code] for code in _codes(formula) if code in named}
    plain: Kept = {by: keys for by, keys in scope.kept.items() if by is not By.FORMALITY}
    told = {code for code, figure in figures.items() if tells(figure, By.FORMALITY, {})}
    return {
        code: (figure, replace(scope, kept=plain) if told and code not in told else scope)
        for code, figure in figures.items()
    }


def tells(figure: Figure, by: By, named: Named) -> bool:
    """Tell whether a figure may be narrowed so; a formula, whether one that it names may."""
    source = figure.source
    if isinstance(source, Formula):
        return any(tells(named[code], by, {}) for code in _codes(source) if code in named)
    if isinstance(source, Ratio):
        return by in source.part.splits and by in source.whole.splits
    return isinstance(source, Indicator) and by in source.splits


def keys_of(figure: Figure) -> Mapping[By, Key]:
    """Return what a figure may be narrowed to; nothing for a series or a formula."""
    source = figure.source.whole if isinstance(figure.source, Ratio) else figure.source
    return source.keys if isinstance(source, Indicator) else {}


def missing_key(session: Session, source: Indicator | Ratio, scope: Scope) -> str:
    """Say which of the things that a figure is narrowed to no longer exists; "" for none."""
    return _Lists(session).missing(source, scope)


class _Lists:
    """The keys that lists hold today, each list read once a period."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[tuple[object, Period], set[str]] = {}

    def missing(self, source: Indicator | Ratio, scope: Scope) -> str:
        """Say which of the things that a figure is narrowed to no longer exists."""
        indicator = source.whole if isinstance(source, Ratio) else source
        for by, keys in scope.kept.items():
            key = indicator.keys.get(by)
            if key is None or by is By.MONTH:
                continue
            if not self._keys_of(key, scope).issuperset(keys):
                said = N_("« %(by)s » : ce qui était demandé n’existe plus. Choisissez à nouveau.")
                return translate(said, by=translate(BY_LABELS[by]))
        return ""

    def _keys_of(self, key: Key, scope: Scope) -> set[str]:
        place = (key.labels, scope.period)
        if place not in self._known:
            self._known[place] = {each for each, _label in key.labels(self._session, scope)}
        return self._known[place]


def _codes(formula: Formula) -> list[str]:
    return list(dict.fromkeys(codes_of(parse_formula(formula.expression))))


def _single(asked: Asked, named: Named) -> list[Asked]:
    figure, scope = asked
    if isinstance(figure.source, Formula):
        return list(parts_of(figure.source, scope, named).values())
    return [asked]


def _read(session: Session, asked: Sequence[Asked]) -> dict[Asked, Value]:
    """Return what figures come to: one query for all that is counted, one for what is noted."""
    lists, found = _Lists(session), dict[Asked, Value]()
    counted: dict[Asked, tuple[Indicator | Ratio, Scope]] = {}
    noted: dict[Asked, tuple[Series, Period]] = {}
    for each in asked:
        figure, scope = each
        if problem := _refused(lists, figure, scope):
            found[each] = Value(None, problem=problem)
        elif isinstance(figure.source, Series):
            noted[each] = (figure.source, scope.period)
        elif not isinstance(figure.source, Formula):
            counted[each] = (figure.source, scope)
    if noted:
        found |= zip(noted, values_of_series(session, noted.values()), strict=True)
    if counted:
        found |= zip(counted, many_totals(session, list(counted.values())), strict=True)
    return found


def _refused(lists: _Lists, figure: Figure, scope: Scope) -> str:
    """Say why a figure cannot be told in a scope, whatever it comes to; "" when it can."""
    if isinstance(figure.source, Series):
        return _no_splits(scope) if scope.kept else ""
    if isinstance(figure.source, Formula):  # in another one, which is refused when written
        return _gone(figure.code)
    return lists.missing(figure.source, scope)


def _computed(formula: Formula, scope: Scope, named: Named, found: Mapping[Asked, Value]) -> Value:
    parts = parts_of(formula, scope, named)
    numbers: dict[str, int] = {}
    values = []
    for code in _codes(formula):
        if code not in parts:
            return Value(None, problem=_gone(code))
        figure, value = parts[code][0], found[parts[code]]
        if value.problem:
            said = N_("« %(label)s » : %(problem)s")
            return Value(None, problem=translate(said, label=figure.label, problem=value.problem))
        if value.count is None:
            said = N_("« %(label)s » n’est pas connu sur la période.")
            return Value(None, problem=translate(said, label=figure.label))
        numbers[code] = value.count
        values.append(value)
    result = compute(parse_formula(formula.expression), numbers)
    if result is None:
        return Value(None, problem=translate(N_("La formule divise par zéro.")))
    if is_too_large(result):
        return Value(None, problem=translate(N_("Ce nombre est trop grand pour être écrit.")))
    return Value(
        round(result),
        is_approximate=any(value.is_approximate for value in values),
        tenths=in_tenths(result),
        as_of=min((value.as_of for value in values if value.as_of), default=None),
    )


def _gone(code: str) -> str:
    said = N_("Le chiffre « %(code)s » n’existe plus : rien n’est calculé.")
    return translate(said, code=code)


def _no_splits(scope: Scope) -> str:
    said = N_("Une série notée à la main ne se compte pas par « %(by)s ».")
    return translate(said, by=translate(BY_LABELS[next(iter(scope.kept))]))
