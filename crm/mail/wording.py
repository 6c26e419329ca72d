"""The words of the ledger for people."""

from crm.core.errors import N_
from crm.mail.types import Reason

REASON_SENTENCES = {
    Reason.EXPIRED: N_("Son lien personnel avait expiré avant l’envoi."),
    Reason.SUPPRESSED: N_("Cette adresse ne veut pas, ou ne peut pas, recevoir ces messages."),
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
GATEWAY_LABELS = {"file": N_("Dossier de cette machine"), "smtp": N_("Relais SMTP")}
