"""The list of templates of messages."""

from flask import url_for
from sqlalchemy import and_, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.composing.models import MessageTemplate
from crm.composing.queries import template_rows
from crm.core.errors import N_
from crm.core.text import sort_key
from crm.web.list_definition import Column, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing

TEMPLATES = "message_templates"


def template_list(_arguments: MultiDict[str, str]) -> ListDefinition:
    """Return the list of templates."""
    return ListDefinition(
        code=TEMPLATES,
        url=url_for("message_templates.index"),
        heading=lambda row: (row.name, row.description or ""),
        statement=template_rows(),
        counted=select(MessageTemplate.id).where(MessageTemplate.deleted_at.is_(None)),
        columns=(
            Column("name", N_("Nom"), sort="nom"),
            Column("description", N_("À quoi il sert"), name="description", is_wide=True),
            Column("subject", N_("Objet"), name="objet", is_wide=True),
        ),
        sorts={"nom": Sort((MessageTemplate.sort_name, MessageTemplate.id))},
        default_sort="nom",
        filters=[],
        search_label=N_("Nom du modèle"),
        count_words=(N_("%(count)s modèle"), N_("%(count)s modèles")),
        export_url=lambda extension: url_for("message_templates.export", extension=extension),
        empty_text=N_("Un modèle se prépare une fois ; chaque message qui en part est libre."),
    )


def narrow_templates(session: Session, listing: Listing) -> Narrowing:
    """Apply the words searched."""
    narrowing = listing.narrow(session)
    words = sort_key(listing.search or "").split()
    if not words:
        return narrowing
    found = (MessageTemplate.sort_name.contains(word, autoescape=True) for word in words)
    return narrowing.kept_to(and_(*found), listing.search)
