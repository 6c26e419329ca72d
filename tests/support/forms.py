"""What a browser would send of a page's form, as it stands."""

from typing import Any

import html5lib

Values = dict[str, list[str]]


def values_of(page: str, holding: str) -> Values:
    """Return the values of the form that holds a field of this name."""
    document = html5lib.parse(page, namespaceHTMLElements=False)
    form = next(
        each for each in document.iter("form") if each.find(f".//*[@name='{holding}']") is not None
    )
    found: Values = {}
    for element in form.iter():
        name = element.get("name")
        if name and name != "csrf_token":
            found.setdefault(name, []).extend(_sent(element))
    return {name: values for name, values in found.items() if values}


def _sent(element: Any) -> list[str]:
    if element.tag == "textarea":
        return [element.text or ""]
    if element.tag == "select":
        options = list(element.iter("option"))
        chosen = [option for option in options if option.get("selected") is not None]
        if not chosen and element.get("multiple") is None:
            chosen = options[:1]
        return [option.get("value", "") for option in chosen]
    is_box = element.get("type") in ("checkbox", "radio")
    if element.tag == "input" and (not is_box or element.get("checked") is not None):
        return [element.get("value", "on" if is_box else "")]
    return []
