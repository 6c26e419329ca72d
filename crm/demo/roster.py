"""How many structures of each family there are, and what they may be."""

from random import Random

from crm.contacts.types import Family

LISTED_BEFORE_2020 = {
    Family.ASSOCIATION: 150,
    Family.COLLECTIVITE: 62,
    Family.ENTREPRISE: 30,
    Family.UNIVERSITAIRE: 24,
    Family.SCOLAIRE: 18,
    Family.JEUNESSE: 16,
    Family.RESEAU: 8,
    Family.INSTITUTION: 7,
    Family.ETRANGER: 4,
    Family.AUTRE: 2,
}
_NEWCOMERS = (
    Family.ASSOCIATION, Family.ASSOCIATION, Family.ASSOCIATION, Family.ASSOCIATION,
    Family.COLLECTIVITE, Family.ENTREPRISE, Family.SCOLAIRE,
)  # fmt: skip
LISTED_LATER = {
    2020: _NEWCOMERS[:5],
    2021: (*_NEWCOMERS, Family.UNIVERSITAIRE),
    2022: (*_NEWCOMERS, Family.JEUNESSE, Family.ETRANGER),
    2023: (*_NEWCOMERS, Family.ENTREPRISE),
    2024: (*_NEWCOMERS, Family.COLLECTIVITE, Family.JEUNESSE),
    2025: (*_NEWCOMERS, Family.RESEAU),
}
UNDATED = (Family.ASSOCIATION, Family.ENTREPRISE, Family.AUTRE)
NAMED_TOWNS = (
    ("Tourcoing", "59"), ("Amiens", "80"), ("Béthune", "62"), ("Valenciennes", "59"),
    ("Divion", "62"), ("Lille", "59"), ("Arras", "62"), ("Château-Thierry", "02"),
    ("Longueau", "80"), ("Avion", "62"), ("Beauvais", "60"), ("Laon", "02"), ("Compiègne", "60"),
)  # fmt: skip
TAGS = (
    "adhérent", "bassin minier", "conseil d’administration", "nouveau", "Quinzaine de la mobilité",
    "à relancer", "formation", "festival", "réciprocité", "bailleur",
)  # fmt: skip
THEMES = (
    "acces_a_l_energie", "acces_a_l_eau_et_assainissement", "agriculture_et_alimentation",
    "jeunesse_et_mobilite", "education_a_la_citoyennete_et_a_la_solidarite_internationale",
    "education_et_formation", "sante", "culture_et_patrimoine",
    "environnement_climat_et_biodiversite", "developpement_economique_et_ess",
    "gouvernance_et_appui_institutionnel", "droits_humains", "egalite_femmes_hommes",
    "migrations", "dechets", "numerique",
)  # fmt: skip
_KINDS: dict[str, tuple[tuple[str | None, str], ...]] = {
    Family.ASSOCIATION: (
        ("association_association_loi_1901", ""),
        ("association_association_loi_1901", ""),
        ("association_association_loi_1901", ""),
        ("association_comite_de_jumelage", ""),
        ("association_comite_de_jumelage", ""),
        ("association_osim_migrants", ""),
        ("association_ong", ""),
        ("association_fondation_fonds_de_dotation", ""),
        ("association_association_etudiante", ""),
    ),
    Family.ENTREPRISE: (
        ("entreprise_tpe_pme", ""),
        ("entreprise_tpe_pme", ""),
        ("entreprise_cooperative_ess", ""),
        ("entreprise_bureau_d_etudes", ""),
    ),
    Family.SCOLAIRE: (
        ("scolaire_lycee", "Lycée"),
        ("scolaire_lycee", "Lycée"),
        ("scolaire_college", "Collège"),
        ("scolaire_lycee_agricole", "Lycée agricole"),
        ("scolaire_ecole", "École"),
        ("scolaire_mfr", "Maison familiale"),
    ),
    Family.JEUNESSE: (
        ("jeunesse_centre_social", "Centre social"),
        ("jeunesse_mjc", "MJC"),
        ("jeunesse_club_de_prevention", "Club de prévention"),
        ("jeunesse_federation_d_education_populaire", "Fédération populaire"),
    ),
    Family.RESEAU: ((None, "Réseau"), (None, "Collectif"), (None, "Plateforme")),
    Family.INSTITUTION: ((None, "Agence"), (None, "Délégation"), (None, "Office")),
    Family.ETRANGER: ((None, "Coopérative"), (None, "Groupement féminin"), (None, "Comité")),
    Family.AUTRE: ((None, "Cercle"), (None, "Collectif informel")),
}


def draw_kind(random: Random, family: str) -> tuple[str | None, str]:
    """Return a sub-type that fits the family, and the word its names begin with."""
    return random.choice(_KINDS[family])
