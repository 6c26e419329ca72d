"""The answer to a click that a rule refuses."""

from flask import flash, redirect
from werkzeug.wrappers import Response

from crm.core.errors import RuleError
from crm.web.locale import sentence


def refused(error: RuleError, target: str) -> Response:
    """Say why nothing was done, where the person was."""
    flash(sentence(error), "danger")
    return redirect(target, 303)
