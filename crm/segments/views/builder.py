"""The builder: a rule tree, edited by buttons that post and come back, saved under a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.core import clock
from crm.core.errors import NotFoundError, RuleError, StaleRecordError
from crm.criteria.problems import NO_NAMES, problems_of
from crm.criteria.rules import tree_from_link, tree_from_text, tree_to_link
from crm.criteria.types import Subject, Tree
from crm.database import db
from crm.segments import operations
from crm.segments.drafts import ACTION, acted, read_draft
from crm.segments.forms import SegmentForm
from crm.segments.models import Segment
from crm.segments.presentation import Builder
from crm.segments.previews import preview_tree
from crm.segments.queries import segment_for_page
from crm.segments.views.answers import why_url_of
from crm.segments.views.blueprint import LONGEST_ADDRESS, ONE, blueprint, is_long
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.locale import sentence
from crm.web.requests import done
from crm.web.submissions import save_form, save_once
from crm.web.versions import marks_of

_KEPT = {"nom": "name", "usage": "description"}
_SHARED = "partage"


@dataclass(slots=True)
class Draft:
    """What is being built: a segment that exists, if any, the form beside the rules, the rules.

    `left_out` names the filters of a list that no rule says.
    """

    segment: Segment | None
    form: SegmentForm
    tree: Tree
    said: str = ""
    differences: list[Difference] | None = None
    left_out: Sequence[str] = ()


@blueprint.route("/nouveau", methods=["GET", "POST"])
@allow(Permission.READ_NETWORK)
def new() -> ResponseReturnValue:
    """Build a segment; saving it is for those who may edit."""
    if request.method != "POST":
        return _asked(None, SegmentForm(formdata=None), request.args.get("sujet", ""))
    draft = _posted(None, _subject(request.form.get("sujet", "")))
    if draft.said or request.form.get(ACTION):
        return _after_action(draft)
    if not signed_in().may(Permission.EDIT_NETWORK):
        raise NotFoundError
    saved = save_once(
        draft.form,
        lambda session: (
            operations.create_segment(
                session, owner_id=signed_in().id, data=draft.form.read(draft.tree)
            ).id
        ),
    )
    if saved:
        return done("Segment enregistré.", url_for(".show", segment_id=saved))
    return show_draft(draft, 422)


@blueprint.route(f"{ONE}/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def edit(segment_id: int) -> ResponseReturnValue:
    """Change a segment; a second editor sees both versions."""
    theirs, segment = _as_stored(segment_id)
    if request.method != "POST":
        return _asked(segment, theirs, segment.subject)
    draft = _posted(segment, Subject(segment.subject))
    if draft.said or request.form.get(ACTION):
        return _after_action(draft)
    apply_choices(draft.form, theirs)
    draft.tree = _chosen_tree(draft)
    try:
        saved = save_form(draft.form, lambda session: _update(session, draft))
    except StaleRecordError:
        theirs, draft.segment = _as_stored(segment_id)
        draft.differences = both_versions(draft.form, theirs)
        draft.tree = _chosen_tree(draft)
        return show_draft(draft, 409)
    if saved:
        return done("Segment enregistré.", url_for(".show", segment_id=saved))
    return show_draft(draft, 422)


def _update(session: Session, draft: Draft) -> int:
    segment = draft.segment
    if segment is None:
        raise NotFoundError
    return operations.update_segment(
        session,
        segment_id=segment.id,
        user_id=signed_in().id,
        version=draft.form.version_number,
        data=draft.form.read(None if segment.frozen_at else draft.tree),
    ).id


def _as_stored(segment_id: int) -> tuple[SegmentForm, Segment]:
    session = db.session()
    session.expire_all()
    segment = segment_for_page(session, segment_id, signed_in().id)
    form = SegmentForm(formdata=None)
    form.write(segment)
    return form, segment


def _asked(segment: Segment | None, form: SegmentForm, subject: str) -> ResponseReturnValue:
    """Show the builder as the URL says, on top of what is stored."""
    tree, said = Tree(_subject(subject or Subject.STRUCTURE.value)), ""
    try:
        if link := request.args.get("regles"):
            tree = tree_from_link(link)
        elif segment is not None:
            tree = tree_from_text(segment.rules)
    except RuleError as error:
        said = sentence(error)
    if segment is not None and tree.subject.value != segment.subject:
        raise NotFoundError
    version = request.args.get("version", form.version.data)
    # Marks of what is stored, before what the URL changes; of an older version there are none.
    form.version.start_from(version, marks_of(form) if version == form.version.data else {})
    for argument, name in _KEPT.items():
        if argument in request.args:
            form._fields[name].data = request.args[argument]
    if _SHARED in request.args:
        form.is_shared.data = request.args[_SHARED] == "oui"
    return show_draft(Draft(segment, form, tree, said), 422 if said else 200)


def _posted(segment: Segment | None, subject: Subject) -> Draft:
    """Return what the form holds, after its button; with a sentence when it cannot be followed."""
    form, tree, said = SegmentForm(), Tree(subject), ""
    try:
        if "regles" in request.form:
            tree = tree_from_link(request.form["regles"], longest=None)
        else:
            tree = read_draft(db.session(), request.form, subject)
        if request.form.get(ACTION):
            tree = acted(tree, request.form)
    except RuleError as error:
        said = sentence(error)
    form.rules.data = tree_to_link(tree)
    return Draft(segment, form, tree, said)


def _chosen_tree(draft: Draft) -> Tree:
    """Return the rules kept in a conflict: those typed, or those that someone else saved."""
    try:
        return tree_from_link(draft.form.rules.data or "", longest=None)
    except RuleError:
        return draft.tree


def _after_action(draft: Draft) -> ResponseReturnValue:
    """Go to the address that holds the rules as they are now; show them at once if it is long."""
    if draft.said:
        return show_draft(draft, 422)
    kept: dict[str, Any] = {
        "regles": tree_to_link(draft.tree),
        "nom": draft.form.name.data or "",
        "usage": draft.form.description.data or "",
        _SHARED: "oui" if draft.form.is_shared.data else "non",
    }
    if draft.segment is None:
        target = url_for(".new", sujet=draft.tree.subject.value, **kept)
    else:
        version = draft.form.version_number
        target = url_for(".edit", segment_id=draft.segment.id, version=version, **kept)
    if len(target) > LONGEST_ADDRESS:
        return show_draft(draft, 200)
    if "HX-Request" not in request.headers:
        return redirect(target, 303)
    page, status = show_draft(draft, 200)
    return page, status, {"HX-Push-Url": target}


def show_draft(draft: Draft, status: int) -> tuple[str, int]:
    """Show what is being built, with whom it finds today."""
    session, tree = db.session(), draft.tree
    names = draft.segment.names if draft.segment else NO_NAMES
    link = tree_to_link(tree)
    found = preview_tree(
        session,
        tree,
        clock.today(),
        why_url_of(link),
    )
    builder = Builder(session, problems_of(session, tree, names), names)
    page: dict[str, Any] = {
        "form": draft.form,
        "segment": draft.segment,
        "root": builder.shown(tree),
        "subject": tree.subject.value,
        "preview": found,
        "link": link,
        "is_long": is_long(link),
        "said": draft.said,
        "differences": draft.differences,
        "left_out": draft.left_out,
        "may_save": signed_in().may(Permission.EDIT_NETWORK),
    }
    return render_template("segments/builder.html", **page), status


def _subject(text: str) -> Subject:
    return Subject(text) if text in set(Subject) else Subject.STRUCTURE
