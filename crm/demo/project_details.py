"""What a project of the demonstration is besides its name: its state, money, roles and people."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from crm.core import clock
from crm.core.text import fold
from crm.demo.bulk import Row
from crm.projects.types import HeadcountKind, ProjectStatus, Role

SDG_OF = {
    "acces_a_l_energie": "7_energie_propre_et_d_un_cout_abordable",
    "acces_a_l_eau_et_assainissement": "6_eau_propre_et_assainissement",
    "agriculture_et_alimentation": "2_faim_zero",
    "education_et_formation": "4_education_de_qualite",
    "jeunesse_et_mobilite": "4_education_de_qualite",
    "education_a_la_citoyennete_et_a_la_solidarite_internationale": "4_education_de_qualite",
    "sante": "3_bonne_sante_et_bien_etre",
    "culture_et_patrimoine": "11_villes_et_communautes_durables",
    "environnement_climat_et_biodiversite": "15_vie_terrestre",
    "developpement_economique_et_ess": "8_travail_decent_et_croissance_economique",
    "gouvernance_et_appui_institutionnel": "16_paix_justice_et_institutions_efficaces",
    "egalite_femmes_hommes": "5_egalite_entre_les_sexes",
    "dechets": "12_consommation_et_production_responsables",
    "numerique": "9_industrie_innovation_et_infrastructure",
}
_REGIONS = {
    "MA": ("Marrakech-Safi", "Oriental", "Souss-Massa"),
    "ML": ("Région de Kayes", "Région de Ségou"),
    "PL": ("Silésie", "Lublin"),
    "SN": ("Région de Matam", "Casamance"),
    "BF": ("Centre-Nord", "Hauts-Bassins"),
    "TG": ("Plateaux", "Maritime"),
}
_ROLES = (
    Role.PARTNER, Role.PARTNER, Role.PARTNER, Role.RELAY, Role.OPERATOR, Role.HOSTING,
    Role.SENDING, Role.LEAD,
)  # fmt: skip
_THOUSANDS_OF_EUROS = (4, 8, 12, 15, 18, 25, 32, 45, 60, 85, 120, 240)
_ESTIMATES: tuple[tuple[int, str | None], ...] = (
    (60, "une soixantaine"), (30, "une trentaine"), (100, "une centaine"), (200, "environ 200"),
)  # fmt: skip


_COUNTS = tuple((count, None) for count in (0, 8, 12, 19, 24, 47, 85, 310))


def state_of(random: Random, start_on: date, end_on: date | None) -> ProjectStatus:
    """Return where a project is in its life today, as its dates allow."""
    today = clock.today()
    if random.random() < 0.05:
        return ProjectStatus.ABANDONED
    if start_on > today:
        return random.choice((ProjectStatus.IDEA, ProjectStatus.SETUP))
    if end_on is not None and end_on < today:
        return ProjectStatus.DONE
    return ProjectStatus.SETUP if random.random() < 0.1 else ProjectStatus.RUNNING


def details_of(random: Random, row: Row, country: str) -> Row:
    """Return what is known of a project besides its name and its dates."""
    regions = _REGIONS.get(country, ())
    place = random.choice(regions) if regions and random.random() < 0.5 else None
    cents = random.choice(_THOUSANDS_OF_EUROS) * 100_000 + random.choice((0, 0, 0, 25_050))
    return {
        "status": state_of(random, row["start_on"], row["end_on"]).value,
        "is_pooled": random.random() < 0.12,
        "is_publishable": random.random() < 0.6,
        "places_abroad": place,
        "places_key": fold(place) if place else None,
        "budget_cents": cents if random.random() < 0.75 else None,
    }


def roles_of(random: Random, project_id: int, structure_ids: Sequence[int]) -> list[Row]:
    """Return what each structure does in a project; now and then one of them does two things."""
    rows = []
    for structure_id in structure_ids:
        first = random.choice(_ROLES)
        both = {first, Role.HOSTING} if random.random() < 0.15 else {first}
        rows += [
            {"project_id": project_id, "structure_id": structure_id, "role": role.value}
            for role in sorted(both)
        ]
    return rows


def headcounts_of(random: Random, project_id: int, row: Row) -> list[Row]:
    """Return how many people some projects counted, now and then as an estimate, or none came."""
    if row["start_on"] >= clock.today() or random.random() < 0.55:
        return []
    rows = []
    for kind in random.sample(list(HeadcountKind), random.choice((1, 1, 2))):
        is_estimate = random.random() < 0.4
        count, wording = random.choice(_ESTIMATES if is_estimate else _COUNTS)
        day = row["start_on"] + timedelta(random.randint(20, 240))
        rows.append(
            {
                "project_id": project_id,
                "counted_on": min(day, clock.today()),
                "kind": kind.value,
                "count": count,
                "is_approximate": wording is not None,
                "wording": wording,
            }
        )
    return rows
