"""Countries and their names, from the Unicode locale data that Babel carries."""

import re

from babel import Locale

from crm.core.text import sort_key

# Two-letter codes of that data that are no country or territory of ISO 3166-1.
_NOT_COUNTRIES = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
)
_LABELS_FR = {
    "CD": "Congo (RDC)",
    "CG": "Congo",
    "PS": "Palestine",
    "CI": "Côte d’Ivoire",
    "HK": "Hong Kong",
    "MO": "Macao",
    "MM": "Birmanie",
}
_LABELS_EN = {
    "CD": "Congo (DRC)",
    "CG": "Congo",
    "PS": "Palestine",
    "HK": "Hong Kong",
    "MO": "Macao",
    "MM": "Myanmar",
}


def country_rows() -> list[dict[str, str]]:
    """Return a row for each country and territory of ISO 3166-1, and Kosovo (XK)."""
    french = Locale("fr").territories
    english = Locale("en").territories
    return [
        {
            "code": code,
            "name": (name := _LABELS_FR.get(code, french[code].replace("'", "’"))),
            "name_en": _LABELS_EN.get(code, english[code]),
            "sort_name": sort_key(name),
        }
        for code in sorted(french)
        if re.fullmatch(r"[A-Z]{2}", code) and code not in _NOT_COUNTRIES
    ]
