"""What pickers offer: applications and calls, as one types."""

from flask import Response, jsonify, request

from crm.database import db
from crm.funding.queries.picking import find_applications, find_calls
from crm.funding.views.blueprints import applications, calls
from crm.web.access import Permission, allow

_LONGEST_TYPED = 100


@applications.get("/suggestions")
@allow(Permission.READ_NETWORK)
def suggest_applications() -> Response:
    """Answer a picker: applications whose words begin like this."""
    found = find_applications(db.session(), request.args.get("q", "")[:_LONGEST_TYPED])
    return jsonify([{"value": s.value, "text": s.text, "detail": s.detail} for s in found])


@calls.get("/suggestions")
@allow(Permission.READ_NETWORK)
def suggest_calls() -> Response:
    """Answer a picker: calls whose words begin like this."""
    found = find_calls(db.session(), request.args.get("q", "")[:_LONGEST_TYPED])
    return jsonify([{"value": s.value, "text": s.text, "detail": s.detail} for s in found])
