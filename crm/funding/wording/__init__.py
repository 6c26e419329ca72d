"""How changes of funding are told."""

from crm.funding.wording.applications import APPLICATION_WORDINGS
from crm.funding.wording.calls import CALL_WORDING
from crm.funding.wording.schemes import SCHEME_WORDING

WORDINGS = {
    "funding_call": CALL_WORDING,
    "funding_scheme": SCHEME_WORDING,
    **APPLICATION_WORDINGS,
}
