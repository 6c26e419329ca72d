"""Asking for the password again before what would let a stranger keep an account."""

from crm.accounts.authentication import Verdict, confirm_password
from crm.accounts.forms import ChangePasswordForm, ConfirmedForm
from crm.accounts.gate import signed_in
from crm.core.errors import N_, RuleError

_NEEDED = N_("Donnez votre mot de passe actuel pour confirmer.")
_WRONG = N_("Ce n’est pas votre mot de passe actuel.")
_WAIT = N_("Trop d’essais rapprochés : réessayez dans %(seconds)s secondes.")


def check_confirmed(form: ConfirmedForm | ChangePasswordForm, *, always: bool = False) -> None:
    """Raise RuleError beside the password field unless the person has proved who they are.

    Without `always`, a password given within ten minutes (log-in counts) is proof enough.
    """
    person = signed_in()
    if person.has_confirmed and not always:
        return
    if not form.current_password.data:
        raise RuleError("current_password", _NEEDED)
    verdict: Verdict = confirm_password(person, form.current_password.data)
    if verdict.wait_seconds:
        raise RuleError("current_password", _WAIT, seconds=verdict.wait_seconds)
    if not verdict.is_right:
        raise RuleError("current_password", _WRONG)
