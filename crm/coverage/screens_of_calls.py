"""What coverage shows of a call: whom it is open to, and how many were not contacted yet."""

from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import N_
from crm.coverage.listings.eligible import COMMUNES, read_since, shows_communes
from crm.coverage.queries.eligible import OpenCall, count_eligible, open_call
from crm.reference.queries import labels_by_code
from crm.web.formats import number
from crm.web.lists import Listing
from crm.web.locale import translate
from crm.web.panels import Panel, PanelRow

RULE = N_(
    "Structures de l’annuaire, ni fermées ni à la corbeille, dont la famille et le département"
    " conviennent à l’appel, avec lesquelles il n’y a eu depuis cette date ni séance réalisée, ni"
    " relance faite, ni étape d’accompagnement, ni mise en relation faite, et qui n’ont pas de"
    " dossier à cet appel. Les communes qui ne sont pas encore des actrices du réseau sont à part."
)


def eligible_page(session: Session, call: OpenCall, listing: Listing) -> dict[str, Any]:
    """Return what the list of those a call is open to shows."""
    since, is_commune = read_since(call, listing.arguments), shows_communes(call, listing.arguments)
    structures, communes = count_eligible(session, call, since, clock.today())
    depuis = listing.arguments.get("depuis")
    families = dict(labels_by_code(session, "family"))
    return {
        "call": call,
        "listing": listing,
        "since": since,
        "is_commune": is_commune,
        "structures": structures,
        "communes": communes,
        "structures_url": url_for("eligible.index", call_id=call.id, depuis=depuis),
        "communes_url": url_for("eligible.index", call_id=call.id, depuis=depuis, onglet=COMMUNES),
        "families": [families.get(code, code) for code in call.family_codes],
        "rule": RULE,
    }


def eligible_panel(session: Session, call_id: int) -> Panel:
    """Return how many could apply to a call and were not contacted since it opened."""
    call = open_call(session, call_id)
    structures, communes = count_eligible(
        session, call, call.since_by(clock.today()), clock.today()
    )
    rows = [
        PanelRow(
            title=translate(N_("%(count)s structure(s)"), count=number(structures)),
            url=url_for("eligible.index", call_id=call_id),
            icon="building",
        )
    ]
    if call.takes_communes:
        rows.append(
            PanelRow(
                title=translate(N_("%(count)s commune(s) à ouvrir"), count=number(communes)),
                url=url_for("eligible.index", call_id=call_id, onglet=COMMUNES),
                icon="map-pin",
            )
        )
    return Panel(
        translate(N_("Éligibles et pas encore contactées")),
        rows,
        url_for("eligible.index", call_id=call_id),
    )
