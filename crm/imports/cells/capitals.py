"""Capitals put right: names typed all in capitals, without breaking acronyms.

A text with both capitals and small letters was written with care, and is left alone.
"""

import re
from collections.abc import Collection

from crm.core.text import LINK_WORDS, fold

_ACRONYMS = frozenset(
    """
    ONG OSI OSIM ASI AFD MAE MEAE UE UA ONU PNUD UNESCO UNICEF OMS HCR OIF FAO OIM BM FMI ODD APD
    EPCI CC CA CU MEL CUD CAF CCI CMA CPAM CHU CHR CH CCAS CIAS SIVOM SIVU PETR PNR SDIS DREAL DRAC
    DRAJES DSDEN CROUS CREPS INSPE IUT UPJV ULCO CIEUX UTC UPHF ENSAM CNRS INRAE IRD INSERM IEP IAE
    MJC MFR CFA GRETA LP LPA EPLEFPA SNU JA CRAJEP CRIJ IJ BIJ RERO RECIM RRMA
    SARL SAS SASU SA SCI SCP SCOP SCIC EURL EIRL SNC GIE GIP GAEC EARL ESAT EHPAD IME ITEP SAMU
    RC FC US SC ASC CSA CSE CSF ASBL TPE PME RH SNCF EDF RATP IBM OCDE ESS DOM TOM
    RDC RCA USA UK BTP VTT
    """.split()
)
_ROMAN = re.compile(r"(?=[IVX]+$)X{0,3}(?:IX|IV|V?I{0,3})")
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_VOWELS = frozenset("aeiouy")
_LIQUIDS = frozenset("rlnmcs")  # « corps », « temps », « points » end with three consonants
_DOTTED = re.compile(r"(?:\w\.){2,}\w?")
_LOW_PARTICLES = frozenset(("de", "du", "des", "von", "zu", "y", "et", "née", "né", "épouse"))
_HIGH_PARTICLES = frozenset(
    "le la les van vander vanden den der ten ter el ben ait bel abou abu mc mac".split()
)
PARTICLES = _LOW_PARTICLES - {"et", "née", "né", "épouse"} | _HIGH_PARTICLES
_SAINTS = frozenset(("st", "ste", "sts", "stes"))
_LONGEST = 500  # a longer text is no name
_LITTLE = frozenset(("à", "y", "sous", "lez", "lès", "chez"))
_APOSTROPHES = re.compile("['´`ʼ]")


def put_name_capitals(text: str) -> str:
    """Return the name of a person with its capitals put right, « ’ » for every apostrophe.

    >>> (
    ...     put_name_capitals("DE LA TOUR"),
    ...     put_name_capitals("D'ALMEIDA"),
    ...     put_name_capitals("mcdonald"),
    ... )
    ('de La Tour', 'd’Almeida', 'McDonald')
    >>> (
    ...     put_name_capitals("JEAN-MARIE"),
    ...     put_name_capitals("MC DONALD"),
    ...     put_name_capitals("deVille"),
    ... )
    ('Jean-Marie', 'Mc Donald', 'deVille')
    """
    text = _APOSTROPHES.sub("’", " ".join(text.split()))
    is_low = text.islower()
    return " ".join(
        _name_word(word) if is_low or _is_capitals(word) else word for word in text.split(" ")
    )


def _is_capitals(word: str) -> bool:
    """Tell whether a word is all in capitals; one letter, as an initial, is not."""
    return word.isupper() and sum(letter.isalpha() for letter in word) > 1


def _name_word(word: str) -> str:
    low = word.lower()
    if low in _LOW_PARTICLES:
        return low
    if low.startswith("d’") and len(low) > len("d’"):
        return "d’" + _capitalised(low[2:])
    if re.fullmatch(r"mc[^\W\d_]{2,}", low):
        return "Mc" + low[2:].capitalize()
    return _capitalised(low)


def _capitalised(low: str) -> str:
    """Return a word with a capital at its start and after each hyphen, apostrophe or slash."""
    return _WORD.sub(lambda found: found[0][:1].title() + found[0][1:], low)


def put_organisation_capitals(
    text: str, acronyms: Collection[str] = (), *, may_be_acronym: bool = True
) -> str:
    """Return the name of an organisation with its capitals put right; acronyms stay as they are.

    `acronyms` adds those of the network's own records. A name of one word in capitals may always be
    an acronym and is left alone (unless `may_be_acronym` is false), as is every text with a small
    letter.

    >>> put_organisation_capitals("ASSOCIATION FRANCE BENIN")
    'Association France Benin'
    >>> (
    ...     put_organisation_capitals("COMITE DE JUMELAGE D'ARRAS (CJA)"),
    ...     put_organisation_capitals("MEL"),
    ... )
    ('Comite de Jumelage d’Arras (CJA)', 'MEL')
    >>> put_organisation_capitals("LYCEE JEAN XXIII"), put_organisation_capitals("ONG EAU VIVE")
    ('Lycee Jean XXIII', 'ONG Eau Vive')
    """
    text = " ".join(text.split())
    if len(text) > _LONGEST or not text.isupper() or (may_be_acronym and len(text.split()) == 1):
        return text
    known = _ACRONYMS | {each.upper() for each in acronyms}
    text = _APOSTROPHES.sub("’", text)
    bracketed = {word for part in re.findall(r"\(([^)]*)\)", text) for word in part.split()}
    kept = known | {word for word in bracketed if len(word) <= 8}  # noqa: PLR2004 - longer is a word
    told = [_organisation_word(word, kept) for word in text.split(" ")]
    return told[0][:1].upper() + told[0][1:] + "".join(f" {word}" for word in told[1:])


def _organisation_word(word: str, kept: Collection[str]) -> str:
    bare = word.strip('().,;:«»"!?')
    if bare in kept or _DOTTED.fullmatch(bare) or any(letter.isdigit() for letter in bare):
        return word
    return _WORD.sub(lambda found: _organisation_part(found[0], word, found.end(), kept), word)


def _organisation_part(part: str, word: str, end: int, kept: Collection[str]) -> str:
    """Return a part of a word between hyphens and apostrophes."""
    low = part.lower()
    if word[end : end + 1] == "’":
        return low if low in {"d", "l", "qu", "j", "n", "s"} else part.capitalize()
    if (fold(part) in LINK_WORDS and len(part) > 1) or low in _LITTLE:
        return low
    if low not in _SAINTS and (part in kept or _is_roman(part) or not _can_be_said(low)):
        return part
    return low[:1].upper() + low[1:]


def _is_roman(part: str) -> bool:
    return len(part) > 1 and bool(_ROMAN.fullmatch(part))


def _can_be_said(low: str) -> bool:
    """Tell whether a word has vowels where French needs them: « upjv » and « crt » have not."""
    plain = fold(low).replace(" ", "")
    if len(plain) < 2:  # noqa: PLR2004 - one letter
        return False
    if not _VOWELS & set(plain):
        return False
    end = re.search(r"[^aeiouy]{3}$", plain)
    return not (
        re.search(r"[^aeiouy]{6}|^[^aeiouyhlrsn]{2}[^aeiouylrh]", plain)
        or (end and end[0][0] not in _LIQUIDS)
    )
