"""What schemes and calls must be, and where a call is on a day."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from crm.contacts.rules import parse_website
from crm.contacts.types import Family
from crm.core.errors import N_, RuleError
from crm.funding.rules.lengths import (
    LONGEST_LINK,
    LONGEST_NAME,
    LONGEST_TEXT,
    NEEDED,
    check_length,
)
from crm.funding.types import CallData, CallPhase, SchemeData

FIRST_YEAR, LAST_YEAR = 1990, 2100
MOST_PARTNERS = 100
MOST_PERCENT = 100


def clean_scheme(data: SchemeData) -> SchemeData:
    """Return the data, each funder once; raise RuleError with the field that does not fit."""
    name = data.name.strip()
    if not name:
        raise RuleError("name", NEEDED)
    check_length("name", name, LONGEST_NAME)
    check_length("summary", data.summary or "", LONGEST_TEXT)
    return replace(
        data,
        name=name,
        link=_clean_link(data.link),
        funders=tuple(dict.fromkeys(data.funders)),
    )


def clean_call(data: CallData) -> CallData:
    """Return the data; raise RuleError for dates out of order or numbers that are none."""
    name = data.name.strip()
    if not name:
        raise RuleError("name", NEEDED)
    check_length("name", name, LONGEST_NAME)
    check_length("notes", data.notes or "", LONGEST_TEXT)
    if not FIRST_YEAR <= data.year <= LAST_YEAR:
        raise RuleError(
            "year",
            N_("Écrivez une année entre %(first)s et %(last)s."),
            first=FIRST_YEAR,
            last=LAST_YEAR,
        )
    _check_order(data)
    if set(data.family_codes) - set(Family):
        raise RuleError("families", N_("Choisissez des familles de la liste."))
    if data.rate_percent is not None and not 1 <= data.rate_percent <= MOST_PERCENT:
        raise RuleError("rate_percent", N_("Un taux se compte de 1 à 100 %."))
    if data.minimum_partners is not None and not 1 <= data.minimum_partners <= MOST_PARTNERS:
        raise RuleError(
            "minimum_partners", N_("Entre 1 et %(count)s partenaires."), count=MOST_PARTNERS
        )
    for field, cents in (("cap", data.cap_cents), ("budget", data.budget_cents)):
        if cents is not None and cents <= 0:
            raise RuleError(field, N_("Laissez vide s’il n’y en a pas."))
    return replace(
        data,
        name=name,
        link=_clean_link(data.link),
        family_codes=tuple(sorted(set(data.family_codes))),
        departement_codes=tuple(sorted(set(data.departement_codes))),
    )


def _clean_link(link: str | None) -> str | None:
    """Return an http or https address, or None; raise RuleError on `link` for anything else."""
    if not link:
        return None
    address = parse_website(link, "link")
    check_length("link", address, LONGEST_LINK)
    return address


def _check_order(data: CallData) -> None:
    """Raise RuleError unless a call opens, is announced, closes and is decided in that order."""
    if data.opens_on and data.closes_on and data.closes_on < data.opens_on:
        raise RuleError("closes_on", N_("La clôture ne peut pas précéder l’ouverture."))
    if data.predeposit_on:
        if data.opens_on and data.predeposit_on < data.opens_on:
            raise RuleError("predeposit_on", N_("Le prédépôt ne peut pas précéder l’ouverture."))
        if data.closes_on and data.predeposit_on > data.closes_on:
            raise RuleError("predeposit_on", N_("Le prédépôt ne peut pas suivre la clôture."))
    if data.results_on and data.closes_on and data.results_on < data.closes_on:
        raise RuleError("results_on", N_("Les résultats ne peuvent pas précéder la clôture."))


def phase_on(
    day: date, *, opens_on: date | None, closes_on: date | None, results_on: date | None
) -> CallPhase:
    """Return where a call is on a day; its closing day still counts as open."""
    if opens_on is None and closes_on is None:
        return CallPhase.UNDATED
    if opens_on is not None and day < opens_on:
        return CallPhase.TO_COME
    if closes_on is None or day <= closes_on:
        return CallPhase.OPEN
    if results_on is not None and day >= results_on:
        return CallPhase.DECIDED
    return CallPhase.CLOSED


def next_edition(data: CallData) -> CallData:
    """Return what the following year's edition most likely is: the same, a year later."""
    return replace(
        data,
        year=data.year + 1,
        name=data.name.replace(str(data.year), str(data.year + 1)),
        opens_on=_a_year_later(data.opens_on),
        predeposit_on=_a_year_later(data.predeposit_on),
        closes_on=_a_year_later(data.closes_on),
        results_on=_a_year_later(data.results_on),
        confirms_filed=False,
    )


def _a_year_later(day: date | None) -> date | None:
    if day is None:
        return None
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if is_leap_day else day.day)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a call asks of an application; empty means that anything will do."""

    family_codes: frozenset[str]
    departement_codes: frozenset[str]
    minimum_partners: int | None
    cap_cents: int | None
    rate_percent: int | None
    closes_on: date | None


def misfits(
    terms: Terms,
    *,
    family_code: str,
    departement_code: str | None,
    partners: int,
    requested_cents: int | None,
    total_cents: int | None,
    filed_on: date | None,
) -> Iterator[str]:
    """Yield, as msgids, what of an application does not fit its call: told, never refused."""
    if terms.family_codes and family_code not in terms.family_codes:
        yield N_("La famille du bénéficiaire n’est pas parmi celles de l’appel.")
    if terms.departement_codes and departement_code not in terms.departement_codes:
        yield N_("Le siège du bénéficiaire n’est pas dans les départements de l’appel.")
    if terms.minimum_partners and partners < terms.minimum_partners:
        yield N_("Il manque des partenaires pour cet appel.")
    if terms.cap_cents and requested_cents and requested_cents > terms.cap_cents:
        yield N_("Le montant demandé dépasse le plafond de l’appel.")
    asked, allowed = (requested_cents or 0) * MOST_PERCENT, terms.rate_percent
    if allowed and total_cents and asked > total_cents * allowed:
        yield N_("Le montant demandé dépasse le taux de l’appel.")
    if terms.closes_on and filed_on and filed_on > terms.closes_on:
        yield N_("Le dossier a été déposé après la clôture.")
