"""How what funding knows comes back, and what of it points at other records."""

from crm.funding.kinds.applications import APPLICATION_KINDS, APPLICATION_POINTERS
from crm.funding.kinds.calls import CALL_KIND
from crm.funding.kinds.schemes import SCHEME_KIND, SCHEME_POINTERS

KINDS = (SCHEME_KIND, CALL_KIND, *APPLICATION_KINDS)
POINTERS = (*SCHEME_POINTERS, *APPLICATION_POINTERS)
