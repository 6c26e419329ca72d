"""What the demonstration's funding is made of: who pays, which schemes, which editions of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from crm.contacts.types import Family

FIRST_CALL = 2015
MINISTRY = "Ministère de l’Europe et des Affaires étrangères – DAECT"
REGION = "Région Hauts-de-France"
FONJEP = "Fonjep"
AFD = "Agence française de développement"
GUILDE = "La Guilde"
WATER_AGENCY = "Agence de l’eau Artois-Picardie"
FUNDERS = {
    MINISTRY: (Family.INSTITUTION, "MEAE"),
    REGION: (Family.COLLECTIVITE, None),
    FONJEP: (Family.INSTITUTION, None),
    AFD: (Family.INSTITUTION, "AFD"),
    GUILDE: (Family.ASSOCIATION, None),
    WATER_AGENCY: (Family.INSTITUTION, None),
}
_EVERYONE = (
    Family.ASSOCIATION, Family.COLLECTIVITE, Family.ENTREPRISE, Family.UNIVERSITAIRE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SchemePlan:
    """A scheme: who applies, how often, for how much; amounts in euros.

    `opens` and `closes` are (month, day); an edition that opens after it closes within a year
    opened the year before. `every` is the years between editions, 0 for none at all.
    """

    name: str
    funder: str
    summary: str
    families: Sequence[Family]
    applications: tuple[int, int]
    asked: tuple[int, int]
    opens: tuple[int, int] = (1, 15)
    closes: tuple[int, int] = (3, 31)
    first_year: int = FIRST_CALL
    every: int = 1
    edition: str = "Édition {year}"
    cap: int | None = None
    rate: int | None = None
    partners: int | None = None
    is_steady: bool = False

    def edition_name(self, year: int) -> str:
        """Return what the edition of a year is called."""
        roman = _ROMAN[min(year - _FIRST_YOUTH, len(_ROMAN) - 1)] if year >= _FIRST_YOUTH else "I"
        return self.edition.format(year=year, roman=roman)

    def opening(self, year: int) -> date:
        """Return the day an edition opens."""
        return date(year - (self.opens > self.closes), *self.opens)

    def closing(self, year: int) -> date:
        """Return the day an edition closes."""
        return date(year, *self.closes)


# « Jeunesse V » is the edition of the winter of 2019.
_FIRST_YOUTH = 2015
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII")

CAP_SUR_LE_MONDE = "Cap sur le Monde"
SCHEMES = (
    SchemePlan(
        "Appel à projets Jeunesse", MINISTRY,
        "Projets de jeunes portés par des collectivités et leurs partenaires à l’étranger.",
        (Family.COLLECTIVITE,), (2, 5), (8_000, 40_000),
        opens=(12, 3), closes=(3, 15), edition="Jeunesse {roman}", rate=50,
    ),
    SchemePlan(
        "AAP généraliste (triennal)", MINISTRY,
        "Coopération décentralisée de trois ans entre collectivités.",
        (Family.COLLECTIVITE,), (3, 6), (30_000, 180_000),
        opens=(11, 20), closes=(2, 28), first_year=2016, every=3, rate=50,
    ),
    SchemePlan(
        "Clés en main", MINISTRY,
        "Projet prêt à rejoindre, monté par un groupement de collectivités.",
        (Family.COLLECTIVITE,), (0, 2), (15_000, 60_000),
        opens=(9, 15), closes=(11, 30), first_year=2021, partners=3, rate=70,
    ),
    SchemePlan(
        "Acteurs de l’énergie pour l’Afrique", REGION,
        "Accès à l’énergie en Afrique, par au moins deux acteurs de la région.",
        _EVERYONE, (3, 6), (20_000, 100_000),
        opens=(2, 1), closes=(5, 15), first_year=2017, cap=100_000, rate=50, partners=2,
    ),
    SchemePlan(
        CAP_SUR_LE_MONDE, REGION,
        "Chantiers et échanges de jeunes de la région à l’étranger.",
        (Family.ASSOCIATION, Family.JEUNESSE, Family.SCOLAIRE), (8, 13), (1_500, 9_000),
        opens=(11, 2), closes=(4, 12), cap=10_000, is_steady=True,
    ),
    SchemePlan(
        "FICOL", AFD,
        "Grands projets de coopération des collectivités, tout au long de l’année.",
        (Family.COLLECTIVITE,), (0, 1), (250_000, 700_000), every=0, first_year=2016, rate=70,
    ),
    SchemePlan(
        "JSI / VVV-SI", FONJEP,
        "Chantiers de jeunes, avec un parrain : la moitié du budget au plus.",
        (Family.ASSOCIATION, Family.JEUNESSE), (4, 8), (2_500, 8_000),
        opens=(12, 15), closes=(2, 20), cap=8_500, rate=50,
    ),
    SchemePlan(
        "ISI", FONJEP,
        "Initiatives solidaires de jeunes et d’associations, jusqu’à 4 000 €.",
        (Family.ASSOCIATION,), (2, 4), (1_500, 4_000),
        opens=(6, 1), closes=(9, 30), first_year=2020, cap=4_000,
    ),
    SchemePlan(
        "Microprojets (La Guilde)", GUILDE,
        "Petits projets d’associations, avec l’appui de l’AFD.",
        (Family.ASSOCIATION,), (3, 6), (4_000, 20_000),
        opens=(1, 10), closes=(4, 30), first_year=2016, cap=20_000, rate=75,
    ),
    SchemePlan(
        "1 % eau (loi Oudin-Santini, 2005)", WATER_AGENCY,
        "Eau et assainissement à l’étranger, sur le budget de l’eau.",
        (Family.ASSOCIATION, Family.COLLECTIVITE), (2, 4), (10_000, 90_000),
        opens=(1, 5), closes=(9, 15), rate=70,
    ),
)  # fmt: skip
