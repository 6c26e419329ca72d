"""The form by which communes and structures are added: by criteria, segment, list or file."""

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from sqlalchemy.orm import Session
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from crm.accounts.queries import team
from crm.campaigns.queries.picking import ANY_SCHEME
from crm.campaigns.types import Origin, PlaceData
from crm.contacts.listings.filters import departements
from crm.core.errors import N_, RuleError
from crm.core.numbers import parse_id, typed_id
from crm.criteria.types import Subject
from crm.funding.queries.schemes import all_scheme_options
from crm.segments.queries import segment_choices
from crm.territories.pasted_communes import Pasted, read_pasted
from crm.territories.queries import epci_choices
from crm.territories.territory_queries import territory_choices
from crm.web.forms import ChipsField, longest
from crm.web.locale import sentence, translate
from crm.web.submissions import OnceForm

LINE, CHOICE = "ligne-", "commune-"
MOST_FILE_BYTES = 1024 * 1024
_LONGEST_TEXT, _LONGEST_NUMBER = 200_000, 9
_HOWS = {
    Origin.CRITERIA: N_("Par critères"),
    Origin.SEGMENT: N_("D’un segment"),
    Origin.PASTED: N_("D’une liste collée"),
    Origin.FILE: N_("D’un fichier"),
}
_NO_FILE = N_("Choisissez un fichier : un nom ou un code INSEE par ligne.")
_WHOLE = N_("Écrivez un nombre entier, par exemple 2000.")


class PickForm(OnceForm):
    """Which communes and structures to add to a campaign, and who is in charge of them.

    Sent once it shows whom it would add, sent again with `confirmed` it adds them. What a file
    holds becomes the text of a pasted list.
    """

    how = RadioField(_l("Comment les choisir ?"), default=Origin.CRITERIA, validate_choice=False)
    departements = ChipsField(_l("Départements"), validate_choice=False)
    epcis = ChipsField(_l("EPCI"), validate_choice=False)
    territories = ChipsField(_l("Territoires (listes de communes)"), validate_choice=False)
    least = StringField(_l("Habitants, au moins"), [Optional(), longest(_LONGEST_NUMBER)])
    most = StringField(_l("Habitants, au plus"), [Optional(), longest(_LONGEST_NUMBER)])
    scheme = SelectField(_l("Zone blanche pour"), validate_choice=False)
    years = StringField(_l("Sur combien d’années civiles"), [Optional(), longest(2)])
    quiet_months = StringField(
        _l("Sans aucun envoi de notre part depuis (mois)"), [Optional(), longest(3)]
    )
    segment = SelectField(_l("Segment de structures"), validate_choice=False)
    pasted = TextAreaField(_l("Communes, une par ligne"), [Optional(), longest(_LONGEST_TEXT)])
    file = FileField(_l("Fichier texte ou CSV"))
    officer = SelectField(_l("Responsable"), validate_choice=False)
    confirmed = HiddenField(default="")
    found = Pasted()
    _wrong: str | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.how.choices = [(each.value, translate(label)) for each, label in _HOWS.items()]

    def offer(self, session: Session, user_id: int) -> None:
        """Give the lists what they offer."""
        self.departements.offer(departements(session))
        self.epcis.offer(epci_choices(session))
        self.territories.offer(territory_choices(session))
        any_scheme = (str(ANY_SCHEME), translate(N_("N’importe quel dispositif")))
        self.scheme.choices = [("", "—"), any_scheme, *all_scheme_options(session)]
        self.segment.choices = [
            ("", "—"), *segment_choices(session, user_id, Subject.STRUCTURE)
        ]  # fmt: skip
        self.officer.choices = [("", "—"), *team(session)]

    def settle(self, session: Session) -> None:
        """Find which communes the text or the file means, with the choices made before."""
        if self.how.data not in {Origin.PASTED, Origin.FILE}:
            return
        if self.how.data == Origin.FILE and (sent := _sent_text(self.file.data)) is not None:
            self.pasted.data = sent
        try:
            self.found = read_pasted(session, self.pasted.data or "", _chosen())
        except RuleError as error:
            self._wrong = sentence(error)

    def validate_how(self, field: RadioField) -> None:
        """Refuse a way that is none."""
        if field.data not in {str(each) for each in _HOWS}:
            raise ValidationError(translate(N_("Choisissez une façon dans la liste.")))

    def validate_segment(self, field: SelectField) -> None:
        """Ask for the segment to take."""
        if self.how.data == Origin.SEGMENT and parse_id(field.data) is None:
            raise ValidationError(translate(N_("Choisissez un segment.")))

    def validate_pasted(self, field: TextAreaField) -> None:
        """Ask for names, and which commune is meant where several bear one."""
        if self.how.data not in {Origin.PASTED, Origin.FILE}:
            return
        if self._wrong:
            raise ValidationError(self._wrong)
        if not field.data:
            is_file = self.how.data == Origin.FILE
            raise ValidationError(translate(_NO_FILE if is_file else N_("Collez au moins un nom.")))
        if self.found.asked:
            raise ValidationError(
                translate(N_("Plusieurs communes portent le même nom : choisissez ci-dessous."))
            )
        if not self.found.codes:
            raise ValidationError(translate(N_("Aucune commune n’a été reconnue.")))

    def validate_least(self, field: StringField) -> None:
        """Refuse what is no whole number."""
        _check_whole(field)

    def validate_most(self, field: StringField) -> None:
        """Refuse what is no whole number."""
        _check_whole(field)

    def validate_years(self, field: StringField) -> None:
        """Refuse what is no whole number."""
        _check_whole(field)

    def validate_quiet_months(self, field: StringField) -> None:
        """Refuse what is no whole number."""
        _check_whole(field)

    def read_places(self) -> PlaceData:
        """Return which communes are asked for."""
        return PlaceData(
            departement_codes=tuple(self.departements.data or ()),
            epci_sirens=tuple(self.epcis.data or ()),
            territory_ids=tuple(typed_id(each) for each in self.territories.data or ()),
            least=_number(self.least.data),
            most=_number(self.most.data),
            scheme_id=_number(self.scheme.data),
            years=_number(self.years.data),
            quiet_months=_number(self.quiet_months.data),
        )

    @property
    def officer_id(self) -> int | None:
        """Return who is in charge of the targets added."""
        return parse_id(self.officer.data)


def _check_whole(field: StringField) -> None:
    if field.data and not (field.data.isascii() and field.data.isdecimal()):
        raise ValidationError(translate(_WHOLE))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() else None


def _sent_text(file: Any) -> str | None:
    """Return what a file says, whatever program of the office wrote it; None without one."""
    content = file.read(MOST_FILE_BYTES + 1) if file else b""
    if not content:
        return None
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return str(content.decode(encoding))[:_LONGEST_TEXT].replace(";", " ")
        except UnicodeDecodeError:
            continue
    return str(content.decode("latin-1"))[:_LONGEST_TEXT]


def _chosen() -> dict[str, str]:
    return {
        text: request.form.get(CHOICE + name.removeprefix(LINE), "")
        for name, text in request.form.items()
        if name.startswith(LINE)
    }
