"""One change to the selected rows of a list, or to all that its filters keep, undone at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.interfaces import ORMOption
from werkzeug.datastructures import MultiDict

from crm.core.batches import in_batches
from crm.core.errors import N_, NotFoundError, RuleError
from crm.database import db, transaction
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of, describe_save
from crm.web.list_definition import ListDefinition, Narrowing
from crm.web.lists import Listing
from crm.web.requests import done, refused, typed_ids

MOST_AT_ONCE = 20_000
_LONGEST_FILTER = 4000

Arguments = MultiDict[str, str]
Options = Sequence[tuple[str, str]]


def _nothing(_session: Session, _ids: Sequence[int], _typed: str) -> int:
    return 0


@dataclass(frozen=True, slots=True)
class BulkAction:
    """Something done at once: `run` takes the ids and the value; without options it is a text.

    What asks for more than a value has instead a `page`, made of the ids and of the way back.
    """

    code: str
    label: str
    run: Callable[[Session, Sequence[int], str], int] = _nothing
    options: Callable[[Session], Options] | None = None
    page: Callable[[Sequence[int], str], ResponseReturnValue] | None = None


_added: dict[str, dict[str, BulkAction]] = {}


def add_bulk_action(list_code: str, action: BulkAction) -> None:
    """Offer an action of a package above on the rows of a list; twice is once."""
    _added.setdefault(list_code, {})[action.code] = action


@dataclass(frozen=True, slots=True)
class Bulk:
    """A list whose rows are changed at once; `narrow` applies its search and its filters."""

    title: str
    list_of: Callable[[Arguments], ListDefinition]
    narrow: Callable[[Session, Listing], Narrowing]
    actions: Sequence[BulkAction]
    list_code: str = ""

    def every_action(self) -> Sequence[BulkAction]:
        """Return its actions, and those that packages above offer."""
        return (*self.actions, *_added.get(self.list_code, {}).values())

    def listing(self) -> Listing:
        """Return the list that the form was sent from, narrowed as it was there."""
        arguments = sent_filters()
        return Listing(self.list_of(arguments), arguments)

    def whole_list_url(self) -> str:
        """Return the address of the list, whatever it was narrowed to."""
        return Listing(self.list_of(MultiDict()), MultiDict()).url()

    def selected(self, session: Session) -> list[int]:
        """Return the ids ticked, or those of the whole narrowed list where that was asked."""
        if request.form.get("tout") != "1":
            return typed_ids("selection")
        listing = self.listing()
        return listing.ids(session, self.narrow(session, listing), MOST_AT_ONCE + 1)


def sent_filters() -> Arguments:
    """Return the search and filters of the list that a form was sent from.

    Raises RuleError when they are too long: a filter cut off would widen what is changed.
    """
    asked = request.form.get("filtre", "")
    if len(asked) > _LONGEST_FILTER:
        raise RuleError(
            "selection",
            N_("Rien n’a changé : il y a trop de filtres à la fois. Retirez-en, puis recommencez."),
        )
    return MultiDict((name, value.replace("\x00", "")) for name, value in parse_qsl(asked))


def check_selection(ids: Sequence[int], most: int = MOST_AT_ONCE) -> list[int]:
    """Return the ids, each once and in order; raise RuleError for none or more than `most`."""
    wanted = sorted(set(ids))
    if not wanted:
        raise RuleError("selection", N_("Choisissez au moins une fiche."))
    if len(wanted) > most:
        raise RuleError(
            "selection",
            N_("C’est trop à la fois : %(count)s fiches au plus. Filtrez la liste."),
            count=most,
        )
    return wanted


def check_all_found(wanted: Sequence[int], found: int) -> None:
    """Raise RuleError unless each record of a selection was found."""
    if found != len(wanted):
        raise RuleError(
            "selection",
            N_("Des fiches choisies n’existent plus : rien n’a changé. Choisissez à nouveau."),
        )


def change_each(
    session: Session,
    model: type[Any],
    ids: Sequence[int],
    *,
    label: str,
    change: Callable[[Any], bool],
    options: Sequence[ORMOption] = (),
) -> int:
    """Change each record of a selection, under one label in history; return how many have changed.

    `change` tells whether it did. Raises RuleError, and nothing changes, when one is not there.
    """
    wanted = check_selection(ids)
    records: list[Any] = []
    for batch in in_batches(wanted):
        records += session.scalars(
            select(model)
            .where(model.id.in_(batch), model.deleted_at.is_(None))
            .options(*options)
            .order_by(model.id)
        )
    check_all_found(wanted, len(records))
    describe_save(session, label=label)
    count = sum(change(record) for record in records)
    session.flush()
    return count


def answer_bulk(bulk: Bulk) -> ResponseReturnValue:
    """Do what the form asks of the selection, or show all that can be done with it."""
    try:
        back = bulk.listing().url()
    except RuleError as error:
        return refused(error, bulk.whole_list_url())
    if request.form.get("autre"):
        return _choices(bulk, back)
    code = request.form.get("action", "")
    action = next((each for each in bulk.every_action() if each.code == code), None)
    if action is None:
        raise NotFoundError
    if action.page is not None:
        return _page_of(bulk, action.page, back)
    typed = request.form.get(f"valeur-{code}", request.form.get("value", ""))
    try:
        with transaction() as session:
            ids = bulk.selected(session)
            count = action.run(session, ids, typed.replace("\x00", "").strip())
            saved = change_set_of(session)
    except RuleError as error:
        return refused(error, back)
    undo_url = undo_link(saved if count else None)
    return done("Fiches modifiées : %(count)s.", back, undo_url=undo_url, count=count)


def _page_of(
    bulk: Bulk, page: Callable[[Sequence[int], str], ResponseReturnValue], back: str
) -> ResponseReturnValue:
    try:
        ids = check_selection(bulk.selected(db.session()))
    except RuleError as error:
        return refused(error, back)
    return page(ids, back)


def _choices(bulk: Bulk, back: str) -> ResponseReturnValue:
    session = db.session()
    ids = bulk.selected(session)
    if not ids:
        return refused(RuleError("selection", N_("Choisissez au moins une fiche.")), back)
    return render_template(
        "history/bulk.html",
        title=bulk.title,
        action_url=request.path,
        back=back,
        is_all=request.form.get("tout") == "1",
        asked=request.form.get("filtre", ""),
        ids=ids,
        actions=[
            (each, each.options(session) if each.options else None) for each in bulk.every_action()
        ],
    )
