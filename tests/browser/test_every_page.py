"""Every screen, on a phone and on a desktop, light and dark: nothing wrong for anyone."""

from typing import Any

import pytest

from tests.browser.conftest import Visitor

PAGES_A_VISIT = 9  # short visits, which several processes share out
PAGES = {
    "officer": [
        "/",
        "/recherche?q=bethune",
        "/recherche?q=zzzz",
        "/structures",
        "/structures?filtres=1&departement=59",
        "/structures?q=introuvable-vraiment",
        "/structures/1",
        "/structures/1?fil=tout",
        "/structures/1?le=15/03/2019",
        "/structures/1/modifier",
        "/structures/1/coordonnees/nouvelle",
        "/structures/1/adhesions/nouvelle",
        "/structures/1/partenaires/nouvelle",
        "/structures/nouvelle",
        "/mandats",
        "/mandats/vacants",
        "/corbeille",
        "/corbeille/structure/1/ajouter",
        "/doublons",
        "/doublons?fiche=contact&filtres=1",
        "/doublons/structure/5",
        "/doublons/structure/5/6",
        "/doublons/contact/1/2",
        "/historique/1",
        "/notes/structure/1/nouvelle",
        "/vues/structures/nouvelle?departement=59&tri=-nom",
        "/contacts",
        "/contacts/1",
        "/contacts/1/modifier",
        "/contacts/nouveau",
        "/contacts/1/fonctions/nouvelle",
        "/groupes",
        "/groupes?filtres=1&statut=actif",
        "/groupes/1",
        "/groupes/1?au=2019-03-12&filtres=1",
        "/groupes/1/courriels",
        "/groupes/1/fusionner",
        "/groupes/1/membres/ajouter",
        "/groupes/1/modifier",
        "/groupes/7",
        "/groupes/nouveau",
        "/groupes/adhesions/1",
        "/groupes/adhesions/1/modifier",
        "/groupes/adhesions/1/representants",
        "/accompagnements/tableau",
        "/accompagnements/tableau?filtres=1&colonne=montage",
        "/accompagnements/tableau?q=introuvable-vraiment",
        "/accompagnements?filtres=1",
        "/accompagnements/chiffres",
        "/accompagnements/1",
        "/accompagnements/1/modifier",
        "/accompagnements/1/clore",
        "/accompagnements/nouveau",
        "/financements",
        "/financements?filtres=1",
        "/financements/liste?filtres=1&etat=obtenu",
        "/financements/liste?colonnes=toutes",
        "/financements/nouveau?structure=1",
        "/financements/1",
        "/financements/1/modifier",
        "/financements/1/statut?statut=obtenu",
        "/financements/1/statut?statut=refuse",
        "/financements/1/versements",
        "/financements/1/cofinancements",
        "/financements/1/echeances",
        "/mises-en-relation?filtres=1",
        "/mises-en-relation/1",
        "/mises-en-relation/1/message",
        "/mises-en-relation/1/suite",
        "/mises-en-relation/1/modifier",
        "/mises-en-relation/42",
        "/mises-en-relation/nouvelle?structure=1",
        "/zones-blanches",
        "/zones-blanches?niveau=departement&colonnes=toutes",
        "/zones-blanches?niveau=commune&filtres=1&etat=rien",
        "/zones-blanches?niveau=commune&q=introuvable-vraiment",
        "/zones-blanches/tuiles",
        "/zones-blanches/tuiles?mesure=population",
        "/zones-blanches/annees",
        "/financements/chiffres",
        "/appels/1/eligibles",
        "/appels/1/eligibles?onglet=communes&filtres=1",
        "/dispositifs?filtres=1",
        "/dispositifs/nouveau",
        "/appels",
        "/appels?filtres=1&phase=ouvert",
        "/appels/nouveau",
        "/appels/calendrier?mois=2026-12",
        "/appels/calendrier/annee?annee=2026",
        "/relances/retroplanning/1",
        "/projets",
        "/projets?filtres=1&mutualise=oui",
        "/projets?q=introuvable-vraiment",
        "/projets/1",
        "/projets/1/modifier",
        "/projets/1/participants",
        "/projets/1/effectifs",
        "/projets/nouveau?structure=1",
        "/seances?confirmation=attendue",
        "/seances?colonnes=toutes",
        "/seances/1/reporter",
        "/seances/nouvelle?modele=1",
        "/pieces-jointes/session/1/ajouter",
        "/seances",
        "/seances/1",
        "/seances/nouvelle",
        "/relances",
        "/agenda",
        "/profil",
        "/une-page-qui-n-existe-pas",
    ],
    "campaign_manager": ["/", "/imports", "/imports/nouveau"],
    "director": [
        "/",
        "/bilan/2019",
        "/bilan/2019/accompanied_structures?famille=association",
        "/bilan/2019/sessions_done",
        "/bilan/1991",
        "/administration/listes",
        "/administration/listes/theme",
        "/administration/listes/session_kind/ajouter",
    ],
    "administrator": [
        "/",
        "/administration/utilisateurs",
        "/administration/messages",
        "/administration/messages?filtres=1&etat=uncertain",
        "/administration/travaux",
        "/administration/exports",
    ],
}


VISITS = [
    pytest.param((role, paths[start : start + PAGES_A_VISIT]), id=f"{role}-{start}")
    for role, paths in sorted(PAGES.items())
    for start in range(0, len(paths), PAGES_A_VISIT)
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("visit", VISITS)
def test_no_page_has_a_fault(
    chromium: Any, served: str, width: str, visit: tuple[str, list[str]], theme: str
) -> None:
    role, paths = visit
    visitor = Visitor(chromium, served, width, theme).sign_in(role)
    for path in paths:
        visitor.open(path)
        visitor.check()
    visitor.context.close()


def test_the_log_in_page_has_no_fault(visitor: Visitor) -> None:
    visitor.open("/connexion")
    visitor.check()
    visitor.open("/mot-de-passe-oublie")
    visitor.check()
