"""Invented names in quantity, for the network that the benchmarks measure."""

import random

FIRST_NAMES = tuple(
    "Adèle Alban Amélie Anatole Anissa Arthur Aurore Aymeric Bastien Béatrice Bérénice Boris "
    "Camille Carole Cédric Chloé Clément Coralie Corentin Damien Delphine Denis Djibril Édith "
    "Éléonore Éliane Élias Élie Élina Élise Éloïse Émile Emma Estelle Fanny Fatou Félix Fleur "
    "Florent Franck Gaël Gaston Geneviève Gilles Hakim Hélène Henri Hortense Hugo Idriss Inès "
    "Irène Isabelle Jeanne Jérôme Joëlle Judith Jules Karim Kévin Laure Léon Léna Lionel Loïc "
    "Louise Lucie Maël Maëlle Malik Manon Marius Mélanie Mireille Moussa Nadia Noé Noémie Odile "
    "Olivier Ophélie Pascal Paul Perrine Quentin Rachid Raphaël Régine Rémi Rose Sabine Samir "
    "Sélim Solène Stéphane Sylvie Tanguy Théo Thérèse Ugo Valérie Véronique Victor Yann Yasmine "
    "Yves Zoé".split()
)
_BEGINNINGS = (
    "Al Ar Bar Bel Ber Bour Can Car Chan Cor Dar Del Des Dor Du Fer Flo Gar Gou Gran Hal Her "
    "Lam Lan Le Ler Lou Mar Mer Mon Mor Nor Par Pel Per Pré Que Ram Ri Ro Sal Sau Ser Tar Tri "
    "Val Van Var Ver Vil Élin"
).split()
_MIDDLES = "a ai an au bi ca ce che de di do e fi go i la le li lo ma mi na ni o ra re ri".split()
_ENDS = (
    "beau bert chon court del din ert et eux fort gnon ier in let lin lot mont nard net ot quet "
    "rand ron sart sin teau thier ton vel vier ville"
).split()
ROLES = (
    "Présidente", "Président", "Trésorière", "Secrétaire", "Chargé de mission",
    "Directrice générale des services", "Maire", "Adjointe au maire", "Enseignante", "Bénévole",
)  # fmt: skip
TOPICS = (
    "Solidarité", "Amitié", "Puits et forages", "Soleil partagé", "École ouverte", "Eau vive",
    "Terre nourricière", "Jeunesse sans frontières", "Énergie commune", "Santé pour tous",
    "Passerelles", "Forêts d’avenir", "Ateliers du monde", "Cultures croisées", "Main tendue",
)  # fmt: skip
NOTES = (
    "Point sur le budget et le calendrier ; les devis des pompes arrivent la semaine prochaine.",
    "Relecture du dossier : le volet évaluation reste à écrire, le partenaire envoie sa lettre.",
    "Première prise de contact. L’équipe cherche un partenaire technique sur place.",
    "Échange sur l’appel à projets : la structure hésite entre deux années de dépôt.",
    "Bilan de la mission d’octobre et suites à donner avec la commune partenaire.",
)


def last_names(draw: random.Random, count: int) -> list[str]:
    """Return that many different family names, fewer if the syllables run out."""
    names: dict[str, None] = {}
    for _ in range(count * 3):
        middle = draw.choice(_MIDDLES) if draw.random() < 0.7 else ""
        names[draw.choice(_BEGINNINGS) + middle + draw.choice(_ENDS)] = None
        if len(names) == count:
            break
    return list(names)
