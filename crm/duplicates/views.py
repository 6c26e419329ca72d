"""Likely duplicates, comparing two records, merging them and taking them apart."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.core.errors import N_, NotFoundError, RuleError
from crm.core.numbers import parse_id
from crm.database import db, transaction
from crm.duplicates.fields import better_kept, check_merge
from crm.duplicates.jobs import look_for_duplicates
from crm.duplicates.listings import KIND_LABELS, asked_kind, count_open, filled_pair_list
from crm.duplicates.merging import load_pair, merge_records
from crm.duplicates.models import Merge
from crm.duplicates.operations import decide_pairs
from crm.duplicates.presentation import (
    attached_lines,
    choices_of,
    field_labels,
    moved_words,
    read_choices,
    shown_kept,
    shown_later,
)
from crm.duplicates.queries import find_pair
from crm.duplicates.scanning import scan_of
from crm.duplicates.unmerging import get_merge, unmerge_records, why_not_unmerge
from crm.duplicates.wording import reasons_in_words
from crm.history.addresses import undo_link
from crm.history.kinds import find_kind
from crm.history.recording import change_set_of
from crm.web.access import Permission, allow
from crm.web.locale import sentence
from crm.web.requests import done, refused, safe_path, typed_ids

blueprint = Blueprint("duplicates", __name__)

_SECONDS_OF_A_SEARCH = 5.0
_ENDPOINTS = {"structure": "structures.show", "contact": "contacts.show"}


@blueprint.get("/doublons")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show the likely duplicates of the whole base, with why, and how far it has been searched."""
    session = db.session()
    kind = asked_kind(request.args)
    return render_template(
        "duplicates/index.html",
        listing=filled_pair_list(session, request.args),
        kind=kind,
        kinds=KIND_LABELS,
        counts=count_open(session),
        scan=scan_of(session, kind),
        words=reasons_in_words,
        page_of=_ENDPOINTS[kind],
        argument=f"{kind}_id",
    )


@blueprint.post("/doublons/chercher")
@allow(Permission.EDIT_NETWORK)
def search() -> ResponseReturnValue:
    """Compare what has not been compared, for some seconds; the rest waits for the next time."""
    is_done = look_for_duplicates(db.session(), _SECONDS_OF_A_SEARCH)
    message = (
        N_("La recherche est à jour.")
        if is_done
        else N_("La recherche avance : relancez-la, ou laissez-la finir cette nuit.")
    )
    return done(message, _back())


@blueprint.post("/doublons/lot")
@allow(Permission.EDIT_NETWORK)
def decide() -> ResponseReturnValue:
    """Say of the selected pairs that they are no duplicates, or open them again."""
    try:
        with transaction() as session:
            count = decide_pairs(
                session, ids=typed_ids("selection"), decision=request.form.get("action", "")
            )
            saved = change_set_of(session)
    except RuleError as error:
        return refused(error, _back())
    undo_url = undo_link(saved if count else None)
    return done("Décisions notées : %(count)s.", _back(), undo_url=undo_url, count=count)


@blueprint.get("/doublons/<any(structure, contact):kind>/<int:record_id>")
@allow(Permission.EDIT_NETWORK)
def choose(kind: str, record_id: int) -> ResponseReturnValue:
    """Choose the record to merge with this one."""
    found = find_kind(kind)
    record = db.session().get(found.model, record_id) if found else None
    if found is None or record is None or record.deleted_at is not None:
        raise NotFoundError
    other_id = parse_id(request.args.get("autre"))
    if other_id is not None:
        return redirect(url_for(".compare", kind=kind, one_id=record_id, other_id=other_id))
    suggestions = {"structure": "structures.suggestions", "contact": "contacts.suggestions"}
    return render_template(
        "duplicates/choose.html",
        name=found.name_of(record),
        back=_page(kind, record_id),
        source_url=url_for(suggestions[kind]),
        is_missing="autre" in request.args,
    )


@blueprint.route(
    "/doublons/<any(structure, contact):kind>/<int:one_id>/<int:other_id>", methods=["GET", "POST"]
)
@allow(Permission.EDIT_NETWORK)
def compare(kind: str, one_id: int, other_id: int) -> ResponseReturnValue:
    """Show two records side by side, and make one of them the other."""
    if request.method != "POST":
        return _compare_page(kind, one_id, other_id, parse_id(request.args.get("garder")))
    kept_id = parse_id(request.form.get("garder"))
    if kept_id not in (one_id, other_id):
        raise NotFoundError
    try:
        made = _merged(kind, kept_id, other_id if kept_id == one_id else one_id)
    except RuleError as error:
        return _compare_page(kind, one_id, other_id, kept_id, error)
    return done(
        N_("« %(merged)s » a été fusionné dans « %(kept)s »."),
        _page(kind, kept_id),
        undo_url=url_for(".unmerge", merge_id=made.id),
        merged=made.merged_name,
        kept=made.kept_name,
    )


def _merged(kind: str, kept_id: int, merged_id: int) -> Merge:
    with transaction() as session:
        return merge_records(
            session,
            kind=kind,
            kept_id=kept_id,
            merged_id=merged_id,
            choices=read_choices(kind, request.form),
            versions=_versions(),
        )


@blueprint.get("/fusions/<int:merge_id>")
@allow(Permission.EDIT_NETWORK)
def merge(merge_id: int) -> ResponseReturnValue:
    """Show a merge: what moved, what stayed, and what taking it apart would ask."""
    return _merge_page(merge_id)


@blueprint.post("/fusions/<int:merge_id>/defaire")
@allow(Permission.EDIT_NETWORK)
def unmerge(merge_id: int) -> ResponseReturnValue:
    """Take a merge apart; what came since stays with the one kept unless it was given back."""
    if request.form.get("lu") is None and _has_later(merge_id):
        return redirect(url_for(".merge", merge_id=merge_id), 303)
    given = {key for name, key in request.form.items(multi=True) if name == "rendre"}
    try:
        with transaction() as session:
            result = unmerge_records(session, merge_id=merge_id, given_back=given)
            undone = get_merge(session, merge_id)
    except RuleError as error:
        return _merge_page(merge_id, error)
    message = N_("Les deux fiches sont de retour.")
    if result.fields or result.rows:
        message = N_("Les deux fiches sont de retour ; ce qui avait changé depuis est resté.")
    kept = _page(undone.kind, undone.merged_id)
    return done(message, kept)


def _has_later(merge_id: int) -> bool:
    session = db.session()
    made = get_merge(session, merge_id)
    return bool(shown_later(session, made)) and why_not_unmerge(session, made) is None


def _versions() -> tuple[int, int] | None:
    kept, merged = (parse_id(request.form.get(f"version-{role}")) for role in ("kept", "merged"))
    return (kept or 0, merged or 0)


def _compare_page(
    kind: str, one_id: int, other_id: int, kept_id: int | None, error: RuleError | None = None
) -> ResponseReturnValue:
    session = db.session()
    try:
        one, other = load_pair(session, kind, one_id, other_id)
    except RuleError as reason:
        return _refusal(kind, reason)
    kept = {one_id: one, other_id: other}.get(kept_id or 0) or better_kept(kind, one, other)
    merged = other if kept is one else one
    problem = error or _problem(kind, kept, merged)
    page = render_template(
        "duplicates/compare.html",
        kind=kind,
        kept=kept,
        merged=merged,
        name_of=_name_of(kind),
        url_of=lambda record: _page(kind, record.id),
        swap_url=url_for(".compare", kind=kind, one_id=one_id, other_id=other_id, garder=merged.id),
        choices=choices_of(session, kind, kept, merged, read_choices(kind, request.form)),
        lines=attached_lines(session, kind, kept, merged),
        pair=find_pair(session, kind, one_id, other_id),
        words=reasons_in_words,
        problem=sentence(problem) if problem else None,
    )
    return page, 422 if error else 200


def _problem(kind: str, kept: Any, merged: Any) -> RuleError | None:
    try:
        check_merge(kind, kept, merged)
    except RuleError as error:
        return error
    return None


def _refusal(kind: str, reason: RuleError) -> ResponseReturnValue:
    """Say why the two cannot be compared, and lead to the record that stands in the way."""
    url = _page(kind, reason.record[1]) if reason.record else url_for(".index", fiche=kind)
    page = render_template("duplicates/refused.html", problem=sentence(reason), url=url)
    return page, 422


def _merge_page(merge_id: int, error: RuleError | None = None) -> ResponseReturnValue:
    session = db.session()
    made = get_merge(session, merge_id)
    why_not = error or why_not_unmerge(session, made)
    page = render_template(
        "duplicates/merge.html",
        merge=made,
        moved=moved_words(made),
        fields=field_labels(made),
        kept_items=shown_kept(session, made),
        later=shown_later(session, made) if why_not is None or error else [],
        why_not=sentence(why_not) if why_not else None,
        can_try=error is not None or why_not is None,
        kept_url=_page(made.kind, made.kept_id),
        again_url=_again(made),
    )
    return page, 422 if error else 200


def _again(made: Merge) -> str | None:
    if made.undone_at is None:
        return None
    return url_for(".compare", kind=made.kind, one_id=made.kept_id, other_id=made.merged_id)


def _name_of(kind: str) -> Any:
    found = find_kind(kind)
    if found is None:
        raise NotFoundError
    return found.name_of


def _page(kind: str, record_id: int) -> str:
    found = find_kind(kind)
    return (found.url_of(record_id) if found else None) or url_for(".index")


def _back() -> str:
    return safe_path(request.form.get("retour"), url_for(".index"))
