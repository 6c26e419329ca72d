"""The forms of a message plan, of the events of a campaign, and of the directory."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField, StringField

from crm.campaigns.operations.plans import LONGEST_WHAT
from crm.campaigns.types import STAGE_LABELS
from crm.core.errors import N_
from crm.core.numbers import parse_id, typed_id
from crm.mailings.rules import LONGEST_NAME
from crm.mailings.types import PURPOSE_LABELS, MailingData
from crm.web.forms import BaseForm, ChipsField, DayField, longest, required
from crm.web.locale import translate
from crm.web.submissions import OnceForm

LIVE, FROZEN = "vivant", "fige"
_AUDIENCES = {
    LIVE: N_("Les cibles à ces étapes le jour du départ"),
    FROZEN: N_("La liste figée de celles qui y sont aujourd’hui"),
}


class StepForm(OnceForm):
    """A message that a campaign plans."""

    what = StringField(
        _l("Message"),
        [
            required(_l("Dites ce qui est prévu, par exemple « Invitation ».")),
            longest(LONGEST_WHAT),
        ],
    )
    planned_on = DayField(_l("Prévu le"), prefer_past=False)


class LinkForm(BaseForm):
    """A mailing that was begun elsewhere."""

    mailing = SelectField(_l("Envoi déjà commencé"), validate_choice=False)

    @property
    def mailing_id(self) -> int:
        """Return the mailing chosen."""
        return typed_id(self.mailing.data)


class EventLinkForm(BaseForm):
    """An event that counts for a campaign."""

    event = SelectField(_l("Événement"), validate_choice=False)

    @property
    def event_id(self) -> int:
        """Return the event chosen."""
        return typed_id(self.event.data)


class MessageForm(OnceForm):
    """A mailing for the targets at some stages."""

    name = StringField(_l("Nom de l’envoi"), [required(), longest(LONGEST_NAME)])
    purpose = RadioField(_l("Finalité"), validate_choice=False)
    stages = ChipsField(_l("Aux cibles à l’étape"), validate_choice=False)
    audience = RadioField(_l("Destinataires"), default=LIVE, validate_choice=False)
    template = SelectField(_l("Commencer par"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.purpose.choices = [
            (each.value, translate(label)) for each, label in PURPOSE_LABELS.items()
        ]
        self.audience.choices = [(code, translate(label)) for code, label in _AUDIENCES.items()]
        self.stages.offer((each.value, translate(label)) for each, label in STAGE_LABELS.items())

    def read(self) -> MailingData:
        """Return what was typed."""
        return MailingData(name=self.name.data or "", purpose=self.purpose.data or "")

    @property
    def template_id(self) -> int | None:
        """Return the template to start from."""
        return parse_id(self.template.data)

    @property
    def is_frozen(self) -> bool:
        """Tell whether the targets of today are kept as a list."""
        return bool(self.audience.data == FROZEN)


class DirectoryForm(BaseForm):
    """The file of a directory."""

    file = FileField(
        _l("Fichier de l’annuaire"), [FileRequired(_l("Choisissez le fichier de l’annuaire."))]
    )
