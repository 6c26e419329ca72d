"""From what the form of additions says to whom it finds."""

from sqlalchemy.orm import Session

from crm.campaigns import rules
from crm.campaigns.forms.picking import PickForm
from crm.campaigns.queries.picking import (
    Choice,
    Preview,
    choices_in_places,
    choices_of_codes,
    choices_of_structures,
)
from crm.campaigns.types import Origin
from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError
from crm.core.numbers import typed_id
from crm.criteria.types import Subject
from crm.segments.errors import SegmentError
from crm.segments.queries import members, segment_for_page

_OTHER = N_("Choisissez un segment de structures.")


def preview_of(session: Session, campaign_id: int, form: PickForm, user_id: int) -> Preview:
    """Return whom a valid form finds; raise RuleError with the field that does not fit."""
    if form.how.data == Origin.CRITERIA:
        data = rules.clean_places(form.read_places())
        return Preview(choices_in_places(session, campaign_id, data, clock.today()))
    if form.how.data == Origin.SEGMENT:
        segment_id = typed_id(form.segment.data)
        return Preview(_of_segment(session, campaign_id, segment_id, user_id))
    return Preview(choices_of_codes(session, campaign_id, form.found.codes))


def _of_segment(session: Session, campaign_id: int, segment_id: int, user_id: int) -> list[Choice]:
    try:
        segment = segment_for_page(session, segment_id, user_id)
        ids = members(session, segment, day=clock.today())
    except NotFoundError:
        raise RuleError("segment", _OTHER) from None
    except SegmentError as error:
        why = str(error)
        raise RuleError("segment", N_("Ce segment est à revoir : %(why)s"), why=why) from None
    if segment.subject != Subject.STRUCTURE:
        raise RuleError("segment", _OTHER)
    return choices_of_structures(session, campaign_id, ids)
