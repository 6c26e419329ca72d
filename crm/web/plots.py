"""The geometry of plots drawn by the server as SVG, without any script: bars side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 4, 12, 26
_STEPS = (1, 2, 5)
_MOST_TICKS = 4
_BAR_SHARE = 0.38  # of the room of a label


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: where it is drawn, the rank of its series, its number."""

    x: float
    y: float
    width: float
    height: float
    rank: int
    value: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the plot, and the number beside it."""

    y: float
    value: int


@dataclass(frozen=True, slots=True)
class Plot:
    """Bars over labels, between lines; a series may lack numbers, which are no zeros."""

    width: int
    height: int
    bars: Sequence[Bar]
    ticks: Sequence[Tick]
    labels: Sequence[tuple[float, str]]
    left: int
    right: int


def grouped_bars(labels: Sequence[str], series: Sequence[Sequence[int | None]]) -> Plot:
    """Return the bars of several series side by side over each label."""
    most = max((value for each in series for value in each if value), default=0)
    step = tick_step(most)
    top = max(step, -(-most // step) * step)
    room = (WIDTH - _LEFT - _RIGHT) / max(len(labels), 1)
    ground, tall = HEIGHT - _BOTTOM, HEIGHT - _TOP - _BOTTOM
    width = room * _BAR_SHARE
    bars = [
        Bar(
            round(_LEFT + room * place + room / 2 + (rank - len(series) / 2) * width, 1),
            round(ground - tall * value / top, 1),
            round(width - 2, 1),
            round(tall * value / top, 1),
            rank,
            value,
        )
        for rank, each in enumerate(series)
        for place, value in enumerate(each)
        if value is not None
    ]
    return Plot(
        WIDTH,
        HEIGHT,
        bars,
        [Tick(round(ground - tall * each / top, 1), each) for each in range(0, top + 1, step)],
        [(round(_LEFT + room * (place + 0.5), 1), label) for place, label in enumerate(labels)],
        _LEFT,
        WIDTH - _RIGHT,
    )


def tick_step(most: int) -> int:
    """Return the round number between two lines, so that there are few: 1, 2, 5, 10.

    >>> tick_step(37)
    10
    """
    scale = 1
    while True:
        for step in _STEPS:
            if most <= step * scale * _MOST_TICKS:
                return step * scale
        scale *= 10
