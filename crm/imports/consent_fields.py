"""What a column can say of what people accept to receive."""

from crm.core.errors import N_
from crm.imports.field import field
from crm.mail.types import Purpose

CONSENT = (
    field(
        f"consent.{Purpose.NEWSLETTER}",
        N_("Lettre d’information (oui/non)"),
        "yes_no",
        "",
        "newsletter | lettre d information | abonne newsletter | abonnement newsletter | infolettre"
        " | inscrit newsletter | optin newsletter | opt in newsletter",
    ),
    field(
        f"consent.{Purpose.INVITATIONS}",
        N_("Invitations (oui/non)"),
        "yes_no",
        "",
        "invitations | recoit les invitations | invitations aux evenements",
    ),
    field(
        f"consent.{Purpose.CALLS}",
        N_("Appels à projets (oui/non)"),
        "yes_no",
        "",
        "appels a projets | recoit les appels a projets | aap",
    ),
    field(
        f"consent.{Purpose.NETWORK_LIFE}",
        N_("Vie du réseau (oui/non)"),
        "yes_no",
        "",
        "vie du reseau | actualites du reseau",
    ),
    field(
        "consent.given_on",
        N_("Consentement le"),
        "date",
        "",
        "consentement le | date du consentement | date de consentement | consentement |"
        " date d inscription newsletter | date d abonnement | rgpd le | date rgpd | optin le",
    ),
    field(
        "consent.source",
        N_("Source du consentement"),
        "text",
        "source | origine | provenance",
        "source du consentement | origine du consentement | preuve | preuve du consentement |"
        " recueilli par",
    ),
    field(
        "consent.basis",
        N_("Fondement (RGPD)"),
        "basis",
        "fondement",
        "fondement rgpd | base legale | fondement juridique | fondement du traitement",
    ),
)
