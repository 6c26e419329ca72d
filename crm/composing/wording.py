"""How changes of messages, templates and legal mentions are told."""

from crm.composing.types import TEMPLATE
from crm.core.errors import N_
from crm.history.wording import Wording

MESSAGE_WORDING = Wording(
    N_("Message"),
    {
        "subject": N_("Objet"),
        "preheader": N_("Phrase d’aperçu"),
        "outline": N_("Contenu"),
        "text_override": N_("Texte seul"),
    },
)
TEMPLATE_WORDING = Wording(
    N_("Modèle de message"),
    {
        "name": N_("Nom"),
        "description": N_("À quoi il sert"),
        "deleted_at": N_("Mis à la corbeille"),
    },
)
IDENTITY_WORDING = Wording(
    N_("Mentions des messages"),
    {
        "sender_name": N_("Qui envoie"),
        "postal_address": N_("Adresse postale"),
        "reason": N_("Pourquoi on reçoit le message"),
        "rights_contact": N_("À qui écrire pour ses droits"),
    },
)
WORDINGS = {
    "message": MESSAGE_WORDING,
    TEMPLATE: TEMPLATE_WORDING,
    "composing_identity": IDENTITY_WORDING,
}
