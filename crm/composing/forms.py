"""The forms of messages: what heads them, their text, their templates, the legal mentions."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from crm.composing.automatic_text import automatic_text
from crm.composing.block_forms import BracedForm, needed
from crm.composing.models import ComposingIdentity, Message, MessageTemplate
from crm.composing.operations.messages import seen_heading, seen_text
from crm.composing.queries import footer_of_network
from crm.composing.types import (
    LONGEST_NAME,
    LONGEST_PREHEADER,
    LONGEST_SUBJECT,
    LONGEST_TEXT,
    Footer,
    MessageData,
)
from crm.core.errors import N_
from crm.database import db
from crm.web.forms import longest
from crm.web.locale import translate
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField

_LONGEST_SENDER, _LONGEST_POSTAL, _LONGEST_REASON, _LONGEST_CONTACT = 120, 300, 500, 254


class HeadingForm(BracedForm):
    """What heads a message."""

    version = VersionField()
    subject = StringField(_l("Objet"), [needed(), longest(LONGEST_SUBJECT)])
    preheader = StringField(_l("Phrase d’aperçu"), [Optional(), longest(LONGEST_PREHEADER)])

    def read(self) -> MessageData:
        """Return what was typed."""
        return MessageData(self.subject.data or "", self.preheader.data or "")

    def write(self, message: Message) -> None:
        """Show what the message holds now."""
        self.version.data = seen_heading(message)
        self.subject.data, self.preheader.data = message.subject, message.preheader


class TextForm(BracedForm):
    """The text part, written by hand."""

    version = VersionField()
    text = TextAreaField(_l("Texte seul"), [Optional(), longest(LONGEST_TEXT * 2)])

    def write(self, message: Message) -> None:
        """Show the text part as it would leave."""
        self.version.data = seen_text(message)
        self.text.data = message.text_override or automatic_text(message)


class TemplateForm(OnceForm):
    """The name of a template and what it is for."""

    version = VersionField()
    name = StringField(_l("Nom du modèle"), [needed(), longest(LONGEST_NAME)])
    description = StringField(_l("À quoi il sert"), [Optional(), longest(300)])

    def write(self, template: MessageTemplate) -> None:
        """Show what the template is called now."""
        self.version.data = str(template.version)
        self.name.data, self.description.data = template.name, template.description


class IdentityForm(OnceForm):
    """The mentions at the foot of each message."""

    version = VersionField()
    sender_name = StringField(_l("Qui envoie"), [needed(), longest(_LONGEST_SENDER)])
    postal_address = TextAreaField(_l("Adresse postale"), [needed(), longest(_LONGEST_POSTAL)])
    reason = TextAreaField(
        _l("Pourquoi on reçoit le message"), [needed(), longest(_LONGEST_REASON)]
    )
    rights_contact = StringField(
        _l("À qui écrire pour ses droits"), [needed(), longest(_LONGEST_CONTACT)]
    )

    def validate_rights_contact(self, field: StringField) -> None:
        """Ask for an address to write to."""
        name, at, domain = (field.data or "").partition("@")
        if not (name and at and "." in domain) or " " in (field.data or ""):
            raise ValidationError(
                translate(N_("Donnez une adresse électronique, comme « contact@reseau.fr »."))
            )

    def read(self) -> Footer:
        """Return what was typed."""
        return Footer(
            self.sender_name.data or "",
            (self.postal_address.data or "").replace("\r\n", "\n"),
            " ".join((self.reason.data or "").split()),
            self.rights_contact.data or "",
        )

    def write(self, identity: ComposingIdentity | None) -> None:
        """Show what is kept now; a sentence to start from while nothing is."""
        if identity is None:
            self.sender_name.data = footer_of_network(db.session()).sender_name
            self.reason.data = translate(
                N_(
                    "Vous recevez ce message car vous êtes en lien avec le réseau ou abonné·e à"
                    " ses nouvelles."
                )
            )
            return
        self.version.data = str(identity.version)
        for name in ("sender_name", "postal_address", "reason", "rights_contact"):
            self._fields[name].data = getattr(identity, name)
