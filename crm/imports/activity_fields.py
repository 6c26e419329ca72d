"""What a column can say of sessions, groups and projects."""

from crm.core.errors import N_
from crm.imports.field import field

SESSION = (
    field(
        "session.held_on",
        N_("Date de la séance"),
        "date",
        "date | le | jour",
        "date de la seance | date du rendez vous | date rdv | date de rdv | date de l entretien |"
        " date d accompagnement | date rendez vous",
    ),
    field(
        "session.kind",
        N_("Nature de la séance"),
        "session_kind",
        "nature | type | modalite | mode | format",
        "type de rendez vous | nature de la seance | type d accompagnement | type de seance |"
        " modalite de rdv | type de rdv | forme de l accompagnement",
    ),
    field(
        "session.status",
        N_("Statut de la séance"),
        "session_status",
        "statut | etat",
        "statut de la seance",
    ),
    field(
        "session.duration",
        N_("Durée"),
        "duration",
        "",
        "duree | temps passe | duree du rdv | duree en minutes",
    ),
    field(
        "session.officers",
        N_("Qui a accompagné"),
        "officers",
        "qui | par",
        "charge de mission | accompagnateur | accompagne par | agent | charges de mission |"
        " referent interne",
    ),
    field(
        "session.themes",
        N_("Thèmes de la séance"),
        "themes",
        "themes | thematiques | thematique | theme | sujet | sujets | objet",
        "themes abordes",
    ),
    field(
        "session.countries",
        N_("Pays de la séance"),
        "countries",
        "pays",
        "pays concerne | pays concernes",
    ),
    field(
        "session.axes",
        N_("Axes de la convention"),
        "entries",
        "axe | axes",
        "axes de la convention | axe de la convention | axe cpo",
    ),
    field(
        "session.projects",
        N_("Projets de la séance"),
        "entries",
        "projets",
        "projets de la seance | projet concerne | projets concernes",
    ),
    field(
        "session.notes",
        N_("Compte rendu"),
        "long",
        "notes | remarques | observations | commentaire | commentaires | contenu | resume",
        "compte rendu | cr | notes de la seance | objet du rendez vous | objet de la demande |"
        " demande | descriptif",
    ),
)

MEMBERSHIP = (
    field(
        "membership.group",
        N_("Groupe"),
        "short",
        "nom du groupe",
        "groupe | groupe pays | commission | groupes | nom du groupe pays",
    ),
    field(
        "membership.start_on",
        N_("Membre depuis le"),
        "date",
        "depuis | debut | date | date d entree | depuis le | date de debut",
        "membre depuis | date d adhesion au groupe",
    ),
    field(
        "membership.end_on",
        N_("Membre jusqu’au"),
        "date",
        "fin | jusqu au | date de sortie | date de fin",
        "membre jusqu au",
    ),
)

PROJECT = (
    field(
        "project.name",
        N_("Nom du projet"),
        "text",
        "nom | titre | intitule",
        "projet | nom du projet | titre du projet | intitule du projet | libelle du projet",
    ),
    field(
        "project.summary",
        N_("Résumé du projet"),
        "long",
        "resume | description | objet | contenu",
        "description du projet | resume du projet",
    ),
    field(
        "project.status",
        N_("État du projet"),
        "project_status",
        "statut | etat | avancement",
        "etat du projet",
    ),
    field(
        "project.partners",
        N_("Partenaires"),
        "organisations",
        "",
        "partenaires | structures partenaires | partenaire | autres structures",
    ),
    field(
        "project.countries",
        N_("Pays du projet"),
        "countries",
        "pays",
        "pays du projet | pays d intervention",
    ),
    field(
        "project.themes",
        N_("Thèmes du projet"),
        "themes",
        "themes | thematiques | thematique | theme | domaine | secteur",
        "themes du projet",
    ),
    field(
        "project.places_abroad",
        N_("Lieux à l’étranger"),
        "text",
        "lieu | lieux | localisation | region",
        "lieu du projet | localite a l etranger",
    ),
    field(
        "project.budget",
        N_("Budget"),
        "amount",
        "montant | cout",
        "budget | budget total | cout total | montant du projet",
    ),
    field(
        "project.start_on",
        N_("Début du projet"),
        "date",
        "debut | date de debut | depuis",
        "debut du projet",
    ),
    field("project.end_on", N_("Fin du projet"), "date", "fin | date de fin", "fin du projet"),
    field(
        "project.listed_on",
        N_("Projet référencé le"),
        "date",
        "annee | date",
        "date de referencement du projet",
    ),
)
