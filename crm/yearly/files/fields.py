"""The fields that a Word template may name: a closed list, nothing of it is ever run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crm.core import clock
from crm.core.errors import N_
from crm.indicators.indicator import Indicator
from crm.indicators.registry import find_indicator
from crm.indicators.types import By
from crm.web.formats import long_date
from crm.web.locale import translate
from crm.yearly.files.wording import figure_text, period_words, settings_words, title_of
from crm.yearly.types import Block, ItemKind, Report, Section

CONTENT, RULES = "contenu", "regles"
_FIGURE = "chiffre"
_WORDS = {
    "titre": N_("Le nom du rapport et l’année"),
    "annee": N_("L’année"),
    "periode": N_("Les jours comptés"),
    "reseau": N_("Le nom du réseau"),
    "financeur": N_("Le financeur"),
    "reglages": N_("Les réglages du comptage"),
    "date": N_("Le jour où le fichier est écrit"),
    "empreinte": N_("L’empreinte de l’année close"),
}


@dataclass(frozen=True, slots=True)
class Fields:
    """What a template may name: words put in a sentence, and blocks that take a paragraph."""

    words: Mapping[str, str]
    blocks: Sequence[str] = field(default=())

    def __contains__(self, name: str) -> bool:
        return name in self.words or name in self.blocks


def part_field(section: Section) -> str:
    """Return the field that a part of the report takes the place of."""
    return f"partie_{section.item_id}"


def block_field(block: Block) -> str:
    """Return the field that a block takes the place of."""
    return f"bloc_{block.item_id}"


def fields_of(report: Report, digest: str) -> Fields:
    """Return all that a template of this report may name."""
    words = {
        "titre": title_of(report),
        "annee": str(report.year),
        "periode": period_words(report),
        "reseau": report.network,
        "financeur": report.funder,
        "reglages": " ".join(settings_words(report)),
        "date": long_date(clock.today()),
        "empreinte": digest or translate(N_("année non close")),
    }
    for block in report.blocks:
        words |= _figure_words(block)
    blocks = [CONTENT, RULES]
    for section in report.sections:
        blocks += [part_field(section), *(block_field(block) for block in section.blocks)]
    return Fields(words, tuple(blocks))


def field_list(report: Report) -> list[tuple[str, str]]:
    """Return (field, what it stands for) of what a template may name, for the page that says it."""
    found = [(name, translate(label)) for name, label in _WORDS.items()]
    found += [
        (CONTENT, translate(N_("Tout le rapport, seul dans son paragraphe"))),
        (RULES, translate(N_("Les règles de calcul, seules dans leur paragraphe"))),
    ]
    for section in report.sections:
        if section.item_id:
            found.append((part_field(section), section.title))
        for block in section.blocks:
            found.append((block_field(block), block.title))
            if block.kind in (ItemKind.FIGURE, ItemKind.SERIES):
                found.append((f"{_FIGURE}_{block.item_id}", block.title))
            found += [
                (f"{_FIGURE}_{block.item_id}_{line.key}", f"{block.title} : {line.label}")
                for line in block.lines
                if block.kind == ItemKind.SPLIT
            ]
    return found


def _figure_words(block: Block) -> dict[str, str]:
    name = f"{_FIGURE}_{block.item_id}"
    if block.kind != ItemKind.SPLIT:
        return {name: figure_text(block.line)} if block.line else {}
    # A part without anything this year is a zero, not a field that is unknown.
    words = {f"{name}_{key}": "0" for key in _known_parts(block)}
    return words | {f"{name}_{line.key}": figure_text(line) for line in block.lines}


def _known_parts(block: Block) -> list[str]:
    source = find_indicator(block.code)
    if not isinstance(source, Indicator) or block.by not in set(By):
        return []
    return list(_FIXED_PARTS.get(By(block.by), ()))


_FIXED_PARTS: Mapping[By, tuple[str, ...]] = {
    By.FAMILY: (
        "association", "collectivite", "entreprise", "universitaire", "scolaire", "jeunesse",
        "reseau", "institution", "etranger", "autre",
    ),
    By.FORMALITY: ("formal", "ad_hoc"),
}  # fmt: skip
