"""What the network's report tells of the meetings of 2019: when, with whom, how many came."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from crm.core import clock
from crm.events.types import EventStatus

_MORNING, _LASTS = time(9, 30), timedelta(hours=3)
_REGION, _LILLE = "Région Hauts-de-France", "Université de Lille"
_NO_DAY = "Le bilan ne dit pas quel jour : celui-ci est approché."


@dataclass(frozen=True, slots=True)
class PastEvent:
    """An event of 2019; `headcount` as it was said, `wording` where that was in words.

    `last_day` is that of an event of whole days, counted from the day it begins.
    """

    title: str
    kind: str
    role: str
    day: date
    place: str
    headcount: int | None = None
    wording: str | None = None
    group: str | None = None
    organiser: str | None = None
    countries: tuple[str, ...] = ()
    postponed_to: date | None = None
    status: EventStatus = EventStatus.HELD
    last_day: timedelta | None = None
    capacity: int | None = None
    description: str | None = None

    @property
    def held_on(self) -> date:
        """Return the day it was held, or is to be."""
        return self.postponed_to or self.day

    def times(self, day: date) -> tuple[datetime, datetime]:
        """Return when it begins and ends, were it to begin that day."""
        if self.last_day is not None:
            return clock.paris_instant(day, time()), clock.paris_instant(
                day + self.last_day, time()
            )
        starts_at = clock.paris_instant(day, _MORNING)
        return starts_at, starts_at + _LASTS


def _talk(title: str, day: date, headcount: int | None = None, **said: str) -> PastEvent:
    return PastEvent(
        title, "intervention_en_universite", "animation", day, "Lille", headcount,
        organiser=_LILLE, **said,  # type: ignore[arg-type]
    )  # fmt: skip


# Ten were to go; eight were found, then three were left, and the departure was put off.
DEPARTURE = PastEvent(
    "Départ de jeunes à Oujda", "mission_a_l_etranger", "co_organisation", date(2019, 12, 9),
    "Oujda", organiser="Ville de Valenciennes", countries=("MA",),
    postponed_to=date(2020, 2, 17), status=EventStatus.POSTPONED, last_day=timedelta(days=11),
    capacity=10,
    description="Projet d’envoi de dix jeunes du Bassin minier, préparé avec la ville.",
)  # fmt: skip
PAST = (
    PastEvent("Atelier « Énergies renouvelables au Sénégal »", "atelier", "co_organisation",
              date(2019, 3, 21), "Lille", organiser=_REGION, countries=("SN",)),
    PastEvent("Forum Afrique australe", "forum", "appui_a_la_preparation", date(2019, 4, 4),
              "Lille", organiser=_REGION, countries=("ZA", "MZ")),
    PastEvent("Forum Maroc", "forum", "mobilisation_diffusion", date(2019, 5, 16), "Lille",
              organiser=_REGION, countries=("MA",)),
    PastEvent("Conférence « Partenariat » à Cotonou", "conference", "co_organisation",
              date(2019, 11, 21), "Cotonou", organiser=_REGION, countries=("BJ",)),
    PastEvent("Cap sur le monde", "forum", "comite_de_pilotage", date(2019, 9, 19), "Lille",
              organiser=_REGION),
    PastEvent("Événement Pologne", "conference", "mobilisation_diffusion", date(2019, 11, 14),
              "Lens", organiser=_REGION, countries=("PL",)),
    PastEvent("Forum des acteurs de l’énergie pour l’Afrique", "forum", "comite_de_pilotage",
              date(2019, 12, 3), "Lille", organiser=_REGION, postponed_to=date(2020, 2, 7)),
    PastEvent("Réunion du groupe-pays Maroc", "groupe_pays", "organisation", date(2019, 2, 12),
              "Lille", 24, group="Groupe-pays Maroc", countries=("MA",)),
    PastEvent("Réunion du groupe-pays Pologne", "groupe_pays", "organisation", date(2019, 10, 8),
              "Lens", 16, group="Groupe-pays Pologne", countries=("PL",)),
    PastEvent("Commission « Accès à l’énergie »", "commission_thematique", "organisation",
              date(2019, 5, 23), "Amiens", 66, group="Commission Énergie"),
    _talk("Intervention : master 2 de science politique et métiers de l’Europe",
          date(2019, 1, 15)),
    _talk("Intervention : master 1 Développement des territoires, premier groupe",
          date(2019, 9, 26)),
    _talk("Intervention : master 1 Développement des territoires, second groupe",
          date(2019, 10, 3)),
    _talk("Intervention : master 2 Économie, développement et aménagement", date(2019, 11, 20)),
    _talk("Intervention : master 2 Relations interculturelles, Afrique et monde arabe",
          date(2019, 12, 6)),
    _talk("Intervention : licence, module sur l’interculturalité", date(2019, 10, 15), 60,
          wording="une soixantaine", description=_NO_DAY),
    PastEvent("Formation au montage de projet", "formation", "organisation", date(2019, 10, 17),
              "Beauvais", 12),
    DEPARTURE,
)  # fmt: skip
