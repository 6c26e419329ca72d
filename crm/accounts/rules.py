"""Rules of accounts: addresses, passwords, waiting after failures, devices in words."""

import re
import unicodedata
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from itertools import pairwise

from crm.core.errors import N_, RuleError
from crm.core.text import fold

SHORTEST_PASSWORD = 8
ADVISED_PASSWORD = 15
LONGEST_PASSWORD = 200
_FEWEST_DIFFERENT = 4
_SHORTEST_CONTEXT_WORD = 3
_FIRST_WAIT_SECONDS = 30
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_LOOKALIKES = str.maketrans("013457@$", "oieastas")

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def normalised_password(text: str) -> str:
    """Return the password as it is hashed: the same however the keyboard composed its accents.

    Source: NIST SP 800-63B-4, 3.1.1.2 (NFKC or NFC before hashing).
    """
    return unicodedata.normalize("NFKC", text)


def check_password(
    text: str,
    *,
    common: AbstractSet[str],
    context: Iterable[str],
    field: str = "new_password",
) -> None:
    """Raise RuleError when the password is short, long, common, or made of words around the person.

    `common` holds folded words; `context` the product, the network, the person's name and address.
    Source: OWASP ASVS 5.0, 6.2.
    """
    password = normalised_password(text)
    _check_length(password, field)
    if is_common(password, common):
        raise RuleError(
            field,
            N_(
                "Ce mot de passe est trop courant : il serait deviné en quelques essais. Quatre"
                " mots sans rapport entre eux font mieux."
            ),
        )
    if is_about(password, context):
        raise RuleError(
            field,
            N_(
                "Ce mot de passe reprend surtout votre nom, votre adresse, le réseau ou"
                " Passerelle : ajoutez des mots qui n’ont rien à voir."
            ),
        )


def _check_length(password: str, field: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise RuleError(
            field,
            N_("C’est trop court : %(least)s caractères au moins, %(advised)s de préférence."),
            least=SHORTEST_PASSWORD,
            advised=ADVISED_PASSWORD,
        )
    if len(password) > LONGEST_PASSWORD:
        raise RuleError(
            field,
            N_("C’est trop long : %(count)s caractères au plus."),
            count=LONGEST_PASSWORD,
        )


def is_common(password: str, common: AbstractSet[str]) -> bool:
    """Tell whether a password is a known one, dressed with digits, signs or look-alikes or not."""
    lowered = password.casefold()
    shapes = {lowered, _EDGES.sub("", lowered), lowered.translate(_LOOKALIKES)}
    shapes |= {_EDGES.sub("", shape).translate(_LOOKALIKES) for shape in tuple(shapes)}
    folded = {fold(shape).replace(" ", "") for shape in shapes} - {""}
    return bool(folded & common) or _is_monotonous(lowered)


def _is_monotonous(text: str) -> bool:
    if len(set(text)) < _FEWEST_DIFFERENT:
        return True
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps in ({1}, {-1})


def is_about(password: str, context: Iterable[str]) -> bool:
    """Tell whether too little is left once the words around the person are taken away."""
    rest = fold(password).replace(" ", "")
    for word in sorted(context_words(context), key=len, reverse=True):
        rest = rest.replace(word, "")
    letters = fold(password).replace(" ", "")
    return rest != letters and len(rest) < SHORTEST_PASSWORD


def context_words(texts: Iterable[str]) -> set[str]:
    """Return the folded words of these texts that are long enough to be a reproach."""
    return {
        word for text in texts for word in fold(text).split() if len(word) >= _SHORTEST_CONTEXT_WORD
    }


def seconds_to_wait(
    failures: Iterable[datetime], *, limit: int, window: timedelta, now: datetime
) -> int:
    """Return how long the next attempt must wait: nothing at first, then twice as long each time.

    The wait never exceeds the window, after which the failures are forgotten.
    """
    recent = sorted(at for at in failures if now - at < window)
    if len(recent) < limit:
        return 0
    doubled = _FIRST_WAIT_SECONDS * 2 ** min(len(recent) - limit, 10)
    wait = min(timedelta(seconds=doubled), window)
    left = wait - (now - recent[-1])
    return max(0, -(-left // timedelta(seconds=1)))


def describe_device(user_agent: str) -> str:
    """Return a browser and a system in words (« Firefox · Windows »), from what a browser sends."""
    names = [
        next((name for sign, name in known if sign in user_agent), "")
        for known in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(name for name in names if name)
