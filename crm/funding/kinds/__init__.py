"""How what funding knows comes back, and what of it points at other records."""

from crm.funding.kinds.calls import CALL_KIND
from crm.funding.kinds.schemes import SCHEME_KIND, SCHEME_POINTERS

KINDS = (SCHEME_KIND, CALL_KIND)
POINTERS = (*SCHEME_POINTERS,)
