"""Telephones and e-mail addresses, one or several in a cell."""

import re

from crm.contacts.rules import parse_phone as parse_typed_phone
from crm.core.addresses import parse_email as parse_typed_email
from crm.core.errors import N_
from crm.imports.cells.texts import looks_shortened, short_text, without_remarks
from crm.imports.cells.types import Cell, CellError

_NO_PHONE = N_("Ce numéro de téléphone n’est pas reconnu. Exemple : 03 20 12 34 56.")
_NO_EMAIL = N_("Cette adresse n’est pas complète. Exemple : prenom.nom@commune.fr.")
_SEVERAL_PHONES = N_("Cette cellule contient plusieurs numéros : gardez-en un.")
_SEVERAL_EMAILS = N_("Cette cellule contient plusieurs adresses : gardez-en une.")
_SHORTENED = N_(
    "Le tableur a raccourci ce nombre et perdu ses derniers chiffres. Mettez la colonne au format"
    " « Texte », puis recopiez les numéros."
)
_FRENCH = re.compile(
    r"(?:(?:\+|\b00)\s?33[\s.\-]*(?:\(0\)|0)?|\b0|\(0\))[\s.\-/]*[1-9](?:[\s.\-/]*\d{2}){4}(?!\d)"
)
_FOREIGN = re.compile(r"(?:\+|\b00)[1-9](?:[\s.\-/()]*\d){6,14}(?!\d)")
_BARE = re.compile(r"\d[\d\s.\-]{5,20}\d")
_LABEL = re.compile(
    r"\b(?:t[ée]l(?:[ée]phone)?|port(?:able)?|mob(?:ile)?|fixe|bureau|fax)\b[ .:]*", re.IGNORECASE
)
_EXTENSION = re.compile(r"\s*(?:poste|ext\.?|p\.)\s*\d{1,5}\s*$", re.IGNORECASE)
_PHONE_CUT = re.compile(
    r"\s*[;|\n,]\s*|\s+/\s+|/(?=\s*(?:\+|0[1-9](?:[\s.\-]*\d{2}){4}))|\s+(?:ou|et)\s+|\s+-\s+",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[^\s<>()\[\]\"',;:|/\\@]+@[^\s<>()\[\]\"',;:|/\\@]+")
_EMAIL_CUT = re.compile(
    r"\s*[;,|\n]\s*|\s+/\s+|/(?=\S+@)|\s+(?:ou|et)\s+|\s{2,}|(?<=\.\w\w)\s+(?=\S+@)", re.IGNORECASE
)
_LONGEST = 1_000
_LOST_ZERO, _WITH_PREFIX = 9, 11  # digits of 320123456 and of 33320123456


def parse_phones(cell: Cell) -> list[str]:
    """Return the numbers of a cell as E.164, each once; RuleError when a part is no number.

    A number that lost its zero in a spreadsheet has it again.

    >>> parse_phones("03.20.12.34.56 / +33 (0)6 12 34 56 78")
    ['+33320123456', '+33612345678']
    >>> parse_phones(320123456.0), parse_phones("0032 2 555 12 12")
    (['+33320123456'], ['+3225551212'])
    """
    text = without_remarks(short_text(cell, _NO_PHONE, _LONGEST, lines=True))
    if isinstance(cell, bool):
        raise CellError(_NO_PHONE)
    if looks_shortened(text):
        raise CellError(_SHORTENED)
    found: list[str] = []
    for part in _PHONE_CUT.split(text):
        found.extend(_phones_of_part(part))
    if not found:
        raise CellError(_NO_PHONE)
    return list(dict.fromkeys(found))


def _phones_of_part(part: str) -> list[str]:
    bare = re.sub(r"(?<=\d)\.0$", "", _EXTENSION.sub("", _LABEL.sub(" ", part))).strip(" .:()")
    if not bare:
        return []
    if bare.startswith("0)"):
        bare = "(" + bare
    matches = _FRENCH.findall(bare)
    if matches and not re.search(r"\w", _FRENCH.sub("", bare)):
        return [parse_typed_phone(_without_zero(match)) for match in matches]
    if _FOREIGN.fullmatch(bare):
        return [parse_typed_phone(re.sub(r"^00", "+", bare))]
    digits = re.sub(r"\D", "", bare)
    if _BARE.fullmatch(bare) and len(digits) == _LOST_ZERO and digits[0] != "0":
        return [parse_typed_phone("0" + digits)]
    if _BARE.fullmatch(bare) and len(digits) == _WITH_PREFIX and digits.startswith("33"):
        return [parse_typed_phone("+" + digits)]
    return [parse_typed_phone(bare)]


def _without_zero(text: str) -> str:
    """Return « +33 3 20… » for « 0033 (0)3 20… » and « +33 03 20… »."""
    digits = re.sub(r"[^\d+]", "", text)
    return re.sub(r"^(?:\+|00)330?", "+33", digits)


def parse_phone(cell: Cell) -> str:
    """Return the one number of a cell as E.164.

    >>> parse_phone("0033320123456")
    '+33320123456'
    """
    found = parse_phones(cell)
    if len(found) > 1:
        raise CellError(_SEVERAL_PHONES)
    return found[0]


def parse_emails(cell: Cell) -> list[str]:
    """Return the addresses of a cell, each once; RuleError when a part is none.

    >>> parse_emails("a@b.fr ; Jean Dupont <c@d.fr>")
    ['a@b.fr', 'c@d.fr']
    """
    found: list[str] = []
    text = re.sub(
        r"\s*@\s*",
        "@",
        without_remarks(short_text(cell, _NO_EMAIL, _LONGEST, lines=True)).replace("mailto:", ""),
    )
    for part in _EMAIL_CUT.split(text):
        if not part:
            continue
        inside = re.search(r"<([^<>]+)>", part) or re.search(r"\(([^()]+@[^()]+)\)", part)
        matches = _EMAIL.findall(inside[1] if inside else part)
        if not matches and "@" not in part and "@" in text:
            continue  # the name before an address in brackets: « Dupont, Jean <a@b.fr> »
        is_whole = inside or not re.sub(r"[\s.]", "", _EMAIL.sub("", part))
        if not matches or not is_whole:
            raise CellError(_NO_EMAIL)
        found.extend(parse_typed_email(match.strip(".")) for match in matches)
    if not found:
        raise CellError(_NO_EMAIL)
    return list({address.lower(): address for address in reversed(found)}.values())[::-1]


def parse_email(cell: Cell) -> str:
    """Return the one address of a cell.

    >>> parse_email(" Mairie@Commune.fr. ")
    'Mairie@commune.fr'
    """
    found = parse_emails(cell)
    if len(found) > 1:
        raise CellError(_SEVERAL_EMAILS)
    return found[0]
