"""What `wiring` says of messages and mailings: a part of the table of contents."""

from collections.abc import Mapping

from flask import url_for

from crm.composing import kinds as composing_kinds
from crm.composing import views as composing
from crm.composing.listings import TEMPLATES, template_list
from crm.composing.operations.trials import MESSAGE_TEST, write_test
from crm.composing.owners import own_by
from crm.composing.presentation import OF_TEMPLATES
from crm.composing.wording import WORDINGS as COMPOSING_WORDINGS
from crm.core.errors import N_
from crm.core.events import subscribe
from crm.criteria.registry import add_criteria
from crm.history.kinds import on_purge, on_purged, release
from crm.history.wording import Wording
from crm.jobs.registry import add_chore
from crm.mail.events import DeliveryReported
from crm.mail.writers import write_by, write_many_by
from crm.mailings import kinds, views
from crm.mailings.criteria import CRITERIA
from crm.mailings.erasing import forget_recipients
from crm.mailings.jobs import go_on_with_mailings, pause_when_unwelcome
from crm.mailings.listings.mailings import MAILINGS, mailing_list
from crm.mailings.operations.mailings import OWNER
from crm.mailings.owning import MAILING_OWNER
from crm.mailings.wording import MAILING_WORDING
from crm.mailings.writing import write_mailings
from crm.saved_views.known_lists import KnownList
from crm.search.actions import Action
from crm.search.kinds import SearchKind
from crm.web.access import Permission
from crm.web.navigation import MenuEntry

BLUEPRINTS = (*views.BLUEPRINTS, *composing.BLUEPRINTS)
MENU = (MenuEntry(N_("Envois"), "mailings.index", "send", Permission.READ_NETWORK),)
QUICK_ACTIONS = (
    MenuEntry(N_("Nouvel envoi"), "mailings.new", "send", Permission.WRITE_MAILINGS, "n e"),
)
KINDS = (kinds, composing_kinds)
SEARCHED: tuple[SearchKind, ...] = ()
ACTIONS = (
    Action(
        N_("Nouvel envoi"),
        "send",
        Permission.WRITE_MAILINGS,
        frozenset({"envoi", "envois", "lettre", "mailing", "newsletter"}),
        lambda: url_for("mailings.new"),
    ),
    Action(
        N_("Modèles de message"),
        "mail",
        Permission.WRITE_MAILINGS,
        frozenset({"modele", "modeles", "message"}),
        lambda: url_for("message_templates.index"),
    ),
)
VIEWED_LISTS = (
    KnownList(MAILINGS, N_("Envois"), mailing_list),
    KnownList(TEMPLATES, N_("Modèles de message"), template_list),
)
EXPORTS: Mapping[str, str] = {}
WORDINGS: Mapping[str, Wording] = {"mailing": MAILING_WORDING, **COMPOSING_WORDINGS}


def connect() -> None:
    """Let messages be written and leave, and mailings hear what becomes of them."""
    own_by(OF_TEMPLATES)
    own_by(MAILING_OWNER)
    on_purged(composing_kinds.forget_messages)
    on_purge(forget_recipients)
    release("contact", "mailing_recipient.contact_id")
    release("structure", "mailing_recipient.structure_id")
    write_by(MESSAGE_TEST, write_test)
    write_many_by(OWNER, write_mailings)
    add_criteria(CRITERIA)
    add_chore(go_on_with_mailings)
    subscribe(DeliveryReported, pause_when_unwelcome)
