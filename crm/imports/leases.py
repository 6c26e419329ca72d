"""Who works on an import: one process at a time, for as long as it gives signs of life."""

from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from crm.core import clock
from crm.database import transaction
from crm.imports.models import Import
from crm.imports.types import AT_WORK

LEASE = timedelta(seconds=60)


class LostError(RuntimeError):
    """Someone else works on the import now, or it is at rest."""


def waiting_imports(session: Session) -> list[int]:
    """Return the imports that someone should be working on and nobody is."""
    return list(
        session.scalars(
            select(Import.id).where(Import.state.in_(AT_WORK), _is_free()).order_by(Import.id)
        )
    )


def _is_free() -> Any:
    return or_(Import.lease_until.is_(None), Import.lease_until < clock.now())


def take(session: Session, import_id: int, key: str) -> bool:
    """Take an import that has work to do and that nobody is at; tell whether it was free."""
    taken = session.execute(
        update(Import)
        .where(Import.id == import_id, Import.state.in_(AT_WORK), _is_free())
        .values(lease_key=key, lease_until=clock.now() + LEASE)
        .execution_options(synchronize_session=False)
        .returning(Import.id)
    ).first()
    return taken is not None


def release(import_id: int, key: str) -> None:
    """Give an import back."""
    with transaction() as session:
        session.execute(
            update(Import)
            .where(Import.id == import_id, Import.lease_key == key)
            .values(lease_key=None, lease_until=None)
            .execution_options(synchronize_session=False)
        )


def hold(session: Session, import_id: int, key: str) -> Import:
    """Return the import, held until the transaction ends, its lease renewed; raise LostError."""
    run = session.scalar(
        select(Import)
        .where(Import.id == import_id, Import.lease_key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if run is None:
        raise LostError
    run.lease_until = clock.now() + LEASE
    return run
