"""Who signs the messages: the mentions at their foot."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.composing.models import ComposingIdentity
from crm.composing.types import Footer
from crm.core.errors import StaleRecordError


def save_identity(session: Session, *, version: int, footer: Footer) -> ComposingIdentity:
    """Keep the mentions as an editor saw them at that version (0: none yet).

    Raises StaleRecordError when someone changed them since.
    """
    found = session.scalar(
        select(ComposingIdentity).with_for_update().execution_options(populate_existing=True)
    )
    if (found.version if found else 0) != version:
        raise StaleRecordError(found)
    identity = found or ComposingIdentity(id=1)
    identity.sender_name = footer.sender_name
    identity.postal_address = footer.postal_address
    identity.reason = footer.reason
    identity.rights_contact = footer.rights_contact
    session.add(identity)
    session.flush()
    return identity
