"""The forms of what hangs on a structure or a person; each says how its fields are shown."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import Optional
from wtforms.validators import ValidationError as WrongInput

from crm.contacts.models import (
    ContactPoint,
    NetworkMembership,
    Partnership,
    Seat,
    StructureAddress,
)
from crm.contacts.phone_field import typed_phone
from crm.contacts.queries import contacts_by_values, structures_by_values
from crm.contacts.queries.structures import communes_by_codes
from crm.contacts.types import (
    AddressData,
    AddressNature,
    ContactPointData,
    Medium,
    NetworkMembershipData,
    PartnershipData,
    SeatData,
)
from crm.core import clock
from crm.core.errors import N_
from crm.core.numbers import parse_id
from crm.web.formats import money
from crm.web.forms import DayField, PickerField, longest, required
from crm.web.locale import translate
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField

MEDIUM_LABELS = {
    Medium.EMAIL: N_("Courriel"),
    Medium.PHONE: N_("Téléphone"),
    Medium.LINK: N_("Site ou réseau social"),
}
NATURE_LABELS = {
    AddressNature.GENERIC: N_("Générique (accueil, mairie…)"),
    AddressNature.PERSONAL: N_("Personnelle"),
    AddressNature.SHARED: N_("Partagée par plusieurs structures"),
}
Layout = tuple[tuple[str, str], ...]


class AttachedForm(OnceForm):
    """A form whose `layout` names its fields in order, each with the control that shows it."""

    layout: ClassVar[Layout] = ()
    version = VersionField()

    def offer(self, session: Session) -> None:
        """Give its lists what they offer, and the labels of what is chosen."""

    def read(self) -> Any:
        """Return what was typed."""
        raise NotImplementedError

    def write(self, record: Any) -> None:
        """Show what the record holds now."""
        for name, _ in self.layout:
            if name in record.__table__.c:
                self._fields[name].data = getattr(record, name)
        self.version.data = str(record.version)


class ContactPointForm(AttachedForm):
    """A further e-mail, phone or link."""

    layout = (("medium", "select"), ("value", "text"), ("nature", "select"), ("label", "text"))
    medium = SelectField(_l("Moyen"), [required()], validate_choice=False)
    value = StringField(_l("Adresse ou numéro"), [required(), longest(300)])
    nature = SelectField(_l("À qui est ce courriel"), validate_choice=False)
    label = StringField(
        _l("Précision"), [Optional(), longest(80)], description=_l("Standard, service jeunesse…")
    )

    def offer(self, session: Session) -> None:  # noqa: ARG002 - as the others
        """Offer the media, and whose an address may be."""
        self.medium.choices = [(each.value, translate(MEDIUM_LABELS[each])) for each in Medium]
        self.nature.choices = [
            ("", "—"),
            *((each.value, translate(NATURE_LABELS[each])) for each in AddressNature),
        ]

    def read(self) -> ContactPointData:
        """Return what was typed."""
        return ContactPointData(
            medium=self.medium.data or "",
            value=self.value.data or "",
            nature=self.nature.data or None,
            label=self.label.data,
        )

    def write(self, record: ContactPoint) -> None:
        """Show what the contact point holds now."""
        super().write(record)
        if record.medium == Medium.PHONE:
            self.value.data = typed_phone(record.value)
        self.nature.data = record.nature or ""


class AddressForm(AttachedForm):
    """A further address."""

    layout = (
        ("label", "text"), ("address", "text"), ("postcode", "text"), ("commune_code", "commune"),
    )  # fmt: skip
    label = StringField(
        _l("Nom de l’adresse"), [required(), longest(80)], description=_l("Antenne, courrier…")
    )
    address = StringField(_l("Adresse"), [Optional(), longest(300)])
    postcode = StringField(_l("Code postal"), [Optional(), longest(10)])
    commune_code = PickerField(_l("Commune"))

    def offer(self, session: Session) -> None:
        """Give the picker the name of the commune that is chosen."""
        self.commune_code.offer(communes_by_codes(session, self.commune_code.data or []))

    def read(self) -> AddressData:
        """Return what was typed."""
        return AddressData(
            label=self.label.data or "",
            address=self.address.data,
            postcode=self.postcode.data,
            commune_code=next(iter(self.commune_code.data or ()), None),
        )

    def write(self, record: StructureAddress) -> None:
        """Show what the address holds now."""
        super().write(record)
        self.commune_code.data = [record.commune_code] if record.commune_code else []


class NetworkMembershipForm(AttachedForm):
    """Membership of the network in a year."""

    layout = (
        ("year", "number"), ("fee", "text"), ("is_paid", "check"), ("paid_on", "date"),
        ("voting_contact", "contact"),
    )  # fmt: skip
    year = StringField(_l("Année"), [required()], default=lambda: str(clock.today().year))
    fee = StringField(
        _l("Cotisation"), [Optional(), longest(40)], description=_l("Par exemple 150 €")
    )
    is_paid = BooleanField(_l("Cotisation réglée"))
    paid_on = DayField(_l("Réglée le"))
    voting_contact = PickerField(_l("Personne qui vote"))

    def validate_year(self, field: StringField) -> None:
        """Refuse what is no year of four digits."""
        if not (field.data or "").isdecimal() or len(field.data or "") != 4:  # noqa: PLR2004
            raise WrongInput(translate(N_("Une année s’écrit en quatre chiffres.")))

    def offer(self, session: Session) -> None:
        """Give the picker the name of the person who is chosen."""
        self.voting_contact.offer(contacts_by_values(session, self.voting_contact.data or []))

    def read(self) -> NetworkMembershipData:
        """Return what was typed."""
        voter = next(iter(self.voting_contact.data or ()), "")
        return NetworkMembershipData(
            year=int(self.year.data or 0),
            fee=self.fee.data,
            is_paid=bool(self.is_paid.data),
            paid_on=self.paid_on.data,
            voting_contact_id=parse_id(voter),
        )

    def write(self, record: NetworkMembership) -> None:
        """Show what the membership holds now."""
        super().write(record)
        self.year.data = str(record.year)
        self.fee.data = money(record.fee_cents) if record.fee_cents is not None else None
        voter = record.voting_contact_id
        self.voting_contact.data = [str(voter)] if voter else []


class PartnershipForm(AttachedForm):
    """A partner abroad."""

    layout = (
        ("partner", "structure"), ("about", "text"), ("start_on", "date"), ("end_on", "date"),
    )  # fmt: skip
    partner = PickerField(
        _l("Partenaire"), description=_l("Une structure qui n’existe pas encore est créée.")
    )
    about = StringField(_l("Sur quoi"), [Optional(), longest(200)])
    start_on = DayField(_l("Depuis le"))
    end_on = DayField(_l("Jusqu’au"))

    def offer(self, session: Session) -> None:
        """Give the picker the name of the structure that is chosen."""
        self.partner.offer(structures_by_values(session, self.partner.data or []))

    def read(self) -> PartnershipData:
        """Return what was typed."""
        return PartnershipData(
            partner=next(iter(self.partner.data or ()), ""),
            about=self.about.data,
            start_on=self.start_on.data,
            end_on=self.end_on.data,
        )

    def write(self, record: Partnership) -> None:
        """Show what the partnership holds now."""
        super().write(record)
        self.partner.data = [str(record.partner_id)]


class SeatForm(AttachedForm):
    """A role that someone should hold."""

    layout = (
        ("role", "text"), ("is_elected", "check"), ("opened_on", "date"), ("closed_on", "date"),
    )  # fmt: skip
    role = StringField(
        _l("Fonction"),
        [required(), longest(120)],
        description=_l("Maire, adjointe à l’international, chargé de projet…"),
    )
    is_elected = BooleanField(_l("Mandat électif"))
    opened_on = DayField(_l("Créé le"))
    closed_on = DayField(_l("Supprimé le"))

    def read(self) -> SeatData:
        """Return what was typed."""
        return SeatData(
            role=self.role.data or "",
            is_elected=bool(self.is_elected.data),
            opened_on=self.opened_on.data,
            closed_on=self.closed_on.data,
        )

    def write(self, record: Seat) -> None:
        """Show what the seat holds now."""
        super().write(record)
