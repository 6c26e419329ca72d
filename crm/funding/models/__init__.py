"""Schemes, calls, applications, and what belongs to an application."""

from crm.funding.models.applications import ApplicationPartner, ApplicationStep, FundingApplication
from crm.funding.models.money import CoFunding, Payment, ReportingDeadline
from crm.funding.models.schemes import CallDepartement, CallFamily, FundingCall, FundingScheme

__all__ = [
    "ApplicationPartner",
    "ApplicationStep",
    "CallDepartement",
    "CallFamily",
    "CoFunding",
    "FundingApplication",
    "FundingCall",
    "FundingScheme",
    "Payment",
    "ReportingDeadline",
]
