"""What an item may choose, and is checked to: figures, series, lists, and what may narrow them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.agreements.queries import axis_labels
from crm.campaigns.models import Campaign
from crm.contacts.listings import departements
from crm.contacts.queries.groups import group_choices
from crm.core.errors import N_, RuleError
from crm.indicators.indicator import Indicator, Ratio
from crm.indicators.keys import FORMALITY_LABELS
from crm.indicators.types import BY_LABELS, By
from crm.measures.figures import figure_options, find_figure, is_formula_code, series_code
from crm.measures.models import Formula
from crm.measures.queries import all_series
from crm.reference.queries import labels_by_code, labels_by_id
from crm.web.locale import translate
from crm.yearly.lists import LISTS, find_list
from crm.yearly.types import ItemData, ItemKind

_NOT_COUNTED_BY = N_("Ce chiffre ne se compte pas par « %(by)s ».")


def code_options(session: Session, kind: ItemKind) -> list[tuple[str, str]]:
    """Return (code, label) of what an item of a kind may count or list."""
    if kind is ItemKind.LIST:
        return [(each.code, _capital(translate(each.label))) for each in LISTS]
    if kind is ItemKind.SERIES:
        return [(series_code(row[0].id), row[0].name) for row in all_series(session)]
    options = figure_options(session)
    if kind is ItemKind.SPLIT:
        series = {series_code(row[0].id) for row in all_series(session)}
        return [each for each in options if each[0] not in series and not is_formula_code(each[0])]
    return options


def narrowings(session: Session) -> list[tuple[str, str]]:
    """Return (value, label) of what may narrow a figure or a list: `theme:3`."""
    campaigns = session.execute(
        select(Campaign.id, Campaign.name)
        .where(Campaign.deleted_at.is_(None))
        .order_by(Campaign.starts_on.desc(), Campaign.id)
    ).tuples()
    lists = (
        (By.FAMILY, labels_by_code(session, "family")),
        (By.DEPARTEMENT, departements(session)),
        (By.THEME, labels_by_id(session, "theme")),
        (By.AXIS, axis_labels(session)),
        (By.KIND, labels_by_id(session, "event_kind")),
        (By.KIND, labels_by_id(session, "session_kind")),
        (By.ROLE, labels_by_id(session, "event_role")),
        (By.GROUP, group_choices(session)),
        (By.CAMPAIGN, [(str(each), name) for each, name in campaigns]),
        (By.FORMALITY, [(key, translate(label)) for key, label in FORMALITY_LABELS.items()]),
    )
    return [
        (f"{by.value}:{key}", f"{translate(BY_LABELS[by])} : {label}")
        for by, labels in lists
        for key, label in labels
    ]


def check_item(session: Session, kind: ItemKind, data: ItemData) -> None:
    """Raise RuleError beside the choice that an item of a kind cannot be counted with."""
    if data.code is None:
        return
    if data.code not in dict(code_options(session, kind)):
        raise RuleError("code", N_("Choisissez dans la liste."))
    splits = _splits(session, kind, data.code)
    if data.by is not None and data.by not in splits:
        raise RuleError("by", _NOT_COUNTED_BY, by=_label(data.by))
    offered = {value for value, _label in narrowings(session)}
    for by, keys in data.kept.items():
        if by not in splits:
            raise RuleError("kept", _NOT_COUNTED_BY, by=_label(by))
        if any(f"{by}:{key}" not in offered for key in keys):
            raise RuleError("kept", N_("Choisissez dans la liste."))


def _splits(session: Session, kind: ItemKind, code: str) -> Sequence[str]:
    """Return what a figure or a list can be split by and narrowed to."""
    if kind is ItemKind.LIST:
        listed = find_list(code)
        return listed.splits if listed else ()
    figure = find_figure(session, code)
    source = figure.source if figure else None
    if isinstance(source, Ratio):
        return [by for by in source.part.splits if by in source.whole.splits]
    if isinstance(source, Formula):
        return list(By)
    return source.splits if isinstance(source, Indicator) else ()


def _label(by: str) -> str:
    return translate(BY_LABELS[By(by)]) if by in set(By) else by


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
