"""Which communes a pasted list means: a name that several bear is asked, never guessed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core.errors import N_, RuleError
from crm.core.text import words
from crm.territories.models import Commune, CommunePostcode, FormerCommune
from crm.territories.pasting import MOST_LINES, PastedLine, read_lines
from crm.territories.queries import commune_labels

_UNKNOWN = N_("Aucune commune du territoire ne s’appelle « %(name)s ».")
_SEVERAL = N_("Plusieurs communes s’appellent « %(name)s » : précisez le département.")


@dataclass(slots=True)
class Pasted:
    """What a list means: the codes of the communes found, what is to be asked, what is unknown.

    `asked` gives for each line the communes among which to choose, as (INSEE code, label).
    """

    codes: list[str] = field(default_factory=list)
    asked: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def read_pasted(session: Session, text: str, chosen: Mapping[str, str]) -> Pasted:
    """Return what a pasted text means; `chosen` answers by line what was asked before.

    Raises RuleError for a text of too many lines.
    """
    lines = list(read_lines(text))
    if len(lines) > MOST_LINES:
        raise RuleError("pasted", N_("C’est trop long : %(count)s lignes au plus."),
                        count=MOST_LINES)  # fmt: skip
    geography = _Geography(session, lines)
    pasted = Pasted()
    several: dict[str, list[str]] = {}
    for line in lines:
        found = geography.communes_of(line)
        if chosen.get(line.text) in found:
            found = [chosen[line.text]]
        if len(found) == 1:
            pasted.codes.append(found[0])
        elif found:
            several[line.text] = found
        else:
            pasted.unknown.append(line.text)
    labels = commune_labels(session, {code for found in several.values() for code in found})
    pasted.asked = {
        text: [(code, labels[code]) for code in found] for text, found in several.items()
    }
    pasted.codes = list(dict.fromkeys(pasted.codes))
    return pasted


def commune_of_text(session: Session, typed: str) -> str:
    """Return the INSEE code of the one commune that a text means; raise RuleError otherwise."""
    pasted = read_pasted(session, typed, {})
    if pasted.asked:
        raise RuleError("communes", _SEVERAL, name=typed)
    if not pasted.codes:
        raise RuleError("communes", _UNKNOWN, name=typed)
    return pasted.codes[0]


class _Geography:
    """The communes that some lines may mean, read at once."""

    def __init__(self, session: Session, lines: Sequence[PastedLine]) -> None:
        codes = {line.code for line in lines if line.code}
        self._former = dict(
            session.execute(
                select(FormerCommune.insee_code, FormerCommune.current_insee_code).where(
                    FormerCommune.insee_code.in_(codes)
                )
            )
            .tuples()
            .all()
        )
        self._postcodes: dict[str, list[str]] = {}
        for postcode, code in session.execute(
            select(CommunePostcode.postcode, CommunePostcode.insee_code)
            .where(CommunePostcode.postcode.in_(codes))
            .order_by(CommunePostcode.insee_code)
        ).tuples():
            self._postcodes.setdefault(postcode, []).append(code)
        self._departements: dict[str, str] = {}
        self._by_name: dict[str, list[str]] = {}
        self._by_code: dict[str, str] = {}
        self._read_communes(session)
        self._read_former_names(session, {line.name for line in lines})

    def _read_communes(self, session: Session) -> None:
        rows = session.execute(
            select(Commune.insee_code, Commune.name, Commune.departement_code).order_by(
                Commune.insee_code
            )
        )
        for code, name, departement in rows.tuples():
            folded = " ".join(words(name))
            self._by_name.setdefault(folded, []).append(code)
            self._by_code[code] = folded
            self._departements[code] = departement

    def _read_former_names(self, session: Session, names: Collection[str]) -> None:
        """Let the name of a commune of the past lead to the present one, where no other has it."""
        rows = session.execute(
            select(FormerCommune.name, FormerCommune.current_insee_code).where(
                FormerCommune.name.is_not(None)
            )
        )
        for name, code in rows.tuples():
            folded = " ".join(words(name or ""))
            if folded in names and code in self._by_code:
                known = self._by_name.setdefault(folded, [])
                if code not in known:
                    known.append(code)

    def communes_of(self, line: PastedLine) -> list[str]:
        """Return the codes of the communes that a line may mean, those of its département alone."""
        named = self._by_name.get(line.name, [])
        if line.code is not None:
            return self._with_code(line.code, line.name, named)
        if line.departement is not None:
            return [code for code in named if self._departements[code] == line.departement]
        return named

    def _with_code(self, code: str, name: str, named: Sequence[str]) -> list[str]:
        """Read five figures as an INSEE code or as a postcode; a name beside them decides."""
        insee = self._former.get(code, code)
        is_insee = insee in self._by_code
        here = self._postcodes.get(code, [])
        if not name:
            # Alone, figures that are both would be a guess: all that they may mean is asked.
            return list(dict.fromkeys([*([insee] if is_insee else []), *here]))
        if is_insee and insee in named:
            return [insee]
        return [each for each in here if each in named]
