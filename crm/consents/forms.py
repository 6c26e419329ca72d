"""The forms of consents, those of the public and those of the team."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField

from crm.consents.rules import LONGEST_NOTE, bases_for
from crm.consents.subscriptions import SubscriptionData
from crm.consents.types import (
    BASIS_LABELS,
    CHANNEL_LABELS,
    PURPOSE_LABELS,
    PURPOSES,
    TEAM_CHANNELS,
    Basis,
    Channel,
    Proof,
    State,
)
from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.mail.types import Purpose
from crm.web.forms import BaseForm, ChipsField, DayField, longest, required
from crm.web.locale import translate
from crm.web.submissions import OnceForm

_LONGEST_WORDING = 1000


def _choices(labels: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(value, translate(label)) for value, label in labels]


class SubscriptionForm(BaseForm):
    """The public page; `site` is seen by no person: only a program fills it in."""

    email = StringField(_l("Adresse électronique"), [required(), longest(254)])
    first_name = StringField(_l("Prénom"), [longest(100)])
    last_name = StringField(_l("Nom"), [required(), longest(100)])
    structure = StringField(_l("Structure"), [longest(200)])
    purposes = ChipsField(
        _l("Ce que je veux recevoir"),
        [required(_l("Choisissez au moins ce que vous voulez recevoir."))],
    )
    site = StringField(_l("Laissez ce champ vide"))

    def offer(self) -> None:
        """Say what can be subscribed to."""
        self.purposes.offer([(each.value, translate(PURPOSE_LABELS[each])) for each in PURPOSES])

    def read(self) -> SubscriptionData:
        """Return what was typed."""
        return SubscriptionData(
            email=self.email.data or "",
            first_name=self.first_name.data,
            last_name=self.last_name.data or "",
            structure=self.structure.data,
            purposes=[Purpose(each) for each in self.purposes.data or ()],
        )


class AddressForm(BaseForm):
    """The address to which a link is sent."""

    email = StringField(_l("Adresse électronique"), [required(), longest(254)])


class ProofForm(OnceForm):
    """How a choice is known: channel, day, where it can be found."""

    channel = SelectField(_l("Reçu par"))
    given_on = DayField(_l("Le"), [required()])
    note = StringField(
        _l("Preuve"),
        [required(), longest(LONGEST_NOTE)],
        description=_l("Où la retrouver : bulletin, courriel, conversation…"),
    )

    def offer(self) -> None:
        """Say by which channels the team learns of a choice."""
        self.channel.choices = [
            (each.value, translate(CHANNEL_LABELS[each])) for each in TEAM_CHANNELS
        ]
        if not self.is_submitted() and self.given_on.data is None:
            self.given_on.data = clock.today()

    def read_proof(self) -> Proof:
        """Return the proof that was typed."""
        return Proof(
            Channel(self.channel.data), self.given_on.data or clock.today(), self.note.data
        )


class ConsentForm(ProofForm):
    """An agreement, or another ground, for several purposes at once."""

    purposes = ChipsField(_l("Pour"), [required(_l("Choisissez au moins un usage."))])
    basis = SelectField(_l("Fondement"))

    def offer(self) -> None:
        """Say for what, and on which grounds."""
        super().offer()
        self.purposes.offer([(each.value, translate(PURPOSE_LABELS[each])) for each in PURPOSES])
        self.basis.choices = [(each.value, translate(BASIS_LABELS[each])) for each in Basis]

    def read_purposes(self) -> list[Purpose]:
        """Return what was chosen; raise RuleError where the ground does not allow one of them."""
        basis = Basis(self.basis.data)
        chosen = [Purpose(each) for each in self.purposes.data or ()]
        for purpose in chosen:
            if basis not in bases_for(purpose):
                raise RuleError(
                    "basis",
                    N_("Ce fondement ne permet pas : %(purpose)s."),
                    purpose=translate(PURPOSE_LABELS[purpose]),
                )
        return chosen


class RefusalForm(ProofForm):
    """A refusal or a withdrawal that the team was told of."""

    purposes = ChipsField(_l("De"), [required(_l("Choisissez au moins un usage."))])
    state = SelectField(_l("Choix"))

    def offer(self) -> None:
        """Say of what, and how."""
        super().offer()
        self.purposes.offer([(each.value, translate(PURPOSE_LABELS[each])) for each in PURPOSES])
        self.state.choices = _choices(
            [
                (State.WITHDRAWN, N_("Ne veut plus recevoir")),
                (State.REFUSED, N_("A refusé quand on lui a demandé")),
            ]
        )


class ObjectionForm(OnceForm):
    """An address that must not be written to."""

    address = StringField(_l("Adresse électronique"), [required(), longest(254)])
    purpose = SelectField(_l("Ne plus envoyer"))
    reason = StringField(_l("Raison"), [required(), longest(200)])

    def offer(self) -> None:
        """Say what can be held back."""
        self.purpose.choices = objection_choices()


def objection_choices() -> list[tuple[str, str]]:
    """Return what an address can be spared, the widest but one first."""
    return _choices(
        [
            (Purpose.BROADCAST, N_("Tous les envois en nombre")),
            *((each.value, PURPOSE_LABELS[each]) for each in PURPOSES),
            (Purpose.ANY, N_("Absolument tout, même un lien demandé")),
        ]
    )


class LiftForm(BaseForm):
    """Why an address may be written to again."""

    reason = StringField(_l("Raison"), [required(), longest(200)])


class WordingForm(OnceForm):
    """What people are told of a purpose."""

    text = TextAreaField(_l("Texte montré"), [required(), longest(_LONGEST_WORDING)])
