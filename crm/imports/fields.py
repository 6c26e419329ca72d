"""Every field that a column of a file can be, by what the file holds."""

from crm.core.errors import N_
from crm.imports.activity_fields import MEMBERSHIP, PROJECT, SESSION
from crm.imports.consent_fields import CONSENT
from crm.imports.field import Field
from crm.imports.network_fields import AFFILIATION, CONTACT, STRUCTURE
from crm.imports.subsidy_fields import SUBSIDY
from crm.imports.types import ImportKind

RECORD_LABELS = {
    "structure": N_("Structure"),
    "contact": N_("Personne"),
    "affiliation": N_("Fonction"),
    "consent": N_("Choix de réception"),
    "session": N_("Séance"),
    "membership": N_("Groupe"),
    "project": N_("Projet"),
    "funding_application": N_("Dossier de financement"),
}

_BY_RECORD = {
    "structure": STRUCTURE,
    "contact": CONTACT,
    "affiliation": AFFILIATION,
    "consent": CONSENT,
    "session": SESSION,
    "membership": MEMBERSHIP,
    "project": PROJECT,
    "funding_application": SUBSIDY,
}
# What a file of each kind speaks of, first what it is mainly about.
RECORDS = {
    ImportKind.STRUCTURES: ("structure",),
    ImportKind.CONTACTS: ("contact", "affiliation", "structure", "consent"),
    ImportKind.SESSIONS: ("session", "contact", "affiliation", "structure"),
    ImportKind.MEMBERSHIPS: ("membership", "contact", "affiliation", "structure"),
    ImportKind.PROJECTS: ("project", "structure"),
    ImportKind.SUBSIDIES: ("funding_application", "structure"),
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
    ImportKind.SUBSIDIES: (
        ("structure.name",), ("funding_application.awarded",), ("funding_application.decided_on",),
    ),
}  # fmt: skip
FIELDS = {each.code: each for record in _BY_RECORD.values() for each in record}


def fields_of(kind: str) -> list[Field]:
    """Return the fields that a file of this kind can hold, in their order."""
    return [each for record in RECORDS[ImportKind(kind)] for each in _BY_RECORD[record]]
