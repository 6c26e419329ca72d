"""Short French texts: what was said, what is to be done, what a project is."""

ABOUT = {
    "acces_a_l_energie": "l’accès à l’énergie",
    "acces_a_l_eau_et_assainissement": "l’accès à l’eau",
    "agriculture_et_alimentation": "le maraîchage",
    "jeunesse_et_mobilite": "la mobilité des jeunes",
    "education_a_la_citoyennete_et_a_la_solidarite_internationale": "l’éducation à la citoyenneté",
    "education_et_formation": "la formation professionnelle",
    "sante": "le centre de santé",
    "culture_et_patrimoine": "l’échange culturel",
    "environnement_climat_et_biodiversite": "le reboisement",
    "developpement_economique_et_ess": "l’appui aux coopératives",
    "gouvernance_et_appui_institutionnel": "l’appui à l’état civil",
    "droits_humains": "l’accès aux droits",
    "egalite_femmes_hommes": "le groupement de femmes",
    "migrations": "l’accueil des arrivants",
    "dechets": "la collecte des déchets",
    "numerique": "la salle informatique",
}
SESSION_NOTES = {
    "rdv": (
        "Premier échange sur {about} : le besoin est clair, le budget reste à écrire.",
        "Point d’étape sur {about}. Les partenaires ont signé la convention.",
        "Rendez-vous dans nos locaux. Le calendrier de {about} est repoussé au printemps.",
        "Le bureau a changé : nous avons repris depuis le début le dossier sur {about}.",
        "Cofinancements possibles pour {about} :\n\n- appel à projets\n- mécénat local",
    ),
    "rdv_tel": (
        "Appel bref : confirmation de la date de dépôt pour {about}.",
        "Questions sur l’éligibilité des dépenses liées à {about}.",
        "Demande de contacts sur place à propos de {about}.",
    ),
    "rdv_visio": (
        "Visioconférence avec le partenaire sur place au sujet de {about}.",
        "Relecture partagée à l’écran du budget de {about}.",
    ),
    "b2b": (
        "Mise en présence de deux équipes sur {about} ; elles se revoient dans un mois.",
        "Échange technique sur {about}, visite de l’atelier envisagée.",
    ),
    "atelier": (
        "Atelier d’écriture : arbre à problèmes, puis cadre logique sur {about}.",
        "Atelier sur les indicateurs de suivi, avec {about} pour exemple.",
    ),
    "relecture": (
        "Relecture du dossier sur {about} : budget à équilibrer, objectifs à resserrer.",
        "Deuxième version relue. Manque la lettre du partenaire pour {about}.",
        "Quelques remarques de forme sur la demande consacrée à {about}.",
    ),
    "mise_en_relation": (
        "Mise en relation avec un acteur qui a déjà travaillé sur {about}.",
        "Transmission des coordonnées d’un bureau d’études au sujet de {about}.",
    ),
    "info": (
        "Réponse par courriel sur les dispositifs ouverts à {about}.",
        "Envoi du calendrier des appels à projets qui touchent à {about}.",
    ),
}
MILESTONES = (
    "Dépôt du dossier",
    "Comité de sélection",
    "Signature de la convention",
    "Mission sur place",
    "Réunion avec le partenaire",
    "Rapport intermédiaire",
)
MISSED_NOTES = (
    "Reporté à la demande de la structure.",
    "Personne au rendez-vous, message laissé.",
    "Annulé : grève des transports.",
)
NEXT_STEPS = (
    "Envoyer le modèle de budget",
    "Relire la nouvelle version du dossier",
    "Transmettre le contact du partenaire",
    "Rappeler pour fixer une date",
    "Demander la lettre d’engagement",
    "Vérifier les dates de l’appel à projets",
    "Inviter au prochain groupe-pays",
    "Mettre à jour la fiche dans l’annuaire",
)
PROJECT_TITLES = {
    "acces_a_l_energie": ("Mini-réseau solaire à {place}", "Lampadaires solaires à {place}"),
    "acces_a_l_eau_et_assainissement": ("Adduction d’eau à {place}", "Latrines à {place}"),
    "agriculture_et_alimentation": ("Maraîchage à {place}", "Greniers villageois de {place}"),
    "jeunesse_et_mobilite": ("Chantier de jeunes à {place}", "Échange de jeunes avec {place}"),
    "education_a_la_citoyennete_et_a_la_solidarite_internationale": (
        "Regards croisés avec {place}",
    ),
    "education_et_formation": ("Atelier de soudure de {place}", "Bibliothèque de {place}"),
    "sante": ("Maternité de {place}", "Poste de santé de {place}"),
    "culture_et_patrimoine": ("Festival partagé avec {place}", "Archives de {place}"),
    "environnement_climat_et_biodiversite": ("Reboisement autour de {place}",),
    "developpement_economique_et_ess": ("Coopérative de {place}", "Filière karité de {place}"),
    "gouvernance_et_appui_institutionnel": ("État civil de {place}",),
    "egalite_femmes_hommes": ("Groupement des femmes de {place}",),
    "dechets": ("Collecte des déchets à {place}",),
    "numerique": ("Salle informatique de {place}",),
}
PROJECT_SUMMARIES = (
    "Projet conduit avec la commune de {place} et deux associations locales.",
    "Étude, travaux puis formation d’un comité de gestion à {place}.",
    "Trois missions sur place et l’accueil d’une délégation de {place}.",
    "Le partenariat avec {place} dure depuis plus de dix ans.",
)
