"""How two people, or two structures, are compared: pure, and the same whichever comes first."""

from collections.abc import Iterable, Sequence

from rapidfuzz.distance import OSA

from crm.core.sounds import sound_of
from crm.core.text import LINK_WORDS
from crm.duplicates.types import Match, PersonCard, Reason

LIKELY = 0.75
WORTH_SHOWING = 0.58
MOST_OWNERS = 3

# Boxes that someone opens for a whole house.
_GENERIC_BOXES = frozenset(
    "accueil administration adherents admin association asso bonjour bureau ca cabinet commune"
    " communication contact contacts courrier dg dgs direction elus formation hello info infos"
    " information international mail mairie maire mission presidence president presse relations"
    " secretariat secretaire service services standard tresorier ville webmaster".split()
)
_SHORTEST_TYPO, _SHORTEST_TWO_TYPOS = 4, 9
# What makes a woman's first name of a man's: a couple at one address is two people.
_FEMININE = (("", "e"), ("l", "lle"), ("n", "nne"), ("t", "tte"), ("c", "que"), ("s", "sse"))

Closeness = tuple[float, Reason | None]
_DIFFERENT: Closeness = (0.0, None)


def is_generic_box(email: str) -> bool:
    """Tell whether an address belongs to a house rather than to someone: contact@, mairie.lens@."""
    local = email.partition("@")[0]
    first = next(iter(part for part in _parts(local) if part), "")
    return first in _GENERIC_BOXES


def _parts(local: str) -> list[str]:
    for sign in "-_+":
        local = local.replace(sign, ".")
    return [part.rstrip("0123456789") for part in local.split(".")]


def is_typo(one: str, other: str) -> bool:
    """Tell whether two folded words differ by a slip of the fingers; a digit is never one."""
    if not (one.isalpha() and other.isalpha()) or abs(len(one) - len(other)) > 2:  # noqa: PLR2004
        return False
    shortest = min(len(one), len(other))
    if shortest < _SHORTEST_TYPO:
        return False
    most = 2 if shortest >= _SHORTEST_TWO_TYPOS else 1
    return OSA.distance(one, other, score_cutoff=most) <= most


def sounds_alike(one: str, other: str) -> bool:
    """Tell whether two folded words are said alike, and long enough for that to mean something."""
    if min(len(one), len(other)) < _SHORTEST_TYPO or not (one.isalpha() and other.isalpha()):
        return False
    return sound_of(one) == sound_of(other) and len(sound_of(one)) > 2  # noqa: PLR2004


def is_feminine_of(one: str, other: str) -> bool:
    """Tell whether one first name is the feminine of the other (Michel, Michèle)."""
    short, long = sorted((one, other), key=lambda word: (len(word), word))
    return any(
        short.endswith(end) and long == short[: len(short) - len(end)] + feminine
        for end, feminine in _FEMININE
    )


def likeness_of_people(one: PersonCard, other: PersonCard) -> Match | None:
    """Return how likely two cards are one person, and why; None when their names are no match.

    A name alone proves nothing: homonyms are many. Neither does an address or a number without the
    name: couples, colleagues and town halls share them.
    """
    one, other = sorted((one, other), key=lambda card: (card.last, card.first, card.id))
    level, name_reasons = _closeness_of_names(one, other)
    if not level:
        return None
    scores: list[float] = []
    reasons: list[Reason] = list(name_reasons)
    emails, phones = one.emails & other.emails, one.phones & other.phones
    shared = one.shared | other.shared
    if emails - shared:
        scores.append(0.60 + 0.38 * level)
        reasons.append(Reason.SAME_EMAIL)
    elif emails:
        reasons.append(Reason.SHARED_EMAIL)
    if phones - shared:
        scores.append(0.50 + 0.46 * level)
        reasons.append(Reason.SAME_PHONE)
    if one.structure_ids & other.structure_ids:
        scores.append(0.42 + 0.52 * level)
        reasons.append(Reason.SAME_STRUCTURE)
    elif one.commune_codes & other.commune_codes:
        scores.append(0.80 if level == 1 else 0.68 * level)
        reasons.append(Reason.SAME_PLACE)
    if not scores:
        elsewhere = bool(one.commune_codes and other.commune_codes)
        scores.append((0.45 if elsewhere else 0.62) * level)
    score = max(scores) + 0.02 * (len(scores) - 1) - _contradictions(one, other)
    return Match(round(min(max(score, 0.0), 0.99), 3), tuple(reasons))


def _contradictions(one: PersonCard, other: PersonCard) -> float:
    apart = 0.0
    if one.emails - one.shared and other.emails - other.shared and not one.emails & other.emails:
        apart += 0.02
    if one.phones and other.phones and not one.phones & other.phones:
        apart += 0.02
    return apart


def _closeness_of_names(one: PersonCard, other: PersonCard) -> tuple[float, list[Reason]]:
    if not one.last or not other.last:
        return 0.0, []
    if one.last == other.last and one.first == other.first and one.first:
        return 1.0, [Reason.SAME_NAME]
    if one.first and other.first and one.last == other.first and one.first == other.last:
        return 0.98, [Reason.SWAPPED]
    straight = _both(one.last, other.last, one.first, other.first)
    if straight[0] or not (one.first and other.first):
        return straight
    level, reasons = max(
        _both(one.last, other.first, one.first, other.last),
        _both(other.last, one.first, other.first, one.last),
    )
    return (round(level * 0.97, 4), [Reason.SWAPPED, *reasons]) if level else (0.0, [])


def _both(
    last: Sequence[str], other_last: Sequence[str], first: Sequence[str], other_first: Sequence[str]
) -> tuple[float, list[Reason]]:
    last_level, last_reason = _closeness(last, other_last, compound=0.85)
    if not last_level:
        return 0.0, []
    first_level, first_reason = _closeness_of_first(first, other_first)
    reasons = {reason: None for reason in (last_reason, first_reason) if reason is not None}
    return round(last_level * first_level, 4), list(reasons) if first_level else []


def _closeness_of_first(one: Sequence[str], other: Sequence[str]) -> Closeness:
    if not one or not other:
        return (0.6, Reason.NO_FIRST_NAME) if one != other else (0.7, Reason.NO_FIRST_NAME)
    if one == other:
        return 1.0, None
    joined, other_joined = "".join(one), "".join(other)
    if joined == other_joined:
        return 1.0, None
    if _is_initials(one, other) or _is_initials(other, one):
        return 0.8, Reason.INITIAL
    if len(one) == len(other) == 1 and is_feminine_of(one[0], other[0]):
        return _DIFFERENT
    return _closeness(one, other, compound=0.72)


def _is_initials(short: Sequence[str], long: Sequence[str]) -> bool:
    """Tell whether « J. », « J.-M. » or « JM » stands for « Jean-Marie » ("J." alone does too)."""
    letters = "".join(short)
    if not all(len(word) == 1 for word in short) and not (
        len(short) == 1 and len(letters) == len(long) == 2  # noqa: PLR2004
    ):
        return False
    initials = "".join(word[0] for word in long)
    return initials == letters or (len(letters) == 1 and initials.startswith(letters))


def _closeness(one: Sequence[str], other: Sequence[str], *, compound: float) -> Closeness:
    joined, other_joined = "".join(one), "".join(other)
    if joined == other_joined:
        return 1.0, None
    if is_typo(joined, other_joined):
        return 0.9, Reason.TYPO
    if sounds_alike(joined, other_joined):
        return 0.88, Reason.SOUND
    return _closeness_of_parts(sorted({*_heavy(one)}), sorted({*_heavy(other)}), compound)


def _closeness_of_parts(one: Sequence[str], other: Sequence[str], compound: float) -> Closeness:
    """Compare names of several words: one may lack a word of the other, a maiden name, say."""
    if one == other and one:
        return 0.95, Reason.SWAPPED
    short, long = sorted((one, other), key=len)
    if not short or len(short) == len(long):
        return _DIFFERENT
    if set(short) < set(long):
        return compound, Reason.COMPOUND
    if all(any(is_typo(a, b) or sounds_alike(a, b) for b in long) for a in short):
        return round(compound * 0.95, 4), Reason.COMPOUND
    return _DIFFERENT


def _heavy(found: Iterable[str]) -> list[str]:
    return [word for word in found if len(word) > 2 and word not in LINK_WORDS]  # noqa: PLR2004
