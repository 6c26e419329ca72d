"""What people and structures of the labelled set share: towns, providers, a slip."""

import random

TOWNS = (
    ("62041", "Arras"), ("59350", "Lille"), ("80021", "Amiens"), ("02691", "Saint-Quentin"),
    ("60057", "Beauvais"), ("62498", "Lens"), ("59183", "Dunkerque"), ("62160", "Boulogne-sur-Mer"),
    ("59606", "Valenciennes"), ("60159", "Compiègne"), ("80001", "Abbeville"), ("59178", "Douai"),
    ("62765", "Saint-Omer"), ("02722", "Soissons"), ("59512", "Roubaix"),
)  # fmt: skip
CONSUMER = ("orange.fr", "gmail.com", "wanadoo.fr", "laposte.net", "sfr.fr", "free.fr")


def mistyped(rng: random.Random, text: str) -> str:
    """Return a text with one slip of the fingers."""
    at = rng.randrange(1, max(len(text) - 1, 2))
    letter = rng.choice("aeiournstl")
    return rng.choice(
        (
            text[:at] + text[at + 1 :],
            text[:at] + letter + text[at:],
            text[:at] + letter + text[at + 1 :],
            text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :] if at < len(text) else text,
        )
    )
