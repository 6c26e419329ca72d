"""The schemes that a new network starts from."""

import json
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.funding.models import FundingScheme
from crm.funding.operations.schemes import create_scheme
from crm.funding.types import SchemeData


def default_schemes() -> list[SchemeData]:
    """Return the schemes, in their order; who funds them is for the network to say."""
    path = Path(__file__).with_name("defaults.json")
    entries = json.loads(path.read_text(encoding="utf-8"))
    return [SchemeData(**entry) for entry in entries]


def load_default_schemes(session: Session) -> int:
    """Add the schemes to a network that has none, not even in the trash; return how many."""
    if session.execute(select(FundingScheme.id).limit(1)).first() is not None:
        return 0
    return len([create_scheme(session, data=data) for data in default_schemes()])
