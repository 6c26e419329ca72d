"""What a column can say of structures and people."""

from crm.core.errors import N_
from crm.imports.field import field

STRUCTURE = (
    field(
        "structure.name",
        N_("Nom de la structure"),
        "organisation",
        "nom | denomination | titre | intitule | libelle",
        "structure | nom de la structure | nom structure | organisation | organisme | raison"
        " sociale | association | nom de l association | entreprise | societe | collectivite |"
        " etablissement | employeur | nom de la collectivite | acteur | beneficiaire | mairie |"
        " structures | nom de l organisme | entite | company | organization | nombeneficiaire |"
        " nom beneficiaire | nom du beneficiaire",
    ),
    field(
        "structure.acronym",
        N_("Sigle"),
        "acronym",
        "sigle | acronyme | nom court",
        "sigle de la structure | sigle association",
    ),
    field(
        "structure.family",
        N_("Famille"),
        "family",
        "famille | type | categorie | nature",
        "famille de la structure | type de structure | type d acteur | type structure |"
        " categorie de structure | famille d acteur | statut juridique",
    ),
    field(
        "structure.subtype",
        N_("Sous-type"),
        "subtype",
        "sous type | sous famille | sous categorie",
        "sous type de structure",
    ),
    field(
        "structure.siren", N_("SIREN"), "siren", "", "siren | n siren | numero siren | code siren"
    ),
    field(
        "structure.siret",
        N_("SIRET"),
        "siret",
        "",
        "siret | n siret | numero siret | siret siege | code siret | idbeneficiaire |"
        " id beneficiaire | siret beneficiaire | siret du beneficiaire",
    ),
    field(
        "structure.rna",
        N_("Numéro RNA"),
        "rna",
        "",
        "rna | n rna | numero rna | waldec | numero waldec | id association | rnabeneficiaire |"
        " rna beneficiaire | rna du beneficiaire",
    ),
    field(
        "structure.address",
        N_("Adresse (rue)"),
        "text",
        "adresse | rue | adresse postale | voie | adresse 1 | street | adresse rue",
        "adresse de la structure | adresse structure | adresse siege | adresse du siege",
    ),
    field(
        "structure.postcode",
        N_("Code postal"),
        "postcode",
        "",
        "code postal | cp | codepostal | code post | postal code | adresse code postal |"
        " adresse cp | zip",
    ),
    field(
        "structure.commune",
        N_("Commune"),
        "text",
        "",
        "commune | ville | localite | nom de la commune | libelle de la commune | adresse ville |"
        " adresse commune | city | nom commune",
    ),
    field(
        "structure.insee",
        N_("Code INSEE de la commune"),
        "insee",
        "",
        "insee | code insee | code commune | code de la commune | codgeo | code insee commune |"
        " code geographique",
    ),
    field(
        "structure.departement",
        N_("Département"),
        "text",
        "",
        "departement | dept | dep | code departement | code du departement | libelle du"
        " departement | n departement",
    ),
    field(
        "structure.epci",
        N_("EPCI"),
        "text",
        "",
        "epci | intercommunalite | nom epci | interco | communaute de communes | agglomeration",
    ),
    field(
        "structure.email",
        N_("Courriel de la structure"),
        "emails",
        "courriel | email | e mail | mail | adresse mail | adresse e mail | adresse electronique",
        "courriel de la structure | email structure | mail structure | courriel mairie | email"
        " mairie | courriel generique | email generique | mail generique | email association",
    ),
    field(
        "structure.phone",
        N_("Téléphone de la structure"),
        "phones",
        "telephone | tel | tel fixe | telephone fixe | n de telephone | "
        "numero de telephone | phone",
        "telephone de la structure | telephone structure | tel structure | standard | telephone"
        " mairie | tel mairie | tel association",
    ),
    field(
        "structure.website",
        N_("Site internet"),
        "address",
        "lien | url | web",
        "site | site internet | site web | siteweb | site de la structure | website",
    ),
    field(
        "structure.description",
        N_("Description"),
        "long",
        "description | objet | presentation | activites",
        "objet de l association | description de la structure | objet social",
    ),
    field(
        "structure.listed_on",
        N_("Référencée le"),
        "date",
        "reference le | date d entree",
        "date de referencement | referencee le | date d adhesion",
    ),
    field(
        "structure.themes",
        N_("Thèmes de la structure"),
        "themes",
        "themes | thematiques | thematique | theme | domaines | secteur | secteurs",
        "themes de la structure | domaine d activite | domaines d intervention",
    ),
    field(
        "structure.countries",
        N_("Pays de la structure"),
        "countries",
        "pays | pays d intervention | zone geographique",
        "pays d action | pays partenaires | pays de la structure",
    ),
    field(
        "structure.tags",
        N_("Étiquettes de la structure"),
        "tags",
        "etiquettes | mots cles | tags | tag | etiquette",
        "etiquettes de la structure",
    ),
)

CONTACT = (
    field(
        "contact.full_name",
        N_("Nom complet"),
        "full_name",
        "nom et prenom | nom prenom | prenom et nom | prenom nom | nom complet | contact |"
        " personne | contacts | identite | full name | name | personnes",
        "nom du contact | personne contact | interlocuteur | referent | personne ressource |"
        " correspondant | nom du referent | contact principal | representant | participants |"
        " participant | nom prenom contact | maire",
    ),
    field(
        "contact.first_name",
        N_("Prénom"),
        "first_name",
        "first name | given name",
        "prenom | prenoms | prenom du contact | prenom contact | prenom de l elu | prenom du maire",
    ),
    field(
        "contact.last_name",
        N_("Nom de famille"),
        "last_name",
        "nom | last name | surname | family name",
        "nom de famille | nom patronymique | nom d usage | nom du contact seul | nom contact |"
        " nom de l elu | nom du maire",
    ),
    field(
        "contact.email",
        N_("Courriel de la personne"),
        "emails",
        "courriel | email | e mail | mail | adresse mail | adresse e mail | adresse electronique |"
        " courriels | adresse email | emails | mails | user email",
        "courriel du contact | email contact | mail contact | email pro | courriel professionnel |"
        " email professionnel | courriel personnel | email du referent",
    ),
    field(
        "contact.phone",
        N_("Téléphone de la personne"),
        "phones",
        "telephone | tel | tel fixe | telephone fixe | n de telephone | numero de telephone |"
        " telephones | phone",
        "telephone du contact | tel contact | ligne directe | telephone professionnel",
    ),
    field(
        "contact.mobile",
        N_("Mobile de la personne"),
        "phones",
        "",
        "mobile | portable | tel portable | telephone portable | gsm | tel mobile | telephone"
        " mobile",
    ),
    field(
        "contact.notes",
        N_("Notes sur la personne"),
        "long",
        "notes | remarques | observations | commentaire | commentaires",
        "notes sur le contact",
    ),
    field(
        "contact.tags",
        N_("Étiquettes de la personne"),
        "tags",
        "etiquettes | mots cles | tags | tag | etiquette",
        "etiquettes du contact",
    ),
)

AFFILIATION = (
    field(
        "affiliation.role",
        N_("Fonction"),
        "role",
        "titre",
        "fonction | fonctions | role | poste | mandat | qualite | fonction dans la structure |"
        " libelle de la fonction | job title | title",
    ),
    field(
        "affiliation.is_elected",
        N_("Mandat électif (oui/non)"),
        "yes_no",
        "",
        "elu | est elu | mandat electif",
    ),
    field(
        "affiliation.start_on",
        N_("Fonction depuis le"),
        "date",
        "depuis | depuis le | debut | date de debut",
        "date de debut du mandat | date de debut de la fonction | date de debut de mandat |"
        " en poste depuis",
    ),
    field(
        "affiliation.end_on",
        N_("Fonction jusqu’au"),
        "date",
        "fin | date de fin | jusqu au",
        "date de fin du mandat | date de fin de la fonction | date de fin de mandat",
    ),
)
