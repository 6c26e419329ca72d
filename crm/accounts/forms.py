"""The forms of accounts."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from crm.accounts.permissions import ROLE_LABELS
from crm.core.errors import N_, RuleError
from crm.web.forms import BaseForm, longest, required
from crm.web.locale import translate
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField

_REPEATED = N_("Les deux saisies ne sont pas les mêmes.")


class LoginForm(BaseForm):
    """An address and a password; `next` is where to go afterwards."""

    email = StringField(_l("Adresse électronique"), [required(), longest(254)])
    password = PasswordField(_l("Mot de passe"), [required()])
    next = HiddenField()


class CodeForm(BaseForm):
    """The second step: six digits, or a recovery code."""

    code = StringField(_l("Code de vérification"), [required(), longest(60)])
    next = HiddenField()


class ForgottenPasswordForm(BaseForm):
    """The address to write to."""

    email = StringField(_l("Adresse électronique"), [required(), longest(254)])


class NewPasswordForm(BaseForm):
    """A new password, typed twice."""

    new_password = PasswordField(_l("Nouveau mot de passe"), [required()])
    repeated_password = PasswordField(_l("Le même, encore une fois"), [required()])

    def check_repeated(self) -> None:
        """Raise RuleError when the second typing is not the first."""
        if self.new_password.data != self.repeated_password.data:
            raise RuleError("repeated_password", _REPEATED)


class ChangePasswordForm(NewPasswordForm):
    """The same, with the password of today."""

    current_password = PasswordField(_l("Mot de passe actuel"), [required()])


class ConfirmedForm(BaseForm):
    """A form that asks for the password again, unless it was given a short while ago."""

    current_password = PasswordField(_l("Votre mot de passe, pour confirmer"))


class EmailForm(ConfirmedForm):
    """One's own address."""

    email = StringField(_l("Adresse électronique"), [required(), longest(254)])


class ProfileForm(BaseForm):
    """What one decides about oneself: a name, a language, a look."""

    name = StringField(_l("Nom affiché"), [required(), longest(120)])
    locale = SelectField(
        _l("Langue"), choices=[SelectChoice("fr", "Français"), SelectChoice("en", "English")]
    )
    theme = SelectField(
        _l("Apparence"),
        choices=[
            SelectChoice("auto", _l("Automatique")),
            SelectChoice("light", _l("Claire")),
            SelectChoice("dark", _l("Sombre")),
        ],
    )


class EnrolForm(ConfirmedForm):
    """The first code of a new second factor."""

    code = StringField(_l("Code affiché par l’application"), [required(), longest(12)])


class NewUserForm(OnceForm, ConfirmedForm):
    """A new member of the team."""

    name = StringField(_l("Nom"), [required(), longest(120)])
    email = StringField(_l("Adresse électronique"), [required(), longest(254)])
    role = SelectField(_l("Rôle"), [required()])

    def offer_roles(self) -> None:
        """Fill the list of roles, in the reader's language."""
        self.role.choices = [(str(role), translate(label)) for role, label in ROLE_LABELS.items()]


class UserForm(NewUserForm):
    """A member of the team, as they were when the page was opened."""

    version = VersionField()
