"""What the builder asks while it is being filled in: whom the rules find, what can be chosen."""

from collections.abc import Callable
from typing import Any

from flask import Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.core import clock
from crm.core.errors import NotFoundError, RuleError
from crm.core.text import fold
from crm.criteria.registry import find_bridge, find_criterion
from crm.criteria.rules import tree_to_link
from crm.criteria.types import Subject
from crm.database import db
from crm.segments.drafts import read_draft
from crm.segments.previews import preview_tree
from crm.segments.views.blueprint import blueprint, is_long
from crm.web.access import Permission, allow
from crm.web.locale import sentence

_MOST = 50


@blueprint.post("/apercu")
@allow(Permission.READ_NETWORK)
def preview() -> ResponseReturnValue:
    """Answer with whom the rules of the form find; nothing is written."""
    session = db.session()
    try:
        tree = read_draft(session, request.form, _subject(request.form.get("sujet", "")))
    except RuleError as error:
        return render_template("segments/_preview.html", preview=None, said=sentence(error)), 422
    link = tree_to_link(tree)
    found = preview_tree(
        session,
        tree,
        clock.today(),
        why_url_of(link),
    )
    return render_template(
        "segments/_preview.html", preview=found, link=link, is_long=is_long(link), said=""
    )


def why_url_of(link: str) -> Callable[[int], str]:
    """Return what says where a record found by rules is explained; the long ones are posted."""
    known: dict[str, Any] = {} if is_long(link) else {"regles": link}
    return lambda record_id: url_for("segments.why_draft", fiche=record_id, **known)


@blueprint.get("/choix/<subject>/<code>/<name>")
@allow(Permission.READ_NETWORK)
def options(subject: str, code: str, name: str) -> Response:
    """Answer a picker: the choices of a field whose label holds the words typed."""
    whose = _subject(subject)
    asked = find_criterion(whose, code) or find_bridge(whose, code)
    field = asked.field(name) if asked else None
    if field is None or field.options is None:
        raise NotFoundError
    typed = fold(request.args.get("q", "")[:100])
    found = [
        {"value": value, "text": label, "detail": ""}
        for value, label in field.options(db.session())
        if all(word in fold(label) for word in typed.split())
    ]
    return jsonify(found[:_MOST])


def _subject(text: str) -> Subject:
    if text not in set(Subject):
        raise NotFoundError
    return Subject(text)
