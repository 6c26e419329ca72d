"""Asks axe about a page, once for each look of text that a process meets."""

import json
from functools import cache
from pathlib import Path
from typing import Any

# For each width and theme, the looks whose contrast axe measured and found enough.
_known: dict[tuple[str, str], set[int]] = {}
_RULES_OF_COLOURS = ["color-contrast", "link-in-text-block"]


@cache
def _source() -> str:
    import axe_playwright_python  # noqa: PLC0415 - only this layer needs it

    axe = Path(axe_playwright_python.__file__).with_name("axe.min.js")
    own = Path(__file__).with_name("accessibility.js")
    return axe.read_text(encoding="utf-8") + own.read_text(encoding="utf-8")


def ask_axe(page: Any, width: str, theme: str, *, colours_alone: bool = False) -> None:
    """Assert that axe finds no violation in the page in view.

    A look is left out only once axe has passed it: one that fails, fails wherever it is met.
    """
    if not page.evaluate("'askAxe' in window"):
        page.evaluate(_source())
    known = _known.setdefault((width, theme), set())
    met = [look for look in page.evaluate("looksInView()") if look in known]
    rules = {"runOnly": {"type": "rule", "values": _RULES_OF_COLOURS}} if colours_alone else {}
    found = page.evaluate("askAxe", [rules, met])
    violations = json.dumps(found["violations"], ensure_ascii=False)
    assert violations == "[]", f"{page.url}, {width}, {theme}: {violations}"
    known.update(found["settled"])
