"""Which words lead to a commune or an EPCI, even before it is an actor of the network.

Their codes are texts and the index holds numbers: a code is read in base 36.
"""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core.text import acronyms
from crm.search.index import ranked_words, rebuild
from crm.territories.models import Commune, CommunePostcode, Departement, Epci, FormerCommune

COMMUNE, EPCI = "commune", "epci"
_EPCI_KINDS = {
    "CA": "communauté d’agglomération",
    "CC": "communauté de communes",
    "CU": "communauté urbaine",
}
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CODE_LENGTH = 5
Records = Iterator[tuple[int, dict[str, int]]]


def number_of(insee_code: str) -> int:
    """Return the number that the index keeps for an INSEE code ("2A004" has a letter)."""
    return int(insee_code, len(_DIGITS))


def code_of(number: int) -> str:
    """Return the INSEE code of such a number."""
    code = ""
    for _ in range(_CODE_LENGTH):
        number, digit = divmod(number, len(_DIGITS))
        code = _DIGITS[digit] + code
    return code


def epci_words(name: str) -> str:
    """Return what the first letters of an EPCI's name stand for, and what it is."""
    return f"EPCI {_EPCI_KINDS.get(name.partition(' ')[0], '')}"


def all_communes(session: Session) -> Records:
    """Yield (number, words) of each commune: its name, its codes and postcodes, where it is."""
    codes: dict[str, list[str]] = {}
    for statement in (
        select(CommunePostcode.insee_code, CommunePostcode.postcode),
        select(FormerCommune.current_insee_code, FormerCommune.insee_code),
        select(FormerCommune.current_insee_code, FormerCommune.name).where(
            FormerCommune.name.is_not(None)
        ),
    ):
        for insee_code, code in session.execute(statement.order_by(*statement.selected_columns)):
            codes.setdefault(insee_code, []).append(code.lower())
    rows = session.execute(
        select(Commune.insee_code, Commune.name, Departement.name)
        .join(Departement, Departement.code == Commune.departement_code)
        .order_by(Commune.insee_code)
    ).all()
    for insee_code, name, departement in rows:
        around = [insee_code, departement, "mairie commune ville", *codes.get(insee_code, ())]
        yield number_of(insee_code), ranked_words([name], around, names=[name])


def all_epci(session: Session) -> Records:
    """Yield (SIREN, words) of each EPCI: its name and initials, its SIREN, where it is."""
    rows = session.execute(
        select(Epci.siren, Epci.name, Departement.name)
        .join(Departement, Departement.code == Epci.departement_code)
        .order_by(Epci.siren)
    ).all()
    for siren, name, departement in rows:
        ranks = ranked_words(
            [name, *acronyms(name)], [departement, epci_words(name)], names=[name], numbers=[siren]
        )
        yield int(siren), ranks


def index_territories(session: Session) -> None:
    """Make every commune and EPCI findable as it is today."""
    rebuild(session, COMMUNE, all_communes(session))
    rebuild(session, EPCI, all_epci(session))
