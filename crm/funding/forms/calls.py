"""The form of calls."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from crm.contacts.listings import departements
from crm.core import clock
from crm.core.errors import N_
from crm.core.numbers import typed_id
from crm.funding.queries.schemes import scheme_options
from crm.funding.rules.lengths import LONGEST_LINK, LONGEST_NAME, LONGEST_TEXT
from crm.funding.types import CallData
from crm.reference.queries import labels_by_code
from crm.web.amounts import MoneyField, WholeNumberField
from crm.web.forms import ChipsField, DayField, longest, required
from crm.web.locale import translate
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField

_PLAIN = (
    "name", "opens_on", "predeposit_on", "closes_on", "results_on", "link", "notes",
)  # fmt: skip


class CallForm(OnceForm):
    """All of a call; the tick that confirms is shown once the operation has asked for it."""

    version = VersionField()
    scheme = SelectField(_l("Dispositif"), validate_choice=False)
    name = StringField(_l("Nom"), [required(), longest(LONGEST_NAME)])
    year = WholeNumberField(_l("Année"))
    opens_on = DayField(_l("Ouverture"), prefer_past=False)
    predeposit_on = DayField(_l("Prédépôt au plus tard"), prefer_past=False)
    closes_on = DayField(_l("Clôture"), prefer_past=False)
    results_on = DayField(_l("Résultats"), prefer_past=False)
    families = ChipsField(_l("Familles éligibles"), validate_choice=False)
    departements = ChipsField(_l("Départements éligibles"), validate_choice=False)
    minimum_partners = WholeNumberField(_l("Partenaires au moins"))
    cap = MoneyField(_l("Plafond par dossier"))
    rate_percent = WholeNumberField(_l("Taux maximal (%)"))
    budget = MoneyField(_l("Enveloppe totale"))
    link = StringField(_l("Lien"), [Optional(), longest(LONGEST_LINK)])
    notes = TextAreaField(_l("Notes"), [Optional(), longest(LONGEST_TEXT)])
    confirms_filed = BooleanField(_l("Changer l’appel tout de même"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scheme.flags.required = self.year.flags.required = True

    @property
    def asks_to_confirm(self) -> bool:
        """Tell whether applications were filed under other terms: a tick says that it is known."""
        return bool(self.confirms_filed.errors or self.confirms_filed.data)

    def validate_year(self, field: WholeNumberField) -> None:
        """Ask for the year, unless what was typed is no number, which is said already."""
        if field.data is None and not field.errors:
            raise ValidationError(translate(N_("Ce champ est nécessaire.")))

    def offer(self, session: Session) -> None:
        """Give the lists what they offer; a scheme that is over stays where it is chosen."""
        kept_id = typed_id(self.scheme.data)
        self.scheme.choices = [("", "—"), *scheme_options(session, kept_id=kept_id)]
        self.families.offer(labels_by_code(session, "family"))
        self.departements.offer(departements(session))

    def read(self) -> CallData:
        """Return what was typed."""
        return CallData(
            scheme_id=typed_id(self.scheme.data),
            name=self.name.data or "",
            year=self.year.data or 0,
            opens_on=self.opens_on.data,
            predeposit_on=self.predeposit_on.data,
            closes_on=self.closes_on.data,
            results_on=self.results_on.data,
            family_codes=tuple(self.families.data or ()),
            departement_codes=tuple(self.departements.data or ()),
            minimum_partners=self.minimum_partners.data,
            cap_cents=self.cap.data,
            rate_percent=self.rate_percent.data,
            budget_cents=self.budget.data,
            link=self.link.data,
            notes=self.notes.data,
            confirms_filed=bool(self.confirms_filed.data),
        )

    def write(self, data: CallData, version: int = 0) -> None:
        """Show what a call holds now, or what its next edition most likely will."""
        for name in _PLAIN:
            self._fields[name].data = getattr(data, name)
        self.version.data = str(version)
        self.scheme.data = str(data.scheme_id)
        self.year.data = data.year
        self.families.data = list(data.family_codes)
        self.departements.data = list(data.departement_codes)
        self.minimum_partners.data = data.minimum_partners
        self.cap.data, self.budget.data = data.cap_cents, data.budget_cents
        self.rate_percent.data = data.rate_percent


def blank_call_form(scheme_id: int | None) -> CallForm:
    """Return the form of a new call of this year."""
    scheme = str(scheme_id) if scheme_id else ""
    return CallForm(formdata=None, scheme=scheme, year=clock.today().year)
