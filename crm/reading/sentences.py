"""Sentences that several readers say."""

from crm.core.errors import N_

BROKEN = N_(
    "Ce fichier est abîmé ou incomplet. Ouvrez-le dans Excel ou LibreOffice, enregistrez-le"
    " de nouveau, puis recommencez."
)
EMPTY = N_("Ce fichier est vide.")
LOCKED = N_("Ce classeur est protégé par un mot de passe. Enregistrez-le sans, puis recommencez.")
TOO_MUCH = N_(
    "Ce fichier demande trop de mémoire pour être lu ici. Effacez les lignes, les colonnes et les"
    " feuilles inutiles, ou enregistrez la feuille voulue en CSV."
)
WORD = N_(
    "Ce fichier est un texte, pas un tableau. Copiez son tableau dans Excel ou LibreOffice Calc."
)
