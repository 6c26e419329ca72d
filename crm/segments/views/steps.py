"""What one does with a saved segment: duplicate, freeze, refresh."""

from flask import url_for
from flask.typing import ResponseReturnValue

from crm.accounts.gate import signed_in
from crm.core.errors import N_, RuleError
from crm.database import transaction
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.segments import operations
from crm.segments.errors import SegmentError
from crm.segments.views.blueprint import ONE, blueprint
from crm.web.access import Permission, allow
from crm.web.formats import agreed
from crm.web.requests import done, refused


@blueprint.post(f"{ONE}/dupliquer")
@allow(Permission.EDIT_NETWORK)
def duplicate(segment_id: int) -> ResponseReturnValue:
    """Make a segment of one's own out of this one's rules."""
    with transaction() as session:
        copy_id = operations.duplicate_segment(
            session, segment_id=segment_id, user_id=signed_in().id
        ).id
    return done("Segment dupliqué : renommez-le, changez ses règles.",
                url_for(".edit", segment_id=copy_id))  # fmt: skip


@blueprint.post(f"{ONE}/figer")
@allow(Permission.EDIT_NETWORK)
def freeze(segment_id: int) -> ResponseReturnValue:
    """Make a list of whom this segment finds now."""
    try:
        with transaction() as session:
            frozen = operations.freeze_segment(
                session, segment_id=segment_id, user_id=signed_in().id
            )
            undo = undo_link(change_set_of(session), url_for(".show", segment_id=segment_id))
    except SegmentError as error:
        return refused(RuleError("form", str(error)), url_for(".show", segment_id=segment_id))
    said = N_("Liste figée : %(count)s fiche."), N_("Liste figée : %(count)s fiches.")
    return done(
        agreed(frozen.member_count or 0, *said),
        url_for(".show", segment_id=frozen.id),
        undo_url=undo,
        count=frozen.member_count,
    )


@blueprint.post(f"{ONE}/actualiser")
@allow(Permission.EDIT_NETWORK)
def refresh(segment_id: int) -> ResponseReturnValue:
    """Bring a frozen list to whom its rules find now."""
    back = url_for(".show", segment_id=segment_id)
    try:
        with transaction() as session:
            came, went = operations.refresh_segment(
                session, segment_id=segment_id, user_id=signed_in().id
            )
            undo = undo_link(change_set_of(session), back)
    except SegmentError as error:
        return refused(RuleError("form", str(error)), back)
    except RuleError as error:
        return refused(error, back)
    said = N_("Liste mise à jour : %(came)s de plus, %(went)s de moins.")
    return done(said, back, undo_url=undo, came=came, went=went)
