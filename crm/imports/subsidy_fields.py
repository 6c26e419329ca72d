"""What a column can say of a subsidy, as the French standard for published subsidies names it.

Source: SCDL « Subventions », headers written as one word (`dateConvention`).
"""

from crm.core.errors import N_
from crm.imports.field import field

SUBSIDY = (
    field(
        "funding_application.title",
        N_("Objet de la subvention"),
        "long",
        "objet | intitule | libelle | projet",
        "objet de la subvention | objet subvention | objet du financement",
    ),
    field(
        "funding_application.decided_on",
        N_("Date de la décision"),
        "date",
        "date",
        "dateconvention | date convention | date de la convention | date de convention |"
        " date d attribution | date de decision | date de la decision | date de notification",
    ),
    field(
        "funding_application.awarded",
        N_("Montant obtenu"),
        "amount",
        "montant | subvention",
        "montant attribue | montant accorde | montant vote | montant de la subvention |"
        " montant obtenu | montant subvention",
    ),
    field(
        "funding_application.requested",
        N_("Montant demandé"),
        "amount",
        "",
        "montant demande | montant sollicite | subvention demandee",
    ),
    field(
        "funding_application.reference",
        N_("Référence de la décision"),
        "short",
        "reference | numero",
        "referencedecision | reference decision | reference de la decision | ref decision |"
        " numero de decision | numero de deliberation | deliberation",
    ),
    field(
        "funding_application.scheme",
        N_("Dispositif"),
        "text",
        "",
        "dispositifaide | dispositif aide | dispositif d aide | dispositif | programme",
    ),
    field("funding_application.call", N_("Appel à projets"), "text", "", "appel | appel a projets"),
    field(
        "funding_application.funder",
        N_("Financeur"),
        "organisation",
        "",
        "nomattribuant | nom attribuant | nom de l attribuant | attribuant | financeur |"
        " autorite administrative",
    ),
    field(
        "funding_application.funder_siret",
        N_("SIRET du financeur"),
        "siret",
        "",
        "idattribuant | id attribuant | siret attribuant | siret de l attribuant |"
        " siret financeur | siret du financeur",
    ),
    field(
        "funding_application.nature",
        N_("Nature de l’aide"),
        "text",
        "nature",
        "nature de l aide | nature de la subvention",
    ),
    field(
        "funding_application.conditions",
        N_("Conditions de versement"),
        "text",
        "",
        "conditionsversement | conditions versement | conditions de versement | modalites de"
        " versement",
    ),
    field(
        "funding_application.period",
        N_("Dates de versement"),
        "text",
        "",
        "datesperiodeversement | dates periode versement | periode de versement | dates de"
        " versement",
    ),
)
