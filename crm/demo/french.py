"""The small words of French, put right in texts pieced together."""

import re

_CONTRACTIONS = (
    (re.compile(r"\b(d)e [Ll]e(?= )", re.IGNORECASE), r"\1u"),
    (re.compile(r"\b(d)e [Ll]es(?= )", re.IGNORECASE), r"\1es"),
    (re.compile(r"(?<= )à [Ll]e(?= )"), "au"),
    (re.compile(r"(?<= )à [Ll]es(?= )"), "aux"),
    (re.compile(r"\b([dD])e (?=[AEIOUÉÈÊÎÔŒ])"), r"\1’"),
)


def contracted(text: str) -> str:
    """Return the text with its articles contracted and elided: « de le » is « du »."""
    for wrong, right in _CONTRACTIONS:
        text = wrong.sub(right, text)
    return text
