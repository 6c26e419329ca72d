"""How two structures are compared: pure, and the same whichever comes first."""

from collections import Counter
from collections.abc import Sequence

from crm.core.text import LINK_WORDS, acronyms, fold, words
from crm.duplicates.rules import is_typo, sounds_alike
from crm.duplicates.types import Match, Reason, StructureCard

# Ways of writing the same word.
_SAME_WORDS = {
    "asso": ("association",),
    "assoc": ("association",),
    "ass": ("association",),
    "assos": ("association",),
    "cte": ("comite",),
    "univ": ("universite",),
    "lyc": ("lycee",),
    "coll": ("college",),
    "internat": ("international",),
    "intl": ("international",),
    "dept": ("departement",),
    "fed": ("federation",),
    "comm": ("communaute",),
    "agglo": ("agglomeration",),
    "ville": ("mairie",),
    "commune": ("mairie",),
    "cj": ("comite", "jumelage"),
}
_FIRST_WORDS = {
    "cc": ("communaute", "communes"),
    "ca": ("communaute", "agglomeration"),
    "cu": ("communaute", "urbaine"),
}
# They say what a structure is in law, not which one.
_GENERIC = frozenset("association ong sarl sas sa eurl scop scic ste loi 1901".split())
# A part of a house is not the house.
_PARTS = frozenset(
    "annexe antenne atelier branche bureau ccas centre college commission delegation departement"
    " direction ecole equipe faculte federation filiale groupe jeunes jeunesse laboratoire lycee"
    " master office pole section service sport sportive union ufr".split()
)
_SHORTEST_ACRONYM = 3


def name_words(name: str) -> tuple[str, ...]:
    """Return the words of a structure's name, written in full, without the little ones."""
    found = [word for word in words(name) if word not in LINK_WORDS] or words(name)
    if found and found[0] in _FIRST_WORDS and len(found) > 1:
        found = [*_FIRST_WORDS[found[0]], *found[1:]]
    if found[:2] == ["com", "com"]:
        found = ["communaute", "communes", *found[2:]]
    return tuple(full for word in found for full in _SAME_WORDS.get(word, (word,)))


def initials_of(name: str, acronym: str | None) -> tuple[frozenset[str], frozenset[str]]:
    """Return the acronyms that a name gives, and those it has or is made of itself."""
    derived = {each for each in acronyms(name) if len(each) >= _SHORTEST_ACRONYM}
    without = [word for word in words(name) if word not in LINK_WORDS and word not in _GENERIC]
    if len(without) >= _SHORTEST_ACRONYM:
        derived.add("".join(word[0] for word in without))
    own = {fold(acronym).replace(" ", "")} if acronym else set()
    letters = name.replace(".", "").strip()
    if letters.isupper() and " " not in letters:
        own.add(fold(letters))
    own = {each for each in own if len(each) >= _SHORTEST_ACRONYM}
    return frozenset(derived), frozenset(own)


def likeness_of_structures(one: StructureCard, other: StructureCard) -> Match | None:
    """Return how likely two cards are one structure, and why; None when they cannot be.

    A commune and its EPCI are two; so are two communes, a house and its services, two sections of
    one association. A shared or generic address, or a domain, proves nothing.
    """
    if _are_surely_two(one, other):
        return None
    one, other = sorted((one, other), key=lambda card: (card.name, card.id))
    level, reasons = _closeness_of_names(one, other)
    numbers, told = _same_numbers(one, other)
    if not level:
        # Two services of one town hall have its SIREN too: the number alone is not enough.
        return Match(0.6, told) if told else None
    score, place = _placed(one, other, level)
    for is_same, worth, reason in (
        (bool(one.emails & other.emails - one.shared - other.shared), 0.22, Reason.SAME_EMAIL),
        (bool(one.phones & other.phones - one.shared - other.shared), 0.18, Reason.SAME_PHONE),
        (one.site is not None and one.site == other.site, 0.15, Reason.SAME_SITE),
    ):
        if is_same:
            score += worth
            reasons.append(reason)
    if numbers:
        score = max(score, 0.72 + 0.27 * level)
    elif _numbers_differ(one, other):
        score = min(score, 0.5)
    elif one.family and other.family and one.family != other.family:
        score -= 0.12
    return Match(round(min(max(score, 0.0), 0.99), 3), (*told, *reasons, *place))


def _are_surely_two(one: StructureCard, other: StructureCard) -> bool:
    for name in ("insee_code", "epci_siren"):
        if None not in (codes := {getattr(one, name), getattr(other, name)}) and len(codes) > 1:
            return True
    if (one.epci_siren is None) != (other.epci_siren is None) and (
        one.insee_code or other.insee_code
    ):
        return True
    for commune, actor in ((one, other), (other, one)):
        elsewhere = actor.commune_code not in (None, commune.insee_code)
        if commune.insee_code is not None and elsewhere:
            return True
    return one.id == other.parent_id or other.id == one.parent_id


def _same_numbers(one: StructureCard, other: StructureCard) -> tuple[bool, tuple[Reason, ...]]:
    told = []
    if one.siren is not None and one.siren == other.siren:
        told.append(Reason.SAME_SIREN)
    if one.rna is not None and one.rna == other.rna:
        told.append(Reason.SAME_RNA)
    return bool(told), tuple(told)


def _numbers_differ(one: StructureCard, other: StructureCard) -> bool:
    return any(
        None not in (pair := (getattr(one, name), getattr(other, name))) and pair[0] != pair[1]
        for name in ("siren", "rna")
    )


def _placed(
    one: StructureCard, other: StructureCard, level: float
) -> tuple[float, tuple[Reason, ...]]:
    if one.commune_code and other.commune_code:
        if one.commune_code == other.commune_code:
            return 0.50 + 0.46 * level, (Reason.SAME_PLACE,)
        return 0.30 + 0.30 * level, ()
    known = one.departement_code, other.departement_code
    if None not in known and known[0] != known[1]:
        return 0.30 + 0.30 * level, ()
    if one.is_common or other.is_common:
        return 0.30 + 0.30 * level, ()
    return 0.42 + 0.36 * level, ()


def _closeness_of_names(one: StructureCard, other: StructureCard) -> tuple[float, list[Reason]]:
    if one.name == other.name and one.name:
        return 1.0, [Reason.SAME_NAME]
    level, reasons = _aligned(one, other)
    if level:
        return level, reasons
    if (one.own_acronyms & (other.acronyms | other.own_acronyms)) or (
        other.own_acronyms & one.acronyms
    ):
        return 0.8, [Reason.ACRONYM]
    return 0.0, []


def _aligned(one: StructureCard, other: StructureCard) -> tuple[float, list[Reason]]:
    """Put the words of two names side by side: what is left over on both sides makes them two."""
    left, right = Counter(one.name), Counter(other.name)
    common = left & right
    rest, other_rest = sorted((left - common).elements()), sorted((right - common).elements())
    slips: list[Reason] = []
    for word in list(rest):
        twin = next((each for each in other_rest if _slip(word, each)), None)
        if twin is not None:
            slips.append(_slip(word, twin) or Reason.TYPO)
            rest.remove(word)
            other_rest.remove(twin)
    matched = sum(count for word, count in common.items() if word not in _GENERIC) + len(slips)
    ignored = _GENERIC | one.place | other.place
    extra = [word for word in rest if word not in ignored]
    other_extra = [word for word in other_rest if word not in ignored]
    if not matched or (extra and other_extra) or _is_only_place(one, other, common, slips):
        return 0.0, []
    reasons = list(dict.fromkeys(slips))
    if extra or other_extra:
        return _with_more(extra or other_extra, matched, reasons)
    if not slips:
        return (0.97, [Reason.GENERIC_WORDS]) if rest or other_rest else (0.99, [Reason.SWAPPED])
    return max(0.93 - 0.05 * (len(slips) - 1), 0.7), reasons


def _with_more(
    extra: Sequence[str], matched: int, reasons: list[Reason]
) -> tuple[float, list[Reason]]:
    if _PARTS.intersection(extra) or any(word.isdigit() for word in extra) or matched < 2:  # noqa: PLR2004
        return 0.0, []
    return (0.52 if len(extra) == 1 else 0.42), [*reasons, Reason.MORE_WORDS]


def _is_only_place(
    one: StructureCard, other: StructureCard, common: Counter[str], slips: Sequence[Reason]
) -> bool:
    """Tell whether all that the names share is the town they are in."""
    places = one.place | other.place | _GENERIC
    return not slips and one.name != other.name and all(word in places for word in common)


def _slip(word: str, other: str) -> Reason | None:
    if is_typo(word, other):
        return Reason.TYPO
    if sounds_alike(word, other):
        return Reason.SOUND
    short, long = sorted((word, other), key=len)
    is_short_form = len(short) >= 4 and long.startswith(short)  # noqa: PLR2004
    return Reason.COMPOUND if is_short_form and short.isalpha() else None
