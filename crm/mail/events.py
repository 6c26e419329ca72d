"""The news of mail, for the packages above."""

from dataclasses import dataclass
from datetime import datetime

from crm.mail.types import ReportKind


@dataclass(frozen=True, slots=True)
class DeliveryReported:
    """Something was heard of a delivery for the first time; `is_permanent` of a bounce that stays.

    `batch_id` is the mailing it belongs to, if any.
    """

    delivery_id: int
    batch_id: int | None
    recipient: str
    purpose: str
    kind: ReportKind
    happened_at: datetime
    is_permanent: bool = False
