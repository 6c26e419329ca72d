"""The indicators that the packages bring; the wiring names them."""

from collections.abc import Iterable, Sequence

from crm.indicators.indicator import Indicator, Ratio

_known: dict[str, Indicator | Ratio] = {}


def add_indicators(indicators: Iterable[Indicator | Ratio]) -> None:
    """Let reports count these; the same code again takes its place."""
    for each in indicators:
        _known[each.code] = each


def find_indicator(code: str) -> Indicator | Ratio | None:
    """Return the indicator of a code; None when there is none."""
    return _known.get(code)


def known_indicators() -> Sequence[Indicator | Ratio]:
    """Return all the indicators, in the order in which they were brought."""
    return tuple(_known.values())
