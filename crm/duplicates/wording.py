"""Why two records may be one, and what a pair is called, in words."""

from collections.abc import Iterable, Mapping

from crm.core.errors import N_
from crm.duplicates.types import PairState, Reason
from crm.history.wording import Wording
from crm.web.locale import translate

REASON_LABELS: Mapping[Reason, str] = {
    Reason.SAME_NAME: N_("même nom"),
    Reason.SWAPPED: N_("mêmes mots dans un autre ordre"),
    Reason.INITIAL: N_("initiale au lieu du prénom"),
    Reason.COMPOUND: N_("nom composé ou abrégé"),
    Reason.TYPO: N_("à une faute de frappe près"),
    Reason.SOUND: N_("se prononce pareil"),
    Reason.NO_FIRST_NAME: N_("un prénom manque"),
    Reason.SAME_EMAIL: N_("même courriel"),
    Reason.SHARED_EMAIL: N_("même courriel, mais partagé : il ne prouve rien"),
    Reason.SAME_PHONE: N_("même téléphone"),
    Reason.SAME_STRUCTURE: N_("même structure"),
    Reason.SAME_PLACE: N_("même commune"),
    Reason.SAME_SIREN: N_("même SIREN"),
    Reason.SAME_RNA: N_("même numéro RNA"),
    Reason.SAME_SITE: N_("même site"),
    Reason.GENERIC_WORDS: N_("même nom sans « Association » ni la commune"),
    Reason.MORE_WORDS: N_("un mot de plus dans le nom"),
    Reason.ACRONYM: N_("le sigle de l’autre nom"),
}
STATE_LABELS: Mapping[PairState, str] = {
    PairState.OPEN: N_("À décider"),
    PairState.DISMISSED: N_("Pas un doublon"),
    PairState.MERGED: N_("Fusionnés"),
}
PAIR_WORDING = Wording(N_("Doublon possible"), {"state": N_("Décision")})


def reasons_in_words(codes: Iterable[str]) -> str:
    """Return why two records may be one, in a line; a code of another version is left out."""
    known = (Reason(code) for code in codes if code in set(Reason))
    return ", ".join(translate(REASON_LABELS[each]) for each in known)
