"""Answers for pickers of communes and countries."""

from flask import Blueprint, Response, jsonify, request
from sqlalchemy import select

from crm.core.text import sort_key
from crm.database import db
from crm.territories.models import Country
from crm.territories.queries import search_communes
from crm.web.access import Permission, allow

blueprint = Blueprint("territories", __name__, url_prefix="/territoires")

_MOST = 20


@blueprint.get("/communes")
@allow(Permission.READ_NETWORK)
def commune_suggestions() -> Response:
    """Answer with communes whose name, postcode or code begins like this."""
    found = search_communes(db.session(), request.args.get("q", "")[:100], _MOST)
    return jsonify(
        [{"value": one.insee_code, "text": one.label, "detail": one.detail} for one in found]
    )


@blueprint.get("/pays")
@allow(Permission.READ_NETWORK)
def country_suggestions() -> Response:
    """Answer with countries whose French name holds words beginning like this."""
    typed = sort_key(request.args.get("q", "")[:100])
    found = db.session().execute(
        select(Country.code, Country.name)
        .where(
            Country.sort_name.startswith(typed, autoescape=True)
            | Country.sort_name.contains(f" {typed}", autoescape=True)
        )
        .order_by(Country.sort_name)
        .limit(_MOST)
    )
    return jsonify([{"value": code, "text": name, "detail": code} for code, name in found.tuples()])
