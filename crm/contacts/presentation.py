"""What the pages of structures and people put together."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]

from crm.accounts.queries import team
from crm.contacts import rules
from crm.contacts.attached_forms import MEDIUM_LABELS, NATURE_LABELS
from crm.contacts.forms import END_REASON_LABELS, AffiliationForm, StructureForm
from crm.contacts.queries import structures_by_values
from crm.contacts.queries.attached import attached_to_structure, points_of_contact
from crm.contacts.queries.people import affiliations_of, contact_for_page
from crm.contacts.queries.structure_pages import (
    labels_of,
    memberships_of,
    people_of,
    structure_for_page,
)
from crm.contacts.queries.structures import communes_by_codes
from crm.contacts.queries.territories import communes_of_epci
from crm.contacts.types import LANGUAGE_LABELS
from crm.contacts.wording import STANDING_LABELS
from crm.core import clock
from crm.core.numbers import parse_ids
from crm.history.queries import history_of
from crm.history.wording import tell
from crm.reference.queries import items_of, labels_by_code
from crm.territories.queries import countries
from crm.web.panels import panels_of
from crm.web.presence import silent_sources
from crm.web.summaries import facts_of
from crm.web.timeline import timeline_of


def structure_page(session: Session, structure_id: int, day: date) -> dict[str, Any]:
    """Return what a structure's page shows, with the people of a day; raise NotFoundError."""
    structure = structure_for_page(session, structure_id)
    people = people_of(session, structure_id)
    silent = silent_sources(session, "structure", structure_id)
    return {
        "structure": structure,
        "day": day,
        "is_past_day": day != clock.today(),
        "standing": rules.standing_on(
            structure.listed_on, structure.dormant_on, structure.closed_on, clock.today()
        ),
        "standing_labels": STANDING_LABELS,
        "natures": NATURE_LABELS,
        "end_reasons": END_REASON_LABELS,
        "facts": facts_of(session, "structure", structure_id),
        "attached": attached_to_structure(session, structure_id, day),
        "labels": labels_of(session, structure_id),
        "communes": communes_of_epci(session, structure.epci_siren),
        "present": [one for one in people if rules.is_current(one.start_on, one.end_on, day)],
        "past": [one for one in people if not rules.is_current(one.start_on, one.end_on, day)],
        "memberships": [
            one
            for one in memberships_of(session, structure_id)
            if rules.is_current(one.start_on, one.end_on, day)
        ],
        "panels": panels_of(session, "structure", structure_id, silent),
        "timeline": timeline_of(session, entity="structure", record_id=structure_id, silent=silent),
        "changes": tell(
            session, history_of(session, entity="structure", record_id=structure_id, limit=20)
        ),
    }


def contact_page(session: Session, contact_id: int, day: date) -> dict[str, Any]:
    """Return what a person's page shows on a day; raise NotFoundError."""
    contact = contact_for_page(session, contact_id)
    affiliations = affiliations_of(session, contact_id)
    silent = silent_sources(session, "contact", contact_id)
    return {
        "contact": contact,
        "media": MEDIUM_LABELS,
        "language_labels": LANGUAGE_LABELS,
        "end_reasons": END_REASON_LABELS,
        "facts": facts_of(session, "contact", contact_id),
        "points": points_of_contact(session, contact_id),
        "present": [one for one in affiliations if rules.is_current(one.start_on, one.end_on, day)],
        "past": [
            one for one in affiliations if not rules.is_current(one.start_on, one.end_on, day)
        ],
        "panels": panels_of(session, "contact", contact_id, silent),
        "timeline": timeline_of(session, entity="contact", record_id=contact_id, silent=silent),
        "changes": tell(
            session, history_of(session, entity="contact", record_id=contact_id, limit=20)
        ),
    }


def offer_structure_choices(session: Session, form: StructureForm) -> None:
    """Give the form's lists what they offer, and the labels of what is chosen."""
    form.family_code.choices = [("", "—"), *labels_by_code(session, "family")]
    families = dict(labels_by_code(session, "family"))
    form.subtype_id.choices = [
        SelectChoice("", "—"),
        *(
            SelectChoice(str(item.id), item.label, optgroup=families.get(item.family_code or ""))
            for item in sorted(items_of(session, "subtype"), key=lambda item: item.position)
        ),
    ]
    form.theme_ids.offer((str(item.id), item.label) for item in items_of(session, "theme"))
    form.expertise_ids.offer((str(item.id), item.label) for item in items_of(session, "expertise"))
    form.parent.offer(structures_by_values(session, form.parent.data or []))
    kept = parse_ids([form.referent_id.data or ""])
    form.referent_id.choices = [("", "—"), *team(session, also=kept)]
    form.country_codes.offer([(country.code, country.name) for country in countries(session)])
    form.commune_code.offer(communes_by_codes(session, form.commune_code.data or []))


def offer_affiliation_choices(session: Session, form: AffiliationForm) -> None:
    """Give the picker the name of the structure that is chosen."""
    form.structure.offer(structures_by_values(session, form.structure.data or []))
