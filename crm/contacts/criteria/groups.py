"""The headings under which a menu lists criteria."""

from crm.core.errors import N_

IDENTITY = N_("Identité")
PLACE = N_("Lieu")
ACTIVITY = N_("Activité")
NETWORK = N_("Lien avec le réseau")
ROLES = N_("Fonctions et mandats")
RECORD = N_("Fiche")
