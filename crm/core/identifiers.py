"""French identifiers of organisations: SIREN and SIRET (INSEE), RNA (Waldec)."""

import re

from stdnum import luhn

from crm.core.errors import N_, RuleError

_LA_POSTE_SIREN = "356000000"
_SPACES = re.compile(r"[\s. \u202f-]+")


def compact(value: str) -> str:
    """Return the identifier without the spaces, dots and dashes people type in it."""
    return _SPACES.sub("", value).upper()


def parse_siren(value: str, field: str = "siren") -> str:
    """Return nine digits with a right Luhn key; raise RuleError that names the wrong digit.

    Source: INSEE, "Numéro SIREN": the ninth digit is the Luhn key of the first eight.
    """
    siren = compact(value)
    if not re.fullmatch(r"[0-9]{9}", siren):
        raise RuleError(
            field,
            N_("Un SIREN compte 9 chiffres ; celui-ci en compte %(count)s."),
            count=sum(char.isdigit() for char in siren),
        )
    expected = luhn.calc_check_digit(siren[:8])
    if siren[8] != expected:
        raise RuleError(
            field,
            N_(
                "La clé de ce SIREN est fausse : le dernier chiffre est %(found)s, il devrait être"
                " %(expected)s. Un autre chiffre est peut-être mal recopié."
            ),
            found=siren[8],
            expected=expected,
        )
    return siren


def parse_siret(value: str, field: str = "siret") -> str:
    """Return fourteen digits with a right key; raise RuleError with the reason.

    Source: INSEE, "Numéro SIRET"; La Poste's establishments use a sum divisible by five.
    """
    siret = compact(value)
    if not re.fullmatch(r"[0-9]{14}", siret):
        raise RuleError(
            field,
            N_("Un SIRET compte 14 chiffres ; celui-ci en compte %(count)s."),
            count=sum(char.isdigit() for char in siret),
        )
    parse_siren(siret[:9], field)
    if siret.startswith(_LA_POSTE_SIREN) and sum(map(int, siret)) % 5 == 0:
        return siret
    expected = luhn.calc_check_digit(siret[:13])
    if siret[13] != expected:
        raise RuleError(
            field,
            N_(
                "La clé de ce SIRET est fausse : le dernier chiffre est %(found)s, il devrait être"
                " %(expected)s. Un autre chiffre est peut-être mal recopié."
            ),
            found=siret[13],
            expected=expected,
        )
    return siret


def parse_rna(value: str, field: str = "rna") -> str:
    """Return W and nine letters or digits as the RNA writes them; raise RuleError otherwise.

    Source: Répertoire national des associations: W, a département or territory, a serial number.
    """
    rna = compact(value)
    if not re.fullmatch(r"W[0-9][0-9A-Z][0-9]{7}", rna):
        raise RuleError(
            field, N_("Un numéro RNA s’écrit W suivi de 9 chiffres, par exemple W595012345.")
        )
    return rna
