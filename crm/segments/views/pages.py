"""A segment's page, and why a record is in it or out."""

from typing import Any

from flask import render_template, request, url_for

from crm.accounts.gate import signed_in
from crm.core import clock
from crm.core.errors import RuleError
from crm.core.numbers import parse_id
from crm.criteria.problems import NO_NAMES, problems_of
from crm.criteria.rules import tree_from_link, tree_to_link
from crm.criteria.sentences import sentence_of
from crm.criteria.types import Subject, Tree
from crm.database import db
from crm.history.queries import history_of
from crm.history.wording import tell
from crm.segments.drafts import read_draft
from crm.segments.errors import SegmentError
from crm.segments.models import Segment
from crm.segments.previews import page_of_record, preview_segment, without_each
from crm.segments.queries import is_member, segment_for_page, tree_of
from crm.segments.reasons import reason_tree, record_named, records_like
from crm.segments.views.blueprint import ONE, blueprint, is_long
from crm.web.access import Permission, allow
from crm.web.locale import sentence

_LONGEST_SEARCH = 100


@blueprint.get(ONE)
@allow(Permission.READ_NETWORK)
def show(segment_id: int) -> str:
    """Show a segment: what it means, how many it finds, the first of them."""
    session, day = db.session(), clock.today()
    segment = segment_for_page(session, segment_id, signed_in().id)
    preview = preview_segment(
        session, segment, day, lambda each: url_for(".why", segment_id=segment_id, fiche=each)
    )
    changes = history_of(session, entity="segment", record_id=segment_id)
    return render_template(
        "segments/show.html", segment=segment, preview=preview, changes=tell(session, changes)
    )


@blueprint.get(f"{ONE}/pourquoi")
@allow(Permission.READ_NETWORK)
def why(segment_id: int) -> str:
    """Say criterion by criterion why a record is in a segment, or out of it."""
    session = db.session()
    segment = segment_for_page(session, segment_id, signed_in().id)
    try:
        tree, said = tree_of(segment), ""
    except SegmentError as error:
        tree, said = Tree(Subject(segment.subject)), str(error)
    page = _why_page(tree, segment, said)
    return render_template("segments/why.html", segment=segment, **page)


@blueprint.route("/pourquoi", methods=["GET", "POST"])
@allow(Permission.READ_NETWORK)
def why_draft() -> str:
    """Say the same of rules that may not have been saved; posted where a URL is too short."""
    said = ""
    try:
        tree = _asked_tree()
    except RuleError as error:
        tree, said = Tree(Subject.STRUCTURE), sentence(error)
    return render_template("segments/why.html", segment=None, **_why_page(tree, None, said))


@blueprint.route("/trop-etroit", methods=["GET", "POST"])
@allow(Permission.READ_NETWORK)
def narrow() -> str:
    """Say what each criterion of the rules in the URL, or posted, keeps out."""
    session, said, found = db.session(), "", []
    tree = Tree(Subject.STRUCTURE)
    try:
        tree = _asked_tree()
        found = without_each(session, tree, clock.today())
    except RuleError as error:
        said = sentence(error)
    link = tree_to_link(tree)
    return render_template(
        "segments/narrow.html",
        found=found,
        said=said,
        sentence=sentence_of(session, tree),
        subject=tree.subject.value,
        link=link,
        is_long=is_long(link),
    )


def _asked_tree() -> Tree:
    """Return the rules of the URL, or those posted: by such a page, or by the builder's form."""
    if request.method != "POST":
        return tree_from_link(request.args.get("regles", ""))
    if "regles" in request.form:
        return tree_from_link(request.form["regles"], longest=None)
    subject = request.form.get("sujet", "")
    known = Subject(subject) if subject in set(Subject) else Subject.STRUCTURE
    return read_draft(db.session(), request.form, known)


def _why_page(tree: Tree, segment: Segment | None, said: str) -> dict[str, Any]:
    """Return what the page says of the record of the URL, or of those whose words were typed."""
    session, day, link = db.session(), clock.today(), tree_to_link(tree)
    names = segment.names if segment else NO_NAMES
    record_id = parse_id(request.values.get("fiche"))
    searched = request.values.get("q", "").replace("\x00", "")[:_LONGEST_SEARCH].strip()
    problems = [said] if said else [each.told for each in problems_of(session, tree, names)]
    page: dict[str, Any] = {
        "link": link,
        "is_long": is_long(link),
        "problems": problems,
        "sentence": sentence_of(session, tree, names),
        "subject": tree.subject.value,
        "searched": searched,
        "matches": records_like(session, tree.subject, searched),
        "record": None,
    }
    if record_id is None or problems:
        return page
    reason = reason_tree(session, tree, record_id, day)
    is_in = reason.holds
    if segment is not None and segment.frozen_at is not None:
        is_in = is_member(session, segment, record_id, day=day)
    page["record"] = {
        "name": record_named(session, tree.subject, record_id),
        "url": page_of_record(tree.subject, record_id),
        "reason": reason,
        "is_in": is_in,
    }
    return page
