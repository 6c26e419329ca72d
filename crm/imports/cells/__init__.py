"""Texts of cells into values: each reader gives a value, or says how to put the text right."""

from crm.imports.cells.amounts import parse_amount
from crm.imports.cells.capitals import put_name_capitals, put_organisation_capitals
from crm.imports.cells.contact_points import parse_email, parse_emails, parse_phone, parse_phones
from crm.imports.cells.days import month_comes_first, parse_date
from crm.imports.cells.identifiers import parse_rna, parse_siren, parse_siret
from crm.imports.cells.names import family_comes_first, parse_full_name
from crm.imports.cells.places import parse_insee, parse_place, parse_postcode
from crm.imports.cells.texts import as_text, clean_text, split_values
from crm.imports.cells.truths import parse_yes_no
from crm.imports.cells.types import AmbiguousAmountError, CellError, DateRead, Place, Precision

__all__ = [
    "AmbiguousAmountError",
    "CellError",
    "DateRead",
    "Place",
    "Precision",
    "as_text",
    "clean_text",
    "family_comes_first",
    "month_comes_first",
    "parse_amount",
    "parse_date",
    "parse_email",
    "parse_emails",
    "parse_full_name",
    "parse_insee",
    "parse_phone",
    "parse_phones",
    "parse_place",
    "parse_postcode",
    "parse_rna",
    "parse_siren",
    "parse_siret",
    "parse_yes_no",
    "put_name_capitals",
    "put_organisation_capitals",
    "split_values",
]
