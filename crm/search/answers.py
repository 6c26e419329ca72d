"""What the search box answers: records by kind, things to do, and where to go on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.search.actions import Action, Asked, actions, asked_actions, creations
from crm.search.everywhere import Found, Sought, Tier, correct_everywhere, find_everywhere
from crm.search.kinds import Hit, SearchKind, kinds
from crm.search.recents import latest_records_of
from crm.search.rules import Typed, read_search, wanted_words
from crm.web.access import Permission
from crm.web.locale import translate

May = Callable[[Permission], bool]
_MOST_RECENT = 6
_MOST_TARGETS = 3
_SIEVED_TIMES = 2


@dataclass(frozen=True, slots=True)
class Group:
    """The records of a kind that fit; `more_url` leads to all of them."""

    title: str
    hits: Sequence[Hit]
    more_url: str | None = None
    adopt_url: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that a search box shows, in its order."""

    text: str
    before: Sequence[Hit] = ()
    groups: Sequence[Group] = ()
    after: Sequence[Hit] = ()
    note: str | None = None

    @property
    def count(self) -> int:
        """Return how many lines can be chosen."""
        return len(self.before) + len(self.after) + sum(len(group.hits) for group in self.groups)


def answer(session: Session, text: str, *, may: May, user_id: int, shown: int) -> Answer:
    """Return what fits the words typed, `shown` records of a kind at most.

    Without a word: what the person worked on last, and what can be begun.
    """
    typed = read_search(text)
    allowed = [kind for kind in kinds() if may(kind.permission)]
    if not typed.words:
        return replace(_opening(session, allowed, may, user_id), text=typed.text)
    asked = asked_actions(typed.text)
    groups, note = _groups(session, typed, allowed, shown)
    before, after = _offers(session, asked, allowed, may)
    if not groups and not before:
        after += [_creation(action, typed.text) for action in creations() if may(action.permission)]
    unique = {hit.url: hit for hit in [*before, *after]}
    return Answer(
        typed.text,
        before=before,
        groups=groups,
        after=[hit for hit in unique.values() if hit not in before],
        note=note,
    )


def _opening(session: Session, allowed: Sequence[SearchKind], may: May, user_id: int) -> Answer:
    by_name = {kind.name: kind for kind in allowed}
    latest = latest_records_of(
        session, user_id=user_id, entities=sorted(by_name), limit=_MOST_RECENT * 2
    )
    described = {
        name: kind.describe(session, ids)
        for name, kind in by_name.items()
        if (ids := [record_id for entity, record_id in latest if entity == name])
    }
    hits = [
        replace(hit, icon=by_name[entity].icon)
        for entity, record_id in latest
        if (hit := described[entity].get(record_id))
    ]
    quick = [_plain(each) for each in actions() if each.is_quick and may(each.permission)]
    groups = [Group(translate(N_("Récemment modifiés")), hits[:_MOST_RECENT])] if hits else []
    return Answer("", groups=groups, after=quick)


def _groups(
    session: Session, typed: Typed, allowed: Sequence[SearchKind], shown: int
) -> tuple[list[Group], str | None]:
    sought = [Sought(kind.name, _words_for(kind, typed)) for kind in allowed]
    most = (shown + 1) * _SIEVED_TIMES
    found, note = find_everywhere(session, sought, most), None
    if not found and (better := correct_everywhere(session, sought)):
        found = find_everywhere(session, better, most)
        if found:
            best = next(each for each in better if each.kind in found)
            note = translate(
                N_("Rien pour « %(typed)s » : voici les résultats pour « %(words)s »."),
                typed=typed.text,
                words=" ".join(best.words),
            )
    ranked = sorted(
        (kind for kind in allowed if kind.name in found),
        key=lambda kind: (
            kind.adopt_url is not None,
            not _is_named(kind, typed),
            found[kind.name][0].tier,
        ),
    )
    groups = [_group(session, kind, found[kind.name], typed, shown) for kind in ranked]
    return _merged([group for group in groups if group.hits], shown), note


def _words_for(kind: SearchKind, typed: Typed) -> tuple[str, ...]:
    """Return the words sought in a kind: its own noun, typed first, only names it."""
    return wanted_words(typed.words[1:]) if _is_named(kind, typed) else typed.wanted


def _is_named(kind: SearchKind, typed: Typed) -> bool:
    return len(typed.words) > 1 and typed.words[0] in kind.nouns


def _group(
    session: Session, kind: SearchKind, found: Sequence[Found], typed: Typed, shown: int
) -> Group:
    ids = [each.record_id for each in found]
    described = kind.describe(session, ids if kind.is_sieved else ids[:shown])
    hits = [described[record_id] for record_id in ids if record_id in described][:shown]
    has_more = len(ids) > shown and kind.list_url is not None
    searched = " ".join(_words_for(kind, typed))
    return Group(
        translate(kind.label),
        [replace(hit, icon=hit.icon or kind.icon) for hit in hits],
        more_url=kind.list_url(searched) if has_more and kind.list_url else None,
        adopt_url=kind.adopt_url() if kind.adopt_url else None,
    )


def _merged(groups: Sequence[Group], shown: int) -> list[Group]:
    """Return the groups, those of one title as one."""
    by_title: dict[str, Group] = {}
    for group in groups:
        known = by_title.get(group.title)
        hits = [*known.hits, *group.hits][:shown] if known else group.hits
        by_title[group.title] = replace(known or group, hits=hits)
    return list(by_title.values())


def _offers(
    session: Session, asked: Asked, allowed: Sequence[SearchKind], may: May
) -> tuple[list[Hit], list[Hit]]:
    """Return what can be done that was surely meant, and what was perhaps."""
    sure: list[Hit] = []
    likely: list[Hit] = []
    targets: Mapping[tuple[str, ...], Sequence[Hit]] = _targets(session, asked, allowed, may)
    for action in asked.actions:
        if may(action.permission):
            offers = _offered(action, asked.rest, targets.get(action.takes, ()))
            (sure if asked.is_sure(action) else likely).extend(offers)
    return sure, likely


def _targets(
    session: Session, asked: Asked, allowed: Sequence[SearchKind], may: May
) -> dict[tuple[str, ...], Sequence[Hit]]:
    """Return the records that the words after the noun name, for each set of kinds asked."""
    wanted = wanted_words(read_search(asked.rest).words)
    asking = {each.takes for each in asked.actions if each.with_record and may(each.permission)}
    return {takes: _named(session, wanted, takes, allowed) for takes in sorted(asking) if wanted}


def _named(
    session: Session, wanted: tuple[str, ...], takes: Sequence[str], allowed: Sequence[SearchKind]
) -> list[Hit]:
    taken = [kind for kind in allowed if kind.name in takes]
    sought = [Sought(kind.name, wanted) for kind in taken]
    most = _MOST_TARGETS * _SIEVED_TIMES
    found = find_everywhere(session, sought, most)
    if not found and (better := correct_everywhere(session, sought)):
        found = find_everywhere(session, better, most)
    hits: list[tuple[Tier, Hit]] = []
    for kind in taken:
        if kind.name in found:
            ids = [each.record_id for each in found[kind.name]]
            described = kind.describe(session, ids)
            hits += [
                (each.tier, described[each.record_id])
                for each in found[kind.name]
                if each.record_id in described
            ]
    return [hit for _, hit in sorted(hits, key=lambda pair: pair[0])][:_MOST_TARGETS]


def _offered(action: Action, rest: str, targets: Sequence[Hit]) -> list[Hit]:
    if not rest:
        return [_plain(action)]
    if action.with_record and targets:
        return [
            Hit(
                translate(action.label_with, rest=hit.title),
                value="",
                url=action.with_record(hit.value),
                detail=hit.detail,
                icon=action.icon,
            )
            for hit in targets
        ]
    if action.with_text and (url := action.with_text(rest)):
        label = translate(action.label_with, rest=rest)
        return [Hit(label, value="", url=url, icon=action.icon)]
    return [_plain(action)] if action.with_record else []


def _creation(action: Action, text: str) -> Hit:
    url = action.with_text(text) if action.with_text else None
    label = translate(action.label_with, rest=text)
    return Hit(label, value="", url=url or action.url(), icon=action.icon)


def _plain(action: Action) -> Hit:
    return Hit(translate(action.label), value="", url=action.url(), icon=action.icon)
