"""The members of a segment, as the lists of structures and of people show them."""

from dataclasses import replace
from datetime import date

from flask import url_for
from sqlalchemy.orm import Session

from crm.contacts.listings import contact_list, structure_list
from crm.contacts.models import Contact, Structure
from crm.core.errors import N_
from crm.criteria.types import Subject
from crm.search.lists import narrow_by_words
from crm.segments.models import Segment
from crm.segments.queries import member_conditions
from crm.web.list_definition import ListDefinition, Narrowing
from crm.web.lists import Listing

_EMPTY = N_("Ce segment ne trouve personne aujourd’hui.")


def member_list(session: Session, segment: Segment, day: date) -> ListDefinition:
    """Return the list of a segment's members on a day; raise SegmentError."""
    conditions = member_conditions(session, segment, day=day)
    is_of_structures = segment.subject == Subject.STRUCTURE
    usual = structure_list(day) if is_of_structures else contact_list(day)
    identity = Structure.id if is_of_structures else Contact.id
    counted = usual.counted
    assert counted is not None  # noqa: S101 - both lists count their ids
    # The statement of people joins a structure: the members are found by id, beside it.
    found = counted.with_only_columns(identity).where(*conditions).correlate(None)
    return replace(
        usual,
        code="",
        url=url_for("segments.members", segment_id=segment.id),
        records_url=url_for("structures.index" if is_of_structures else "contacts.index"),
        statement=usual.statement.where(identity.in_(found)),
        counted=counted.where(*conditions),
        bulk_actions=(),
        bulk_text_label=None,
        takes_all=False,
        has_more_actions=False,
        export_url=lambda extension: url_for(
            "segments.export_members", segment_id=segment.id, extension=extension
        ),
        export_formats=(("xlsx", "Excel (XLSX)"), ("csv", "CSV")),
        empty_text=_EMPTY,
    )


def narrow_members(session: Session, segment: Segment, listing: Listing) -> Narrowing:
    """Apply the filters of the URL and the words searched."""
    if segment.subject == Subject.STRUCTURE:
        return narrow_by_words(session, listing, "structure", Structure.id)
    return narrow_by_words(session, listing, "contact", Contact.id)
