"""How changes of applications, and of what belongs to them, are told."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.contacts.models import Structure
from crm.contacts.wording import name_families, named_by
from crm.core.errors import N_
from crm.funding.models import FundingCall, FundingScheme
from crm.funding.types import PARTNER_ROLE_LABELS, STATUS_LABELS, ApplicationStatus, PartnerRole
from crm.history.wording import Namer, Wording
from crm.projects.models import Project
from crm.reference.models import ReferenceItem
from crm.territories.models import Commune, Departement
from crm.web.formats import money
from crm.web.locale import translate


def _labelled(kind: Callable[[Any], Any], labels: Mapping[Any, str]) -> Namer:
    def look_up(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
        return {value: translate(labels[kind(value)]) for value in values}

    return look_up


def _amounts(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    return {value: money(value) for value in values}


_STATUSES = _labelled(ApplicationStatus, STATUS_LABELS)
_STRUCTURES = named_by(Structure.id, Structure.name)
_PEOPLE = named_by(User.id, User.name)

APPLICATION_WORDINGS = {
    "funding_application": Wording(
        N_("Dossier de financement"),
        {
            "title": N_("Intitulé"),
            "beneficiary_id": N_("Bénéficiaire"),
            "beneficiary_name": N_("Nom du bénéficiaire au dépôt"),
            "family_code": N_("Famille au dépôt"),
            "departement_code": N_("Département au dépôt"),
            "commune_code": N_("Commune au dépôt"),
            "scheme_id": N_("Dispositif"),
            "call_id": N_("Appel à projets"),
            "funder_id": N_("Financeur"),
            "project_id": N_("Projet"),
            "person_id": N_("Suivi par"),
            "reference": N_("Référence du financeur"),
            "status": N_("Statut"),
            "total_cents": N_("Budget total du projet"),
            "requested_cents": N_("Montant demandé"),
            "awarded_cents": N_("Montant obtenu"),
            "award_reason": N_("Pourquoi plus que demandé"),
            "filed_on": N_("Déposé le"),
            "decided_on": N_("Décision du"),
            "refusal_reason_id": N_("Motif du refus"),
            "refusal_note": N_("Précision sur le refus"),
            "notes": N_("Notes"),
            "deleted_at": N_("Mis à la corbeille"),
        },
        {
            "beneficiary_id": _STRUCTURES,
            "family_code": name_families,
            "departement_code": named_by(Departement.code, Departement.name),
            "commune_code": named_by(Commune.insee_code, Commune.name),
            "scheme_id": named_by(FundingScheme.id, FundingScheme.name),
            "call_id": named_by(FundingCall.id, FundingCall.name),
            "funder_id": _STRUCTURES,
            "project_id": named_by(Project.id, Project.name),
            "person_id": _PEOPLE,
            "status": _STATUSES,
            "total_cents": _amounts,
            "requested_cents": _amounts,
            "awarded_cents": _amounts,
            "refusal_reason_id": named_by(ReferenceItem.id, ReferenceItem.label),
        },
    ),
    "application_partner": Wording(
        N_("Participation à un dossier"),
        {"structure_id": N_("Structure"), "role": N_("Rôle")},
        {"structure_id": _STRUCTURES, "role": _labelled(PartnerRole, PARTNER_ROLE_LABELS)},
    ),
    "application_step": Wording(
        N_("Passage à un statut"),
        {"status": N_("Statut"), "changed_on": N_("Date"), "author_id": N_("Noté par")},
        {"status": _STATUSES, "author_id": _PEOPLE},
    ),
    "co_funding": Wording(
        N_("Cofinancement"),
        {
            "funder_id": N_("Financeur"),
            "requested_cents": N_("Montant demandé"),
            "awarded_cents": N_("Montant obtenu"),
            "note": N_("Précision"),
        },
        {"funder_id": _STRUCTURES, "requested_cents": _amounts, "awarded_cents": _amounts},
    ),
    "payment": Wording(
        N_("Versement reçu"),
        {
            "received_on": N_("Reçu le"),
            "amount_cents": N_("Montant"),
            "note": N_("Précision"),
        },
        {"amount_cents": _amounts},
    ),
    "reporting_deadline": Wording(
        N_("Compte rendu à envoyer"),
        {
            "what": N_("Ce qui est dû"),
            "due_on": N_("Au plus tard le"),
            "done_on": N_("Envoyé le"),
        },
    ),
}
