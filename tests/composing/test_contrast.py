"""The words of a message are read on what lies under them, in the light and in the dark."""

import re
from pathlib import Path

import pytest

import crm

_FOLDER = Path(crm.__file__).parent.parent / "templates" / "composing" / "mail"
LEAST = 4.5  # WCAG 2.2, 1.4.3
# What is written, and on what: each as the style sheets call them, in the light then in the dark.
PAIRS = (
    (".cell", ".cell", ".sheet"),
    ("h1, h2, h3", ".cell h1", ".sheet"),
    (".brand", ".cell .brand", ".sheet"),
    ("a", ".cell a", ".sheet"),
    (".item-link", ".cell .item-link", ".sheet"),
    (".foot", ".foot", ".sheet"),
    (".foot a", ".foot a", ".sheet"),
    (".cell", ".cell", ".card-cell"),
    (".event-when", ".event-when", ".card-cell"),
    (".event-place", ".event-place", ".card-cell"),
    (".button-link", ".cell .button-link", ".button"),
)


def _rules(text: str) -> dict[tuple[str, str], str]:
    """Return each colour by its selector and its property; the last said holds."""
    found: dict[tuple[str, str], str] = {}
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
        for name, value in re.findall(r"([a-z-]+):\s*(#[0-9a-f]{6})", body):
            for selector in {selectors.strip(), *(each.strip() for each in selectors.split(","))}:
                found[selector, name] = value
    return found


def _light() -> dict[tuple[str, str], str]:
    return _rules((_FOLDER / "style.css").read_text())


def _dark() -> dict[tuple[str, str], str]:
    text = (_FOLDER / "screens.css").read_text()
    return _rules(text[text.index("(prefers-color-scheme: dark) {") + 30 :])


def _brightness(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("is_dark", [False, True])
@pytest.mark.parametrize(("light", "dark", "under"), PAIRS)
def test_words_stand_out(light: str, dark: str, under: str, is_dark: bool) -> None:
    rules = _dark() if is_dark else _light()
    pair = (rules[dark if is_dark else light, "color"], rules[under, "background-color"])
    low, high = sorted(_brightness(each) for each in pair)
    assert (high + 0.05) / (low + 0.05) >= LEAST, pair
