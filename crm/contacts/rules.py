"""What a structure, a person and an affiliation must be: pure, no database."""

import re
from dataclasses import replace
from datetime import date
from urllib.parse import urlsplit

import phonenumbers

from crm.contacts.types import (
    AddressData,
    AddressNature,
    AffiliationData,
    ContactData,
    ContactPointData,
    EndReason,
    Family,
    GroupStatus,
    Language,
    Medium,
    NetworkMembershipData,
    SeatData,
    Standing,
    StructureData,
)
from crm.core.addresses import email_key, parse_email
from crm.core.errors import N_, RuleError
from crm.core.identifiers import parse_rna, parse_siren, parse_siret

LONGEST_NAME = 200
LONGEST_TAG = 60
FIRST_YEAR = 1980
_PHONE_SPACES = re.compile(r"[\s.\u00a0\u202f-]+")
# Of metropolitan France: neither overseas (026, 059, 0639, 069, 070, 0976) nor special (08).
_PLAIN_FRENCH = re.compile(
    r"(?:\+33|0033|0)((?:[134]|2(?!6)|7(?!0)|5(?!9)|6(?!9|39)|9(?!76))[0-9]{8})"
)
_FRENCH_REGIONS = ("FR", "RE", "GP", "MQ", "GF", "YT")


def parse_phone(text: str, field: str = "phone") -> str:
    """Return the number as E.164 (`+33320123456`), read as a French one without a prefix.

    A number of an overseas département has its own region in the numbering plan, tried in turn.
    """
    if plain := _PLAIN_FRENCH.fullmatch(_PHONE_SPACES.sub("", text)):
        return f"+33{plain[1]}"  # as the numbering plan says, thirty times as fast
    read = [number for region in _FRENCH_REGIONS if (number := _read_phone(text, region))]
    # A number that no plan knows may be one kept for fiction: its length is enough.
    for fits in (phonenumbers.is_valid_number, phonenumbers.is_possible_number):
        for number in read:
            if fits(number):
                return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    raise RuleError(
        field, N_("Ce numéro de téléphone n’est pas reconnu. Exemple : 03 20 12 34 56.")
    )


def _read_phone(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def parse_website(text: str, field: str = "website") -> str:
    """Return an http or https address; one typed without a scheme gets https."""
    address = text.strip()
    if "://" not in address and not re.match(r"[a-z]+:", address, re.IGNORECASE):
        address = "https://" + address
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or "." not in parts.netloc or " " in address:
        raise RuleError(field, N_("Écrivez une adresse de site, par exemple https://www.lille.fr."))
    return address


def parse_postcode(text: str, field: str = "postcode") -> str:
    """Return five digits."""
    postcode = text.replace(" ", "")
    if not re.fullmatch(r"[0-9]{5}", postcode):
        raise RuleError(field, N_("Un code postal compte 5 chiffres."))
    return postcode


def check_order(start: date | None, end: date | None, field: str) -> None:
    """Raise RuleError on the field when the end comes before the start."""
    if start and end and end < start:
        raise RuleError(field, N_("La fin ne peut pas précéder le début."))


def clean_structure(data: StructureData) -> StructureData:
    """Return the data with its identifiers in their canonical form; raise RuleError otherwise."""
    if not data.name.strip():
        raise RuleError("name", N_("Ce champ est nécessaire."))
    if len(data.name) > LONGEST_NAME:
        raise RuleError("name", N_("C’est trop long : 200 caractères au plus."))
    if data.family_code not in set(Family):
        raise RuleError("family_code", N_("Choisissez une famille."))
    check_order(data.listed_on, data.closed_on, "closed_on")
    siren = parse_siren(data.siren) if data.siren else None
    siret = parse_siret(data.siret) if data.siret else None
    if siren and siret and not siret.startswith(siren):
        raise RuleError("siret", N_("Ce SIRET ne commence pas par le SIREN indiqué."))
    return replace(
        data,
        name=data.name.strip(),
        siren=siren or (siret[:9] if siret else None),
        siret=siret,
        rna=parse_rna(data.rna) if data.rna else None,
        email=parse_email(data.email) if data.email else None,
        phone=parse_phone(data.phone) if data.phone else None,
        website=parse_website(data.website) if data.website else None,
        postcode=parse_postcode(data.postcode) if data.postcode else None,
    )


def clean_contact(data: ContactData) -> ContactData:
    """Return the data with its address and phones in their canonical form."""
    if not data.last_name.strip():
        raise RuleError("last_name", N_("Ce champ est nécessaire."))
    if data.language and data.language not in set(Language):
        raise RuleError("language", N_("Choisissez une langue dans la liste."))
    return replace(
        data,
        last_name=data.last_name.strip(),
        email=parse_email(data.email) if data.email else None,
        phone=parse_phone(data.phone) if data.phone else None,
        mobile=parse_phone(data.mobile, "mobile") if data.mobile else None,
    )


def clean_affiliation(data: AffiliationData) -> AffiliationData:
    """Return the data; raise RuleError without a role or when the end precedes the start."""
    if not data.role.strip():
        raise RuleError("role", N_("Ce champ est nécessaire."))
    check_order(data.start_on, data.end_on, "end_on")
    if data.end_reason and data.end_reason not in set(EndReason):
        raise RuleError("end_reason", N_("Choisissez un motif dans la liste."))
    return replace(
        data, role=data.role.strip(), end_reason=data.end_reason if data.end_on else None
    )


def clean_contact_point(data: ContactPointData) -> ContactPointData:
    """Return the data with its value in canonical form; raise RuleError when it is none."""
    if data.medium not in set(Medium):
        raise RuleError("medium", N_("Choisissez un courriel, un téléphone ou un lien."))
    if not data.value.strip():
        raise RuleError("value", N_("Ce champ est nécessaire."))
    parse = {Medium.EMAIL: parse_email, Medium.PHONE: parse_phone, Medium.LINK: parse_website}
    is_email = data.medium == Medium.EMAIL
    if is_email and data.nature not in {None, *AddressNature}:
        raise RuleError("nature", N_("Choisissez à qui est cette adresse."))
    return replace(
        data,
        value=parse[Medium(data.medium)](data.value, "value"),
        nature=data.nature if is_email else None,
    )


def contact_point_key(medium: str, value: str) -> str:
    """Return the form under which a contact point is found and compared, however it is typed."""
    return email_key(value) if medium == Medium.EMAIL else value.lower().rstrip("/")


def clean_address(data: AddressData) -> AddressData:
    """Return the data; raise RuleError without a name for it, or without any place."""
    if not data.label.strip():
        raise RuleError("label", N_("Ce champ est nécessaire."))
    if not (data.address or data.postcode or data.commune_code):
        raise RuleError("address", N_("Donnez au moins une rue, un code postal ou une commune."))
    return replace(data, postcode=parse_postcode(data.postcode) if data.postcode else None)


def check_membership_year(data: NetworkMembershipData, this_year: int) -> None:
    """Raise RuleError for a year that is none, or a payment said without being one."""
    if not FIRST_YEAR <= data.year <= this_year + 1:
        raise RuleError(
            "year",
            N_("L’année va de %(first)s à %(last)s."),
            first=FIRST_YEAR,
            last=this_year + 1,
        )
    if data.paid_on and not data.is_paid:
        raise RuleError("paid_on", N_("Cochez « cotisation réglée », ou videz cette date."))


def clean_seat(data: SeatData) -> SeatData:
    """Return the data; raise RuleError without a role or when the end precedes the start."""
    if not data.role.strip():
        raise RuleError("role", N_("Ce champ est nécessaire."))
    check_order(data.opened_on, data.closed_on, "closed_on")
    return replace(data, role=data.role.strip())


def split_name(text: str) -> tuple[str | None, str]:
    """Return (first name, last name) of a name typed in one line, first name first.

    A word in capitals begins the last name: « Anne-Marie DE LA TOUR ».
    """
    parts = text.split()
    if len(parts) < 2:  # noqa: PLR2004 - one word, or none
        return None, " ".join(parts)
    for index, part in enumerate(parts[1:], start=1):
        if len(part) > 1 and part.isupper():
            return " ".join(parts[:index]), " ".join(parts[index:])
    return parts[0], " ".join(parts[1:])


def split_tags(text: str | None) -> tuple[str, ...]:
    """Return the tags typed with commas, each once, in order."""
    tags = (tag.strip() for tag in re.split(r"[,;\n]", text or ""))
    return tuple(dict.fromkeys(tag[:LONGEST_TAG] for tag in tags if tag))


def is_current(start_on: date | None, end_on: date | None, day: date) -> bool:
    """Tell whether a period with inclusive, optional bounds holds the day."""
    return (start_on is None or start_on <= day) and (end_on is None or day <= end_on)


def standing_on(
    listed_on: date | None, dormant_on: date | None, closed_on: date | None, day: date
) -> Standing:
    """Return where a structure stands with the network on a day."""
    if closed_on is not None and closed_on <= day:
        return Standing.CLOSED
    if dormant_on is not None and dormant_on <= day:
        return Standing.DORMANT
    if listed_on is None or listed_on > day:
        return Standing.PROSPECT
    return Standing.ACTOR


def dates_of_standing(
    standing: Standing,
    listed_on: date | None,
    dormant_on: date | None,
    closed_on: date | None,
    day: date,
) -> tuple[date | None, date | None, date | None]:
    """Return the days listed, dormant and closed that give a structure this standing on a day.

    A day that fits already is kept.
    """
    if standing is Standing.PROSPECT:
        return None, None, None
    if standing is Standing.CLOSED:
        closed = closed_on if closed_on and closed_on <= day else day
        return (listed_on if listed_on and listed_on <= closed else None), dormant_on, closed
    if standing is Standing.DORMANT:
        return listed_on, dormant_on if dormant_on and dormant_on <= day else day, None
    return listed_on if listed_on and listed_on <= day else day, None, None


def group_status(launched_on: date | None, closed_on: date | None, day: date) -> GroupStatus:
    """Return where a group is in its life on a day."""
    if closed_on is not None and closed_on < day:
        return GroupStatus.CLOSED
    if launched_on is None or launched_on > day:
        return GroupStatus.STARTING
    return GroupStatus.ACTIVE
