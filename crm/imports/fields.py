"""What a column of a file can be, and the headers under which people write it.

`bare` headers mean the field where its record is what the file is mainly about (« Courriel » in a
list of people is theirs); `qualified` ones mean it anywhere. Headers are folded.
"""

from dataclasses import dataclass

from crm.core.errors import N_
from crm.imports.types import ImportKind


@dataclass(frozen=True, slots=True)
class Field:
    """A field: `reader` names how a cell is read, `record` what it is said of."""

    code: str
    label: str
    reader: str
    bare: tuple[str, ...] = ()
    qualified: tuple[str, ...] = ()

    @property
    def record(self) -> str:
        """Return what kind of record the field is of."""
        return self.code.partition(".")[0]

    @property
    def name(self) -> str:
        """Return the field's name in its record."""
        return self.code.partition(".")[2]


def _words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip())


def _field(code: str, label: str, reader: str, bare: str = "", qualified: str = "") -> Field:
    return Field(code, label, reader, _words(bare), _words(qualified))


RECORD_LABELS = {
    "structure": N_("Structure"),
    "contact": N_("Personne"),
    "affiliation": N_("Fonction"),
    "session": N_("Séance"),
    "membership": N_("Groupe"),
    "project": N_("Projet"),
}

_STRUCTURE = (
    _field("structure.name", N_("Nom de la structure"), "organisation",
           "nom | denomination | titre | intitule | libelle",
           "structure | nom de la structure | nom structure | organisation | organisme | raison"
           " sociale | association | nom de l association | entreprise | societe | collectivite |"
           " etablissement | employeur | nom de la collectivite | acteur | beneficiaire | mairie |"
           " structures | nom de l organisme | entite | company | organization"),
    _field("structure.acronym", N_("Sigle"), "short", "sigle | acronyme | nom court",
           "sigle de la structure | sigle association"),
    _field("structure.family", N_("Famille"), "family", "famille | type | categorie | nature",
           "famille de la structure | type de structure | type d acteur | type structure |"
           " categorie de structure | famille d acteur | statut juridique"),
    _field("structure.subtype", N_("Sous-type"), "subtype", "sous type | sous famille | sous categorie",
           "sous type de structure"),
    _field("structure.siren", N_("SIREN"), "siren", "", "siren | n siren | numero siren | code siren"),
    _field("structure.siret", N_("SIRET"), "siret", "",
           "siret | n siret | numero siret | siret siege | code siret"),
    _field("structure.rna", N_("Numéro RNA"), "rna", "",
           "rna | n rna | numero rna | waldec | numero waldec | id association"),
    _field("structure.address", N_("Adresse (rue)"), "text",
           "adresse | rue | adresse postale | voie | adresse 1 | street | adresse rue",
           "adresse de la structure | adresse structure | adresse siege | adresse du siege"),
    _field("structure.postcode", N_("Code postal"), "postcode", "",
           "code postal | cp | codepostal | code post | postal code | adresse code postal |"
           " adresse cp | zip"),
    _field("structure.commune", N_("Commune"), "text", "",
           "commune | ville | localite | nom de la commune | libelle de la commune | adresse ville |"
           " adresse commune | city | nom commune"),
    _field("structure.insee", N_("Code INSEE de la commune"), "insee", "",
           "insee | code insee | code commune | code de la commune | codgeo | code insee commune |"
           " code geographique"),
    _field("structure.departement", N_("Département"), "text", "",
           "departement | dept | dep | code departement | code du departement | libelle du"
           " departement | n departement"),
    _field("structure.epci", N_("EPCI"), "text", "",
           "epci | intercommunalite | nom epci | interco | communaute de communes | agglomeration"),
    _field("structure.email", N_("Courriel de la structure"), "emails",
           "courriel | email | e mail | mail | adresse mail | adresse e mail | adresse electronique",
           "courriel de la structure | email structure | mail structure | courriel mairie | email"
           " mairie | courriel generique | email generique | mail generique | email association"),
    _field("structure.phone", N_("Téléphone de la structure"), "phones",
           "telephone | tel | tel fixe | telephone fixe | n de telephone | numero de telephone | phone",
           "telephone de la structure | telephone structure | tel structure | standard | telephone"
           " mairie | tel mairie | tel association"),
    _field("structure.website", N_("Site internet"), "text", "lien | url | web",
           "site | site internet | site web | siteweb | site de la structure | website"),
    _field("structure.description", N_("Description"), "long", "description | objet | presentation | activites",
           "objet de l association | description de la structure | objet social"),
    _field("structure.listed_on", N_("Référencée le"), "date", "reference le | date d entree",
           "date de referencement | referencee le | date d adhesion"),
    _field("structure.themes", N_("Thèmes de la structure"), "themes",
           "themes | thematiques | thematique | theme | domaines | secteur | secteurs",
           "themes de la structure | domaine d activite | domaines d intervention"),
    _field("structure.countries", N_("Pays de la structure"), "countries",
           "pays | pays d intervention | zone geographique",
           "pays d action | pays partenaires | pays de la structure"),
    _field("structure.tags", N_("Étiquettes de la structure"), "tags",
           "etiquettes | mots cles | tags | tag | etiquette",
           "etiquettes de la structure"),
)  # fmt: skip
_CONTACT = (
    _field("contact.full_name", N_("Nom complet"), "full_name",
           "nom et prenom | nom prenom | prenom et nom | prenom nom | nom complet | contact |"
           " personne | contacts | identite | full name | name | personnes",
           "nom du contact | personne contact | interlocuteur | referent | personne ressource |"
           " correspondant | nom du referent | contact principal | representant | participants |"
           " participant | nom prenom contact | maire"),
    _field("contact.first_name", N_("Prénom"), "first_name", "first name | given name",
           "prenom | prenoms | prenom du contact | prenom contact | prenom de l elu | prenom du maire"),
    _field("contact.last_name", N_("Nom de famille"), "last_name",
           "nom | last name | surname | family name",
           "nom de famille | nom patronymique | nom d usage | nom du contact seul | nom contact |"
           " nom de l elu | nom du maire"),
    _field("contact.email", N_("Courriel de la personne"), "emails",
           "courriel | email | e mail | mail | adresse mail | adresse e mail | adresse electronique |"
           " courriels | adresse email | emails | mails | user email",
           "courriel du contact | email contact | mail contact | email pro | courriel professionnel |"
           " email professionnel | courriel personnel | email du referent"),
    _field("contact.phone", N_("Téléphone de la personne"), "phones",
           "telephone | tel | tel fixe | telephone fixe | n de telephone | numero de telephone |"
           " telephones | phone",
           "telephone du contact | tel contact | ligne directe | telephone professionnel"),
    _field("contact.mobile", N_("Mobile de la personne"), "phones", "",
           "mobile | portable | tel portable | telephone portable | gsm | tel mobile | telephone"
           " mobile"),
    _field("contact.notes", N_("Notes sur la personne"), "long",
           "notes | remarques | observations | commentaire | commentaires", "notes sur le contact"),
    _field("contact.tags", N_("Étiquettes de la personne"), "tags",
           "etiquettes | mots cles | tags | tag | etiquette", "etiquettes du contact"),
)  # fmt: skip
_AFFILIATION = (
    _field("affiliation.role", N_("Fonction"), "role", "titre",
           "fonction | fonctions | role | poste | mandat | qualite | fonction dans la structure |"
           " libelle de la fonction | job title | title"),
    _field("affiliation.is_elected", N_("Mandat électif (oui/non)"), "yes_no", "", "elu | est elu | mandat electif"),
    _field("affiliation.start_on", N_("Fonction depuis le"), "date",
           "depuis | debut | date de debut",
           "date de debut du mandat | date de debut de la fonction | date de debut de mandat |"
           " en poste depuis | depuis le"),
    _field("affiliation.end_on", N_("Fonction jusqu’au"), "date", "fin | date de fin | jusqu au",
           "date de fin du mandat | date de fin de la fonction | date de fin de mandat"),
)  # fmt: skip
_SESSION = (
    _field("session.held_on", N_("Date de la séance"), "date", "date | le | jour",
           "date de la seance | date du rendez vous | date rdv | date de rdv | date de l entretien |"
           " date d accompagnement | date rendez vous"),
    _field("session.kind", N_("Nature de la séance"), "session_kind",
           "nature | type | modalite | mode | format",
           "type de rendez vous | nature de la seance | type d accompagnement | type de seance |"
           " modalite de rdv | type de rdv | forme de l accompagnement"),
    _field("session.status", N_("Statut de la séance"), "session_status", "statut | etat", "statut de la seance"),
    _field("session.duration", N_("Durée"), "duration", "", "duree | temps passe | duree du rdv | duree en minutes"),
    _field("session.officers", N_("Qui a accompagné"), "officers", "qui | par",
           "charge de mission | accompagnateur | accompagne par | agent | charges de mission |"
           " referent interne"),
    _field("session.themes", N_("Thèmes de la séance"), "themes",
           "themes | thematiques | thematique | theme | sujet | sujets | objet", "themes abordes"),
    _field("session.countries", N_("Pays de la séance"), "countries", "pays", "pays concerne | pays concernes"),
    _field("session.notes", N_("Compte rendu"), "long",
           "notes | remarques | observations | commentaire | commentaires | contenu | resume",
           "compte rendu | cr | notes de la seance | objet du rendez vous | objet de la demande |"
           " demande | descriptif"),
)  # fmt: skip
_MEMBERSHIP = (
    _field("membership.group", N_("Groupe"), "short", "nom du groupe",
           "groupe | groupe pays | commission | groupes | nom du groupe pays"),
    _field("membership.start_on", N_("Membre depuis le"), "date",
           "depuis | debut | date | date d entree | depuis le | date de debut",
           "membre depuis | date d adhesion au groupe"),
    _field("membership.end_on", N_("Membre jusqu’au"), "date",
           "fin | jusqu au | date de sortie | date de fin", "membre jusqu au"),
)  # fmt: skip
_PROJECT = (
    _field("project.name", N_("Nom du projet"), "text", "nom | titre | intitule",
           "projet | nom du projet | titre du projet | intitule du projet | libelle du projet"),
    _field("project.summary", N_("Résumé du projet"), "long",
           "resume | description | objet | contenu", "description du projet | resume du projet"),
    _field("project.status", N_("État du projet"), "project_status", "statut | etat | avancement", "etat du projet"),
    _field("project.partners", N_("Partenaires"), "organisations", "", 
           "partenaires | structures partenaires | partenaire | autres structures"),
    _field("project.countries", N_("Pays du projet"), "countries", "pays", "pays du projet | pays d intervention"),
    _field("project.themes", N_("Thèmes du projet"), "themes",
           "themes | thematiques | thematique | theme | domaine | secteur", "themes du projet"),
    _field("project.places_abroad", N_("Lieux à l’étranger"), "text", "lieu | lieux | localisation | region",
           "lieu du projet | localite a l etranger"),
    _field("project.budget", N_("Budget"), "amount", "montant | cout", "budget | budget total | cout total | montant du projet"),
    _field("project.start_on", N_("Début du projet"), "date", "debut | date de debut | depuis", "debut du projet"),
    _field("project.end_on", N_("Fin du projet"), "date", "fin | date de fin", "fin du projet"),
    _field("project.listed_on", N_("Projet référencé le"), "date", "annee | date", "date de referencement du projet"),
)  # fmt: skip
_BY_RECORD = {
    "structure": _STRUCTURE,
    "contact": _CONTACT,
    "affiliation": _AFFILIATION,
    "session": _SESSION,
    "membership": _MEMBERSHIP,
    "project": _PROJECT,
}
# What a file of each kind speaks of, first what it is mainly about.
RECORDS = {
    ImportKind.STRUCTURES: ("structure",),
    ImportKind.CONTACTS: ("contact", "affiliation", "structure"),
    ImportKind.SESSIONS: ("session", "contact", "affiliation", "structure"),
    ImportKind.MEMBERSHIPS: ("membership", "contact", "affiliation", "structure"),
    ImportKind.PROJECTS: ("project", "structure"),
}
# A field without which a row of this kind says nothing; one of each group is enough.
NEEDED = {
    ImportKind.STRUCTURES: (
        ("structure.name", "structure.commune", "structure.insee"),
    ),
    ImportKind.CONTACTS: (("contact.full_name", "contact.last_name", "contact.first_name"),),
    ImportKind.SESSIONS: (("session.held_on",), ("structure.name", "structure.commune")),
    ImportKind.MEMBERSHIPS: (("membership.group",), ("structure.name", "structure.commune")),
    ImportKind.PROJECTS: (("project.name",), ("structure.name", "structure.commune")),
}  # fmt: skip
FIELDS = {each.code: each for record in _BY_RECORD.values() for each in record}


def fields_of(kind: str) -> list[Field]:
    """Return the fields that a file of this kind can hold, in their order."""
    return [each for record in RECORDS[ImportKind(kind)] for each in _BY_RECORD[record]]
