"""The forms of structures, people and affiliations."""

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from crm.contacts import rules
from crm.contacts.models import Affiliation, Contact, Structure
from crm.contacts.operations.people import DEFAULT_ROLE
from crm.contacts.phone_field import PhoneField
from crm.contacts.types import (
    LANGUAGE_LABELS,
    AffiliationData,
    ContactData,
    EndReason,
    StructureData,
)
from crm.core.addresses import parse_email
from crm.core.errors import N_, RuleError
from crm.core.identifiers import parse_rna, parse_siren, parse_siret
from crm.core.numbers import parse_id
from crm.web.forms import (
    ChipsField,
    DayField,
    PickerField,
    longest,
    required,
)
from crm.web.locale import sentence, translate
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField


def obeys(parse: Callable[..., str]) -> Callable[[Any, Any], None]:
    """Return a validator that shows the rule's own sentence."""

    def check(_form: Any, field: Any) -> None:
        if field.data:
            try:
                parse(field.data)
            except RuleError as error:
                raise ValidationError(sentence(error)) from error

    return check


END_REASON_LABELS = {
    EndReason.TERM: N_("Fin de mandat"),
    EndReason.RESIGNATION: N_("Démission"),
    EndReason.DEPARTURE: N_("Départ"),
    EndReason.RETIREMENT: N_("Retraite"),
    EndReason.DEATH: N_("Décès"),
    EndReason.OTHER: N_("Autre"),
}


class StructureForm(OnceForm):
    """All of a structure that is typed by hand."""

    version = VersionField()
    name = StringField(_l("Nom"), [required(), longest(200)])
    acronym = StringField(_l("Sigle"), [Optional(), longest(40)])
    family_code = SelectField(_l("Famille"), [required()])
    subtype_id = SelectField(_l("Sous-type"), coerce=str, validate_choice=False)
    siren = StringField("SIREN", [Optional(), obeys(parse_siren)])
    siret = StringField("SIRET", [Optional(), obeys(parse_siret)])
    rna = StringField(_l("Numéro RNA"), [Optional(), obeys(parse_rna)])
    address = StringField(_l("Adresse"), [Optional(), longest(300)])
    postcode = StringField(_l("Code postal"), [Optional(), obeys(rules.parse_postcode)])
    commune_code = PickerField(_l("Commune"))
    email = StringField(_l("Courriel"), [Optional(), longest(254), obeys(parse_email)])
    phone = PhoneField(_l("Téléphone"), [Optional(), longest(40), obeys(rules.parse_phone)])
    website = StringField(_l("Site"), [Optional(), longest(300), obeys(rules.parse_website)])
    description = TextAreaField(_l("Présentation"), [Optional(), longest(5000)])
    theme_ids = ChipsField(_l("Thèmes"))
    expertise_ids = ChipsField(_l("Expertises et compétences"))
    parent = PickerField(_l("Rattachée à"))
    referent_id = SelectField(_l("Suivie par"), coerce=str, validate_choice=False)
    country_codes = PickerField(_l("Pays"))
    tags = StringField(_l("Étiquettes"), [Optional(), longest(500)])
    listed_on = DayField(_l("Référencée le"))
    dormant_on = DayField(_l("Dormante depuis le"))
    closed_on = DayField(_l("Fermée le"))
    verified_on = DayField(_l("Fiche vérifiée le"))

    def read(self) -> StructureData:
        """Return what was typed."""
        return StructureData(
            name=self.name.data or "",
            acronym=self.acronym.data,
            family_code=self.family_code.data,
            subtype_id=parse_id(self.subtype_id.data),
            siren=self.siren.data,
            siret=self.siret.data,
            rna=self.rna.data,
            address=self.address.data,
            postcode=self.postcode.data,
            commune_code=next(iter(self.commune_code.data or ()), None),
            email=self.email.data,
            phone=self.phone.data,
            website=self.website.data,
            description=self.description.data,
            listed_on=self.listed_on.data,
            dormant_on=self.dormant_on.data,
            closed_on=self.closed_on.data,
            verified_on=self.verified_on.data,
            parent_id=parse_id(next(iter(self.parent.data or ()), None)),
            referent_id=parse_id(self.referent_id.data),
            expertise_ids=tuple(int(value) for value in self.expertise_ids.data or ()),
            theme_ids=tuple(int(value) for value in self.theme_ids.data or ()),
            country_codes=tuple(self.country_codes.data or ()),
            tag_labels=rules.split_tags(self.tags.data),
        )

    def write(self, structure: Structure) -> None:
        """Show what the structure holds now."""
        for name in (
            "name", "acronym", "family_code", "siren", "siret", "rna", "address", "postcode",
            "email", "phone", "website", "description", "listed_on", "dormant_on", "closed_on",
            "verified_on",
        ):  # fmt: skip
            self._fields[name].data = getattr(structure, name)
        self.version.data = str(structure.version)
        self.subtype_id.data = str(structure.subtype_id or "")
        self.commune_code.data = [structure.commune_code] if structure.commune_code else []
        self.parent.data = [str(structure.parent_id)] if structure.parent_id else []
        self.referent_id.data = str(structure.referent_id or "")
        self.expertise_ids.data = [str(item.id) for item in structure.expertises]
        self.theme_ids.data = [str(theme.id) for theme in structure.themes]
        self.country_codes.data = [country.code for country in structure.countries]
        self.tags.data = ", ".join(tag.label for tag in structure.tags)


class ContactForm(OnceForm):
    """A person, and at the first time where they are."""

    version = VersionField()
    first_name = StringField(_l("Prénom"), [Optional(), longest(100)])
    last_name = StringField(_l("Nom"), [required(), longest(100)])
    email = StringField(_l("Courriel"), [Optional(), longest(254), obeys(parse_email)])
    phone = PhoneField(_l("Téléphone"), [Optional(), longest(40), obeys(rules.parse_phone)])
    mobile = PhoneField(_l("Mobile"), [Optional(), longest(40), obeys(rules.parse_phone)])
    language = SelectField(_l("Langue"), validate_choice=False)
    notes = TextAreaField(_l("Notes"), [Optional(), longest(5000)])
    tags = StringField(_l("Étiquettes"), [Optional(), longest(500)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = [(code.value, translate(label)) for code, label in LANGUAGE_LABELS.items()]
        self.language.choices = [("", translate("Non précisée")), *words]

    def read(self) -> ContactData:
        """Return what was typed."""
        return ContactData(
            first_name=self.first_name.data,
            last_name=self.last_name.data or "",
            email=self.email.data,
            phone=self.phone.data,
            mobile=self.mobile.data,
            language=self.language.data or None,
            notes=self.notes.data,
            tag_labels=rules.split_tags(self.tags.data),
        )

    def write(self, contact: Contact) -> None:
        """Show what is known of the person now."""
        for name in ("first_name", "last_name", "email", "phone", "mobile", "language", "notes"):
            self._fields[name].data = getattr(contact, name)
        self.version.data = str(contact.version)
        self.tags.data = ", ".join(tag.label for tag in contact.tags)


class AffiliationForm(OnceForm):
    """What a person does in a structure, and since when."""

    version = VersionField()
    structure = PickerField(_l("Structure"))
    role = StringField(_l("Fonction"), [required(), longest(120)])
    is_elected = BooleanField(_l("Mandat électif"))
    start_on = DayField(_l("Depuis le"))
    end_on = DayField(_l("Jusqu’au"))
    end_reason = SelectField(_l("Motif de la fin"), validate_choice=False)
    seat_id = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.end_reason.choices = [
            ("", "—"),
            *((each.value, translate(END_REASON_LABELS[each])) for each in EndReason),
        ]

    def read(self) -> AffiliationData:
        """Return what was typed."""
        return AffiliationData(
            role=self.role.data or "",
            is_elected=bool(self.is_elected.data),
            start_on=self.start_on.data,
            end_on=self.end_on.data,
            end_reason=self.end_reason.data or None,
            seat_id=parse_id(self.seat_id.data),
        )

    def write(self, affiliation: Affiliation) -> None:
        """Show what the affiliation holds now."""
        for name in ("role", "is_elected", "start_on", "end_on"):
            self._fields[name].data = getattr(affiliation, name)
        self.end_reason.data = affiliation.end_reason or ""
        self.version.data = str(affiliation.version)
        self.structure.data = [str(affiliation.structure_id)]


class NewContactForm(ContactForm):
    """A new person, and where they are."""

    structure = PickerField(_l("Structure"))
    role = StringField(_l("Fonction"), [Optional(), longest(120)])
    is_elected = BooleanField(_l("Mandat électif"))
    start_on = DayField(_l("Depuis le"))
    seat_id = HiddenField()

    def read_role(self) -> AffiliationData:
        """Return the first role; without a name for it, a plain contact."""
        return AffiliationData(
            role=self.role.data or DEFAULT_ROLE,
            is_elected=bool(self.is_elected.data),
            start_on=self.start_on.data,
            seat_id=parse_id(self.seat_id.data),
        )
