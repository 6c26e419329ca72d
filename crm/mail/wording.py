"""The words of the ledger for people."""

from crm.core.errors import N_
from crm.mail.rules import enhanced_code, is_blocked, is_dead, is_passing
from crm.mail.types import DeliveryState, Reason, ReportKind

REASON_SENTENCES = {
    Reason.EXPIRED: N_("Son lien personnel avait expiré avant l’envoi."),
    Reason.SUPPRESSED: N_("Cette adresse ne veut pas, ou ne peut pas, recevoir ces messages."),
    Reason.NO_CONSENT: N_("Cette personne n’a pas, ou n’a plus, accepté ces messages."),
    Reason.ADDRESS_CHANGED: N_("Cette adresse n’est plus celle de la fiche."),
    Reason.WRITTEN_TO_ALREADY: N_(
        "Cette personne est aussi destinataire sous la fiche avec laquelle elle a été fusionnée."
    ),
    Reason.PAUSED: N_("Son envoi est en pause."),
    Reason.CANCELLED: N_("Son envoi a été annulé."),
    Reason.ACCOUNT_CLOSED: N_("Ce compte n’est plus actif."),
    Reason.INVENTED_ADDRESS: N_("Cette adresse est inventée : rien n’y est jamais envoyé."),
    Reason.UNWRITABLE: N_("Ce message n’a pas pu être mis en forme : l’adresse est-elle juste ?"),
    Reason.BEFORE_SENDING: N_("Écrit avant que Passerelle n’envoie de messages."),
    Reason.REFUSED: N_("Le relais l’a refusé."),
    Reason.NOT_SENT: N_(
        "Il n’est pas parti : Passerelle essaie encore, de moins en moins souvent."
    ),
    Reason.RELAY_DOWN: N_("Le relais ne répond pas : il partira dès son retour."),
    Reason.TOO_MANY_ATTEMPTS: N_("Il n’est pas parti, malgré plusieurs essais."),
    Reason.NO_ANSWER: N_("Le relais n’a pas dit clairement s’il l’avait pris."),
    Reason.STOPPED: N_("L’envoi a été interrompu avant la réponse du relais."),
    Reason.SENT_AGAIN: N_("Renvoi demandé : il part dans quelques secondes."),
    Reason.TRIED_AGAIN: N_("Nouvel essai demandé : il part dans quelques secondes."),
    Reason.GIVEN_UP: N_("Abandonné par une personne de l’équipe."),
}
OUTCOME_LABELS = {
    "accepted": N_("Remis"),
    "refused": N_("Refusé"),
    "not_sent": N_("Pas parti"),
    "uncertain": N_("Sans certitude"),
}
GATEWAY_LABELS = {
    "file": N_("Dossier de cette machine"),
    "smtp": N_("Relais SMTP"),
    "sendgrid": N_("SendGrid"),
}
REPORT_LABELS = {
    ReportKind.PROCESSED: N_("Pris en charge par le prestataire"),
    ReportKind.DELIVERED: N_("Arrivé dans la boîte"),
    ReportKind.DEFERRED: N_("Retardé par la messagerie du destinataire"),
    ReportKind.BOUNCED: N_("Revenu"),
    ReportKind.BLOCKED: N_("Refusé par la messagerie du destinataire"),
    ReportKind.DROPPED: N_("Écarté par le prestataire"),
    ReportKind.COMPLAINED: N_("Signalé comme indésirable"),
    ReportKind.UNSUBSCRIBED: N_("Désabonnement demandé"),
    ReportKind.CLICKED: N_("Lien suivi"),
    ReportKind.REPLIED: N_("Réponse reçue"),
}
STATE_SENTENCES = {
    DeliveryState.HELD: N_("Il attend que son envoi reprenne."),
    DeliveryState.BOUNCED: N_(
        "Il est revenu : l’adresse est-elle juste ? La réponse ci-dessous dit pourquoi."
    ),
}
_FULL = (2, 2)


def return_sentence(answer: str | None) -> str:
    """Return why a message came back (a msgid), by the code of RFC 3463 in what was answered."""
    code = enhanced_code(answer or "")
    if is_dead(code):
        return N_("Revenu : cette adresse n’existe pas, ou plus.")
    if code is not None and code[1:] == _FULL:
        return N_("Revenu : la boîte est pleine.")
    if is_blocked(code):
        return N_("Revenu : la messagerie du destinataire refuse ce message.")
    if is_passing(code):
        return N_("Revenu : une panne ou un retard en route, peut-être passager.")
    return N_("Revenu, sans dire clairement pourquoi.")
