"""Where the header of a table is, and the name of each column."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from crm.reading.header_words import header_share, looks_like_data, shape
from crm.reading.tables import Merge
from crm.reading.types import Row

_LONGEST_NAME = 120
_ENOUGH = 0.55
_AS_GOOD = 0.1
_LAST_TRIED = 40  # rows
_COMPARED = 25  # rows below
_WORDS_COMPARED = 8
_LONGEST_LABEL = 40  # of a group of columns


@dataclass(frozen=True, slots=True)
class Header:
    """The last row of the header (None without one) and the names, "" where there is none."""

    row: int | None
    names: tuple[str, ...]


def find_header(rows: Sequence[Row], merged: Sequence[Merge] = ()) -> Header:
    """Return the header found among the first rows: below a title, on two rows, or none at all.

    A small table above the true one (what a video meeting was, above who was there) is passed by.
    """
    width = _usual_width(rows)
    best, best_score = None, _ENOUGH
    block_start = 0
    is_open = True  # a header is above the data of its block
    for index, row in enumerate(rows[:_LAST_TRIED]):
        if not _filled(row):
            if not is_open:  # the block above is a table of its own: a larger one may follow
                if _block_length(rows, index + 1) < index - block_start:
                    break
                best_score = max(_ENOUGH, best_score - _AS_GOOD)
            block_start, is_open = index + 1, True
            continue
        if best is not None and (width == 1 or _is_second_row(rows, best, index, merged)):
            continue
        score = _score(row, rows[index + 1 : index + 1 + _COMPARED], width) if is_open else 0.0
        if score > best_score:
            best, best_score = index, score
        is_open = is_open and not _is_data(row, width)
    if best is None:
        return Header(None, ())
    if best + 1 < len(rows) and _is_second_row(rows, best, best + 1, merged):
        best += 1
    return header_at(rows, rows[best].number, merged)


def _block_length(rows: Sequence[Row], start: int) -> int:
    """Return how many rows there are from one to the next empty row."""
    length = 0
    for row in rows[start:]:
        if not _filled(row):
            break
        length += 1
    return length


def header_at(rows: Sequence[Row], number: int, merged: Sequence[Merge] = ()) -> Header:
    """Return the header whose last row has this number, joined to the row above that groups it."""
    index = next((place for place, row in enumerate(rows) if row.number == number), None)
    if index is None:
        return Header(None, ())
    lower = _texts(rows[index])
    upper = _texts(rows[index - 1]) if index else []
    if not _is_group_row(upper, lower, number - 1, merged):
        return Header(number, _trimmed(lower))
    width = max(len(upper), len(lower))
    upper += [""] * (width - len(upper))
    lower += [""] * (width - len(lower))
    spread = _spread(upper, lower, _spans(merged, number - 2))
    names = [
        f"{above} – {below}" if above and below and above != below else below or above
        for above, below in zip(spread, lower, strict=True)
    ]
    return Header(number, _trimmed(names))


def column_letter(index: int) -> str:
    """Return the name of a column as a spreadsheet shows it: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names, the second of two alike as « Courriel (2) »; those that are "" stay."""
    taken = {name.casefold() for name in names}
    seen: Counter[str] = Counter()
    told = []
    for name in names:
        seen[name.casefold()] += bool(name)
        told_as, count = name, seen[name.casefold()]
        if count > 1:
            while (told_as := f"{name} ({count})").casefold() in taken:
                count += 1
            taken.add(told_as.casefold())
        told.append(told_as)
    return tuple(told)


def _texts(row: Row) -> list[str]:
    return [
        "" if cell is None else " ".join(str(cell).split())[:_LONGEST_NAME] for cell in row.cells
    ]


def _trimmed(names: list[str]) -> tuple[str, ...]:
    while names and not names[-1]:
        names = names[:-1]
    return tuple(names)


def _filled(row: Row) -> int:
    return sum(cell is not None for cell in row.cells)


def _usual_width(rows: Sequence[Row]) -> int:
    """Return how many cells are filled in most rows: the upper middle, as titles are short."""
    widths = sorted(count for row in rows if (count := _filled(row)))
    return widths[len(widths) * 2 // 3] if widths else 0


def _is_data(row: Row, width: int) -> bool:
    """Tell whether several cells of the row can only be data (an address, a number, a date)."""
    sure = sum(looks_like_data(cell) for cell in row.cells if cell is not None)
    return sure > 0 and sure * 4 >= width and _filled(row) * 4 >= width * 3


def _score(row: Row, below: Sequence[Row], width: int) -> float:
    """Return from 0 to 1 how much the row looks like a header of the rows below."""
    filled = [cell for cell in row.cells if cell is not None]
    if not filled or len(filled) * 2 < width:
        return 0.0
    texts = [" ".join(str(cell).split()) for cell in filled]
    if any(looks_like_data(cell) for cell in filled) and header_share(texts) < _ENOUGH:
        return 0.0
    if len(filled) > 1 and len({text.casefold() for text in texts}) * 2 < len(filled):
        return 0.0
    fill = min(len(filled) / width, 1.0) if width else 0.0
    # « Association » names a column, and is in the names of half of those listed below it.
    under = [header_share(_texts(each)) for each in below[:_WORDS_COMPARED] if _filled(each)]
    words = header_share(texts) - (sum(under) / len(under) if under else 0.0)
    contrast = _contrast(row, below)
    return min(1.0, 0.35 * fill + 0.6 * max(words, 0.0) + 0.45 * contrast)


def _contrast(row: Row, below: Sequence[Row]) -> float:
    """Return the share of columns whose cells below are of another make than the row's own."""
    compared = differing = 0
    for index, cell in enumerate(row.cells):
        under = [each.cells[index] for each in below if index < len(each.cells)]
        under = [each for each in under if each is not None]
        if cell is None or not under:
            continue
        compared += 1
        if cell in under:
            continue  # a header is not said again below
        alike = sum(shape(each) == shape(cell) for each in under)
        differing += alike * 2 < len(under)
    return differing / compared if compared else 0.0


def _is_second_row(
    rows: Sequence[Row], place: int, under_place: int, merged: Sequence[Merge]
) -> bool:
    """Tell whether a row completes the one above: « Rue | Code postal » under « Adresse »."""
    if under_place != place + 1:
        return False
    first, second = rows[place], rows[under_place]
    upper, lower = _texts(first), _texts(second)
    under = [index for index, text in enumerate(lower) if text]
    if len(under) < 2 or any(looks_like_data(cell) for cell in second.cells if cell is not None):  # noqa: PLR2004
        return False
    spans = _spans(merged, first.number - 1)
    if spans:
        return all(any(start <= index <= end for start, end in spans) for index in under)
    gaps = [index for index in under if index >= len(upper) or not upper[index]]
    is_partial = any(text and index not in under for index, text in enumerate(upper))
    starts = [index for index in under if index < len(upper) and upper[index]]
    return bool(gaps) and is_partial and all(index + 1 in gaps for index in starts)


def _is_group_row(upper: list[str], lower: list[str], number: int, merged: Sequence[Merge]) -> bool:
    """Tell whether a row names groups of the columns below, unlike a title or a line of data."""
    labels = [index for index, text in enumerate(upper) if text]
    named = [index for index, text in enumerate(lower) if text]
    if not labels or not named or not all(_is_label(upper[index]) for index in labels):
        return False
    spans = _spans(merged, number - 1)
    if len(labels) == 1:  # a title stands over the first column, or over all of them
        is_over_all = any(start <= named[0] and end >= named[-1] for start, end in spans)
        return labels[0] > named[0] and not is_over_all
    if spans:
        return True
    reach = range(labels[0], named[-1] + 1)
    return any((index >= len(upper) or not upper[index]) and index in named for index in reach)


def _is_label(text: str) -> bool:
    """Tell whether a text may name a group of columns, unlike a sentence or a value."""
    is_short = len(text) <= _LONGEST_LABEL and not text.endswith((".", ":", "!"))
    return is_short and not looks_like_data(text)


def _spans(merged: Sequence[Merge], row: int) -> list[tuple[int, int]]:
    """Return the first and last columns of what is merged over several columns in a row from 0."""
    return sorted(
        (start[1], end[1])
        for start, end in merged
        if start[0] <= row <= end[0] and end[1] > start[1]
    )


def _spread(upper: list[str], lower: list[str], spans: list[tuple[int, int]]) -> list[str]:
    """Return the upper labels over every column each stands for."""
    told = list(upper)
    if spans:
        for start, end in spans:
            for index in range(start, min(end + 1, len(told))):
                told[index] = upper[start]
        return told
    current = ""
    for index, text in enumerate(upper):
        below = lower[index] if index < len(lower) else ""
        current = text or (current if below else "")
        told[index] = current
    return told
