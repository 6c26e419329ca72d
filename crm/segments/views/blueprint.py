"""The blueprint that the views of this folder share."""

from flask import Blueprint

blueprint = Blueprint("segments", __name__, url_prefix="/segments")
ONE = "/<int:segment_id>"
LONGEST_ADDRESS = 3500  # what every server and browser on the way takes


def is_long(link: str) -> bool:
    """Tell whether rules are too long for the URL of a page, and are posted to it instead."""
    return len(link) > LONGEST_ADDRESS - 300
