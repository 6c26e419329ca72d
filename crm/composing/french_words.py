"""Words whose article or whose h French readers know by heart. Folded: no accent, no capital."""

from collections.abc import Mapping
from enum import StrEnum


class Article(StrEnum):
    """The definite article of a name."""

    NONE = ""
    MASCULINE = "le"
    FEMININE = "la"
    PLURAL = "les"
    ELIDED = "l’"


# What names of organisations begin with.
MASCULINE = frozenset(
    """atelier bureau cabinet campus carrefour ccas centre cercle cinema club collectif college
    comite conseil conservatoire consortium consulat departement district espace etablissement
    festival fonds forum foyer fablab gie gip gouvernement groupe groupement hopital
    incubateur institut laboratoire lycee ministere mouvement musee office observatoire ordre
    organisme orchestre parc parlement pays pole programme projet reseau rectorat relais
    regroupement rotary secours secretariat senat service siege sivom sivu syndicat theatre
    tribunal village""".split()
)
FEMININE = frozenset(
    """academie agence agglomeration alliance amicale ambassade antenne assemblee association
    banque bibliotheque brigade caf caisse cantine chaire chambre cite clinique commission commune
    communaute compagnie confederation congregation cooperation cooperative coordination croix
    delegation direction ecole eglise entente entreprise equipe faculte federation ferme filiere
    fondation force fraternelle fraternite halle harmonie industrie initiative inspection jeunesse
    ligue mairie maison mediatheque metropole mission mjc mutuelle ong organisation paroisse
    pepiniere plateforme prefecture radio region ressourcerie scop societe section sous structure
    these troupe union universite ville""".split()
)
PLURAL = frozenset(
    """amis amies anciens anciennes apprentis archives ateliers compagnons eclaireurs eclaireuses
    etablissements femmes foyers francas guides hauts jeunes restaurants restos scouts services
    volontaires""".split()
)
# Acronyms that are read with an article, in capitals as they are written.
ACRONYMS: Mapping[str, Article] = {
    **dict.fromkeys(
        "CAUE CCAS CD CH CHU CIAS CNRS CPIE CROUS PETR PNR SDIS".split(), Article.MASCULINE
    ),
    **dict.fromkeys(
        "CA CC CCI CMA CPAM CRESS CU DDTM DRAC DREAL MEL MSA".split(), Article.FEMININE
    ),
}
# Words whose h keeps « de » and « le » whole.
ASPIRATED = frozenset(
    """hache hackathon hackathons hacker hackers haie haies hainaut haine halage hall halle
    hallebarde halles halte hamac hambourg hameau hameaux hanche hand handball handi handicap
    handicape handicapes handicaps handisport hangar hangars hanoi hanovre hanse harcelement
    hardelot hareng haricot haricots harlem harnais harpe hasard haubourdin hausse haut haute
    hautes hauteur hauteurs hauts havre haye herisson hernie heron heros hesse hetre hibou
    hierarchie hip hobby hockey hollandais hollande homard honduras hong hongrie hongrois
    hongroise honte hors hotte houblon houblonniere houille houilleres houle housse hub hubs
    huguenot huit huitaine huitieme hurlement hutte huttes""".split()
)
# A vowel that nothing elides before.
NOT_ELIDED = frozenset(
    """onze onzieme oui ouagadougou ouahigouya ouidah ouistiti uhlan ululement""".split()
)
REGIONS_OF_WATER = frozenset(("nouvelle caledonie", "polynesie francaise"))


def _departements() -> Mapping[str, Article]:
    """Return the article of each département (INSEE, TNCC); those it does not name take none."""
    named = {
        Article.MASCULINE: """calvados|cantal|cher|doubs|finistere|gard|gers|jura|loir et cher
            |loiret|lot|lot et garonne|morbihan|nord|pas de calais|puy de dome|bas rhin|haut rhin
            |rhone|tarn|tarn et garonne|var|vaucluse|territoire de belfort|val de marne
            |val d oise""",
        Article.FEMININE: """charente|charente maritime|correze|cote d or|creuse|dordogne|drome
            |corse du sud|haute corse|haute garonne|gironde|loire|haute loire|loire atlantique
            |lozere|manche|marne|haute marne|mayenne|meuse|moselle|nievre|haute saone|sarthe
            |savoie|haute savoie|seine maritime|somme|vendee|vienne|haute vienne
            |seine saint denis|guadeloupe|martinique|guyane""",
        Article.PLURAL: """alpes de haute provence|hautes alpes|alpes maritimes|ardennes
            |bouches du rhone|cotes d armor|landes|pyrenees atlantiques|hautes pyrenees
            |pyrenees orientales|yvelines|deux sevres|vosges|hauts de seine""",
        Article.ELIDED: """ain|aisne|allier|ardeche|ariege|aube|aude|aveyron|eure|herault|indre
            |isere|oise|orne|yonne|essonne""",
    }
    return {
        " ".join(name.split()): article
        for article, names in named.items()
        for name in names.split("|")
    }


DEPARTEMENTS = _departements()
