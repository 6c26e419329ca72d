"""Writing what reports are made of, the texts of a year, and closing a year."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from crm.agreements.models import Agreement
from crm.core import clock
from crm.core.errors import N_, RuleError, StaleRecordError
from crm.core.text import sort_key
from crm.yearly import rules
from crm.yearly.choices import check_item
from crm.yearly.keeping import packed
from crm.yearly.models import (
    ReportClosure,
    ReportDefinition,
    ReportItem,
    ReportTemplate,
    ReportText,
)
from crm.yearly.queries import (
    closure_of,
    definition_for_page,
    item_for_page,
    items_of,
    template_of,
    text_of,
)
from crm.yearly.rules import digest_of
from crm.yearly.types import DefinitionData, ItemData, ItemKind

_CLOSED = N_("Cette année est close : rouvrez-la pour changer ce qui a été publié.")


def create_definition(session: Session, *, data: DefinitionData) -> ReportDefinition:
    """Create a report without items."""
    definition = ReportDefinition(created_at=clock.now())
    _fill(session, definition, data)
    session.add(definition)
    session.flush()
    return definition


def update_definition(
    session: Session, *, definition_id: int, version: int, data: DefinitionData
) -> ReportDefinition:
    """Change a report as it was at that version; raise StaleRecordError if it has moved on."""
    definition = definition_for_page(session, definition_id)
    if definition.version != version:
        raise StaleRecordError(definition)
    _fill(session, definition, data)
    session.flush()
    return definition


def copy_definition(session: Session, *, source_id: int, data: DefinitionData) -> ReportDefinition:
    """Copy a report with its items for another funder; texts and closed years stay."""
    definition_for_page(session, source_id)
    copy = create_definition(session, data=data)
    if template := template_of(session, source_id, with_content=True):
        set_template(
            session,
            definition_id=copy.id,
            name=template.name,
            content=template.content,
            author_id=template.author_id,
        )
    for item in items_of(session, source_id):
        session.add(
            ReportItem(
                definition_id=copy.id,
                position=item.position,
                kind=item.kind,
                title=item.title,
                code=item.code,
                by=item.by,
                kept=item.kept,
                created_at=clock.now(),
            )
        )
    session.flush()
    return copy


def _fill(session: Session, definition: ReportDefinition, data: DefinitionData) -> None:
    clean = rules.clean_definition(data)
    if clean.agreement_id is not None:
        agreement = session.get(Agreement, clean.agreement_id)
        if agreement is None or agreement.deleted_at is not None:
            raise RuleError("agreement", N_("Cette convention n’existe plus."))
    definition.name, definition.sort_name = clean.name, sort_key(clean.name)
    definition.funder, definition.agreement_id = clean.funder, clean.agreement_id
    definition.level, definition.period = clean.level, clean.period
    definition.support = clean.support


def add_item(
    session: Session,
    *,
    definition_id: int,
    kind: ItemKind,
    data: ItemData,
    after: int | None = None,
) -> ReportItem:
    """Add an item to a report, after the one named or at the end."""
    definition_for_page(session, definition_id)
    ids = [item.id for item in items_of(session, definition_id)]
    rules.check_room(len(ids))
    clean = rules.clean_item(kind, data)
    check_item(session, kind, clean)
    item = ReportItem(definition_id=definition_id, kind=kind, created_at=clock.now())
    _fill_item(item, clean)
    item.position = len(ids)
    session.add(item)
    session.flush()
    if after in ids:
        order = rules.moved_to([*ids, item.id], item.id, ids.index(after) + 1)
        _put_in_order(session, definition_id, order)
    return item


def update_item(session: Session, *, item_id: int, seen: str, data: ItemData) -> ReportItem:
    """Change an item as an editor saw it; raise StaleRecordError if it says something else now.

    One that was only put at another place stays as it was seen.
    """
    item = item_for_page(session, item_id)
    if seen != rules.seen_item(item.title, item.code, item.by, item.kept):
        raise StaleRecordError(item)
    clean = rules.clean_item(ItemKind(item.kind), data)
    check_item(session, ItemKind(item.kind), clean)
    _fill_item(item, clean)
    session.flush()
    return item


def move_item(session: Session, *, item_id: int, position: int) -> ReportItem:
    """Put an item at a position of its report, counted from 0; beyond the end is the end."""
    item = item_for_page(session, item_id)
    ids = [each.id for each in items_of(session, item.definition_id)]
    _put_in_order(session, item.definition_id, rules.moved_to(ids, item_id, position))
    return item


def _fill_item(item: ReportItem, data: ItemData) -> None:
    item.title, item.code, item.by = data.title, data.code, data.by
    kept = {by: list(keys) for by, keys in data.kept.items()}
    if kept != item.kept:
        item.kept = kept


def _put_in_order(session: Session, definition_id: int, ids: Sequence[int]) -> None:
    places = {item_id: place for place, item_id in enumerate(ids)}
    for item in items_of(session, definition_id):
        item.position = places[item.id]
    session.flush()


def write_text(
    session: Session,
    *,
    item_id: int,
    year: int,
    version: int,
    body: str | None,
    author_id: int | None,
) -> ReportText:
    """Write the text of a year as it was at that version (0: none yet).

    Raises StaleRecordError when someone wrote it since, RuleError when the year is closed.
    """
    item = item_for_page(session, item_id)
    check_open(session, item.definition_id, year)
    text = text_of(session, item_id, year)
    if (text.version if text else 0) != version:
        raise StaleRecordError(text)
    text = text or ReportText(item_id=item_id, year=year)
    text.item = item
    text.body, text.author_id, text.updated_at = rules.clean_text(body), author_id, clock.now()
    session.add(text)
    session.flush()
    return text


def check_open(session: Session, definition_id: int, year: int) -> None:
    """Raise RuleError when a year is closed."""
    if closure_of(session, definition_id, year) is not None:
        raise RuleError("body", _CLOSED)


def close_year(
    session: Session,
    *,
    definition_id: int,
    year: int,
    content: bytes,
    open_sessions: int,
    author_id: int | None,
) -> ReportClosure:
    """Keep a report as it was published; closing what is closed already changes nothing."""
    definition_for_page(session, definition_id)
    known = closure_of(session, definition_id, year)
    if known is not None:
        return known
    template = template_of(session, definition_id)
    closure = ReportClosure(
        definition_id=definition_id,
        year=year,
        closed_at=clock.now(),
        closed_by_id=author_id,
        digest=digest_of(content),
        content=packed(content),
        open_sessions=open_sessions,
        template_id=template.id if template else None,
    )
    session.add(closure)
    session.flush()
    return closure


def reopen_year(
    session: Session,
    *,
    definition_id: int,
    year: int,
    closure_id: int,
    reason: str | None,
    author_id: int | None,
) -> ReportClosure:
    """Open a closed year again, with a reason that stays; what was published stays too.

    Raises RuleError when `closure_id` is not, or no more, how it is closed.
    """
    closure = closure_of(session, definition_id, year)
    if closure is None:
        raise RuleError("reason", N_("Cette année est déjà ouverte."))
    if closure.id != closure_id:
        raise RuleError("reason", N_("Cette année a été close de nouveau depuis : relisez-la."))
    closure.reopen_reason = rules.clean_reason(reason)
    closure.reopened_at, closure.reopened_by_id = clock.now(), author_id
    session.flush()
    return closure


def set_template(
    session: Session, *, definition_id: int, name: str, content: bytes, author_id: int | None
) -> ReportTemplate:
    """Let a report be written in a Word file of the network's, in place of the one before."""
    definition_for_page(session, definition_id)
    unset_template(session, definition_id=definition_id)
    template = ReportTemplate(
        definition_id=definition_id,
        name=name,
        content=content,
        author_id=author_id,
        created_at=clock.now(),
    )
    session.add(template)
    session.flush()
    return template


def unset_template(session: Session, *, definition_id: int) -> None:
    """Let a report be written as a new network's is."""
    definition_for_page(session, definition_id)
    if template := template_of(session, definition_id):
        template.deleted_at = clock.now()
        session.flush()
