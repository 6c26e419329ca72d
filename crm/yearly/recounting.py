"""A closed year counted again by the definition it was closed with; how that one changed since."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from crm.agreements.models import Agreement
from crm.core.errors import N_
from crm.indicators.types import Level, Period
from crm.web.formats import short_date
from crm.web.locale import translate
from crm.yearly.counting import Counter, period_of
from crm.yearly.models import ReportDefinition, ReportItem
from crm.yearly.queries import Saved, items_of, last_changes
from crm.yearly.types import SUPPORT_LABELS, Block, ItemKind, Report, Section, Support
from crm.yearly.wording import LEVEL_LABELS

_UNCOUNTED = frozenset({ItemKind.SECTION, ItemKind.TEXT})
_DEFINITION, _ITEM, _FORMULA, _SERIES = "report_definition", "report_item", "formula", "series"


@dataclass(frozen=True, slots=True)
class DefinitionChange:
    """What a report counts that it did not when its year was closed; the save that changed it."""

    sentence: str
    saved: Saved | None = None


def count_again(session: Session, published: Report, definition: ReportDefinition) -> Report:
    """Count what was published as it was then defined; texts are left as they were written."""
    period = Period(published.start, published.end)
    # Nothing compares the year before: it is not counted another time.
    counter = Counter(session, _as_it_was(session, published, definition), (period, period))
    sections = [
        Section(
            section.item_id,
            section.title,
            tuple(
                block
                if block.kind in _UNCOUNTED or not block.code
                else counter.block(_item(block), {})
                for block in section.blocks
            ),
        )
        for section in published.sections
    ]
    return replace(published, sections=tuple(sections))


def _as_it_was(
    session: Session, published: Report, definition: ReportDefinition
) -> ReportDefinition:
    """Return the definition of a closed year; it is in no session, so nothing of it is written."""
    frozen = ReportDefinition(
        id=definition.id,
        name=published.name,
        level=published.level,
        support=published.support,
        period=published.period_kind,
        funder=published.funder,
        agreement_id=published.agreement_id,
    )
    agreement = session.get(Agreement, frozen.agreement_id) if frozen.agreement_id else None
    set_committed_value(frozen, "agreement", agreement)
    return frozen


def _item(block: Block) -> ReportItem:
    return ReportItem(
        id=block.item_id,
        kind=block.kind,
        title=block.title,
        code=block.code,
        by=block.by or None,
        kept=block.kept,
    )


def definition_changes(
    session: Session,
    published: Report,
    again: Report,
    definition: ReportDefinition,
    closed_at: datetime,
) -> list[DefinitionChange]:
    """Return what the definition of a report counts otherwise since a year was closed."""
    found = [
        *((_DEFINITION, definition.id, said) for said in _settings(published, definition)),
        *((_ITEM, item, said) for item, said in _items(session, published, definition)),
        *_rules(published, again),
    ]
    saved = {
        entity: last_changes(
            session,
            entity=entity,
            ids=sorted({each for kind, each, _said in found if kind == entity}),
            since=closed_at,
            of_itself=True,
        )
        for entity in sorted({kind for kind, _id, _said in found})
    }
    return [DefinitionChange(said, saved[kind].get(each)) for kind, each, said in found]


def _settings(published: Report, definition: ReportDefinition) -> Iterator[str]:
    told = N_("%(what)s : « %(before)s » à la clôture, « %(today)s » aujourd’hui")
    if published.level != definition.level:
        before, today = (LEVEL_LABELS[Level(each)] for each in (published.level, definition.level))
        what = translate(N_("Niveau des structures"))
        yield translate(told, what=what, before=translate(before), today=translate(today))
    if published.support != definition.support:
        both = (published.support, definition.support)
        before, today = (SUPPORT_LABELS[Support(each)] for each in both)
        what = translate(N_("Appui compté"))
        yield translate(told, what=what, before=translate(before), today=translate(today))
    period = period_of(definition, published.year)
    if (period.start, period.end) != (published.start, published.end):
        what = translate(N_("Jours comptés"))
        before = _days(Period(published.start, published.end))
        yield translate(told, what=what, before=before, today=_days(period))
    elif published.agreement_id != definition.agreement_id:
        yield translate(N_("Le rapport suit une autre convention qu’à la clôture"))


def _days(period: Period) -> str:
    start, end = short_date(period.start), short_date(period.end)
    return translate(N_("du %(start)s au %(end)s"), start=start, end=end)


def _items(
    session: Session, published: Report, definition: ReportDefinition
) -> Iterator[tuple[int, str]]:
    blocks = {each.item_id: each for each in published.blocks if each.kind not in _UNCOUNTED}
    today = {
        each.id: each for each in items_of(session, definition.id) if each.kind not in _UNCOUNTED
    }
    for item_id, block in blocks.items():
        if item_id not in today:
            said = N_("« %(title)s » n’est plus dans le rapport")
            yield item_id, translate(said, title=block.title)
        elif block.code and not _asks_the_same(block, today[item_id]):
            said = N_("« %(title)s » ne compte plus la même chose")
            yield item_id, translate(said, title=block.title)
    for item_id, item in today.items():
        if item_id not in blocks:
            said = N_("« %(title)s » n’était pas dans le rapport")
            yield item_id, translate(said, title=item.title or item.code or "")


def _asks_the_same(block: Block, item: ReportItem) -> bool:
    return (block.code, block.by, block.kept) == (item.code, item.by or "", item.kept)


def _rules(published: Report, again: Report) -> Iterator[tuple[str, int, str]]:
    """Yield the series and formulas whose rule is no longer the one that was published."""
    rules = {block.item_id: block.rule for block in again.blocks}
    for block in published.blocks:
        kind, _, number = block.code.partition("_")
        entity = {"formule": _FORMULA, "serie": _SERIES}.get(kind)
        if entity and number.isdecimal() and rules.get(block.item_id) != block.rule:
            said = N_("« %(title)s » ne se calcule plus de la même façon")
            yield entity, int(number), translate(said, title=block.title)
