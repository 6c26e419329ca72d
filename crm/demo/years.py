"""What each year of the demonstration is made of: how many structures, about what, in which way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from crm.contacts.types import Family
from crm.demo.inventor import DemoStructure
from crm.demo.roster import NAMED_TOWNS

FIRST_YEAR = 2017
_ENERGY, _WATER, _FARMING = (
    "acces_a_l_energie", "acces_a_l_eau_et_assainissement", "agriculture_et_alimentation",
)  # fmt: skip
_OTHER_THEMES = (
    "jeunesse_et_mobilite", "education_a_la_citoyennete_et_a_la_solidarite_internationale",
    "education_et_formation", "sante", "culture_et_patrimoine",
    "environnement_climat_et_biodiversite", "developpement_economique_et_ess",
    "gouvernance_et_appui_institutionnel", "egalite_femmes_hommes", "migrations", "dechets",
    "numerique",
)  # fmt: skip
_KINDS = {
    "rdv": 30, "rdv_tel": 15, "rdv_visio": 6, "b2b": 4, "atelier": 5, "relecture": 16,
    "mise_en_relation": 12, "info": 12,
}  # fmt: skip
_KINDS_APART = {**_KINDS, "rdv": 12, "rdv_tel": 22, "rdv_visio": 28, "atelier": 2}
_FAMILIES_2019 = {
    Family.ASSOCIATION: 71,
    Family.COLLECTIVITE: 18,
    Family.ENTREPRISE: 14,
    Family.UNIVERSITAIRE: 12,
}
_SHARES = {
    Family.ASSOCIATION: 56, Family.COLLECTIVITE: 17, Family.ENTREPRISE: 10,
    Family.UNIVERSITAIRE: 8, Family.SCOLAIRE: 4, Family.JEUNESSE: 3, Family.RESEAU: 2,
    Family.INSTITUTION: 1, Family.ETRANGER: 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class YearPlan:
    """A year's structures by family and its themes, the main ones first."""

    year: int
    families: Mapping[Family, int]
    main_themes: Sequence[str]
    minor_themes: Sequence[str]
    kinds: Mapping[str, int]

    def theme_deck(self, random: Random, size: int) -> list[str]:
        """Return a main theme for each session: the three main ones far more often."""
        deck = [
            theme
            for theme, share in zip(self.main_themes, (0.27, 0.2, 0.14), strict=True)
            for _ in range(round(size * share))
        ]
        deck += [
            self.minor_themes[rank % len(self.minor_themes)] for rank in range(size - len(deck))
        ]
        random.shuffle(deck)
        return deck

    def kind_deck(self, random: Random, size: int) -> list[str]:
        """Return a kind for each session."""
        return random.choices(list(self.kinds), list(self.kinds.values()), k=size)


def plan_of(random: Random, year: int) -> YearPlan:
    """Return the plan of a year; each follows the life of the network."""
    main = [_ENERGY, _WATER, _FARMING]
    minor = list(_OTHER_THEMES)
    if year == 2019:
        return YearPlan(year, _FAMILIES_2019, main, minor, _KINDS)
    if year >= 2020:
        main[2], minor[0] = minor[0], main[2]
        random.shuffle(main)
    total = {2017: 78, 2018: 96, 2020: 88}.get(year) or random.randint(100, 124)
    families = {family: max(1, round(total * share / 102)) for family, share in _SHARES.items()}
    return YearPlan(year, families, main, minor, _KINDS_APART if year in (2020, 2021) else _KINDS)


def accompanied(
    random: Random, plan: YearPlan, structures: Sequence[DemoStructure]
) -> list[DemoStructure]:
    """Return the structures of the year, by family as it was when the year began."""
    first_day, last_day = date(plan.year, 1, 1), date(plan.year, 12, 31)
    chosen: list[DemoStructure] = []
    for family, count in plan.families.items():
        pool = [
            each
            for each in structures
            if each.as_of(first_day)[1] == family
            and each.is_listed_on(first_day)
            and each.is_listed_on(last_day)
        ]
        certain = [each for each in pool if _is_certain(each, plan.year)][:count]
        others = [each for each in pool if each not in certain]
        chosen += certain
        chosen += random.sample(others, min(len(others), count - len(certain)))
    return chosen


def _is_certain(each: DemoStructure, year: int) -> bool:
    if each.later is not None:
        return True
    towns = {name for name, _ in NAMED_TOWNS[:10]}
    return year == 2019 and "insee_code" in each.extra and each.name in towns
