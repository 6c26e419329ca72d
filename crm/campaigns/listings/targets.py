"""The list of a campaign's targets, which its board is narrowed like."""

from datetime import date
from typing import Any

from flask import url_for
from flask_login import current_user
from sqlalchemy import ColumnElement, Date, Select, case, func, select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.campaigns.listings.filters import STAGE, target_filters
from crm.campaigns.models import Campaign, Target, TargetMove
from crm.campaigns.queries.conditions import names_elsewhere
from crm.campaigns.queries.targets import before
from crm.campaigns.types import OBSTACLE_LABELS, ORIGIN_LABELS, STAGE_LABELS, Stage
from crm.contacts.models import Contact, Structure
from crm.core import clock
from crm.core.errors import N_
from crm.search.queries import matching_ids, typed_words
from crm.territories.models import Commune
from crm.web.list_definition import Column, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing

_STAGES = {each.value: label for each, label in STAGE_LABELS.items()}
_OBSTACLES = {each.value: label for each, label in OBSTACLE_LABELS.items()}
_ORIGINS = {each.value: label for each, label in ORIGIN_LABELS.items()}
_FAR = date(9999, 12, 31)
_MOVED = (
    select(func.date(func.max(TargetMove.at), type_=Date))
    .where(TargetMove.target_id == Target.id)
    .correlate(Target)
    .scalar_subquery()
)
_CONTACT = func.trim(func.coalesce(Contact.first_name, "") + " " + Contact.last_name)


def target_list(campaign: Campaign, *, is_board: bool = False) -> ListDefinition:
    """Return the list of a campaign's targets, as the signed-in person sees it today."""
    filters = target_filters(
        campaign,
        today=clock.today(),
        now=clock.now(),
        user_id=current_user.id if current_user else 0,
    )
    if is_board:
        filters = [each for each in filters if each.name != STAGE]
    page = "campaigns.board" if is_board else "campaigns.targets"
    its_own = Target.campaign_id == campaign.id
    return ListDefinition(
        url=url_for(page, campaign_id=campaign.id),
        records_url=url_for("campaigns.index") + "/cibles",
        statement=_rows().where(its_own),
        counted=_ids().where(its_own),
        heading=lambda row: (row.name, row.place),
        columns=_columns(campaign),
        sorts=_sorts(),
        default_sort="nom",
        filters=filters,
        search_label=N_("Nom de la structure"),
        count_words=(N_("%(count)s cible"), N_("%(count)s cibles")),
        takes_all=True,
        has_more_actions=True,
        identifiers=("id", "structure_id", "contact_id"),
        export_url=lambda extension: url_for(
            "campaigns.export_targets", campaign_id=campaign.id, extension=extension
        ),
        allowed_arguments=frozenset({"colonne"} if is_board else ()),
        empty_text=N_("Ajoutez des communes ou des structures : elles apparaîtront ici."),
    )


def _columns(campaign: Campaign) -> tuple[Column, ...]:
    extra: tuple[Column, ...] = ()
    if campaign.cloned_from_id is not None:
        stage = before(campaign).scalar_subquery()
        extra = (Column("before", N_("La fois d’avant"), name="avant", extra=stage,
                        words=_STAGES),)  # fmt: skip
    return (
        Column("name", N_("Structure"), sort="nom"),
        Column("stage", N_("Étape"), sort="etape", name="etape", words=_STAGES),
        *extra,
        Column("departement_code", N_("Département"), sort="departement", name="departement"),
        Column("contact", N_("Personne à joindre"), name="personne"),
        Column("role", N_("Fonction"), name="fonction", is_usual=False),
        Column("phone", N_("Téléphone"), name="telephone", kind="phone"),
        Column("email", N_("Courriel"), name="courriel", kind="mail", is_usual=False),
        Column("officer", N_("Responsable"), sort="responsable", name="responsable"),
        Column("next_call_on", N_("Prochain appel"), sort="appel", name="appel", kind="date"),
        Column("obstacle", N_("Obstacle"), name="obstacle", words=_OBSTACLES, is_usual=False),
        Column("obstacle_note", N_("Précision"), name="precision", is_usual=False, is_wide=True),
        Column("moved_on", N_("Dernier mouvement"), name="mouvement", kind="date", extra=_MOVED,
               is_usual=False),
        Column("elsewhere", N_("Aussi dans"), name="ailleurs", extra=names_elsewhere(),
               is_usual=False, is_wide=True),
        Column("population", N_("Habitants"), sort="population", name="habitants",
               is_numeric=True, is_usual=False),
        Column("origin", N_("Origine"), name="origine", words=_ORIGINS, is_usual=False),
        Column("structure_name", N_("Nom ce jour-là"), name="nom-du-jour", is_usual=False),
    )  # fmt: skip


def _sorts() -> dict[str, Sort]:
    last = (Structure.sort_name, Target.id)
    return {
        "nom": Sort(last),
        "etape": Sort((_stage_rank(), *last)),
        "departement": Sort((func.coalesce(Target.departement_code, ""), *last)),
        "responsable": Sort((func.coalesce(User.name, ""), *last)),
        "appel": Sort((func.coalesce(Target.next_call_on, _FAR), *last)),
        "population": Sort(
            (func.coalesce(Commune.population, 0), Target.id), descending=True
        ),
    }  # fmt: skip


def _stage_rank() -> ColumnElement[int]:
    ranks = {stage.value: place for place, stage in enumerate(Stage)}
    return case(ranks, value=Target.stage, else_=len(ranks))


def _rows() -> Select[Any]:
    return (
        select(
            Target.id,
            Target.structure_id,
            Target.contact_id,
            Structure.name,
            func.coalesce(Commune.name, "").label("place"),
            Target.stage,
            Target.departement_code,
            _CONTACT.label("contact"),
            Target.role,
            Structure.phone,
            Structure.email,
            User.name.label("officer"),
            Target.next_call_on,
            Target.obstacle,
            Target.obstacle_note,
            Target.origin,
            Target.structure_name,
            Commune.population,
        )
        .join(Structure, Structure.id == Target.structure_id)
        .outerjoin(Contact, Contact.id == Target.contact_id)
        .outerjoin(User, User.id == Target.officer_id)
        .outerjoin(Commune, Commune.insee_code == Structure.commune_code)
        .where(Target.deleted_at.is_(None), Structure.deleted_at.is_(None))
    )


def _ids() -> Select[tuple[int]]:
    return (
        select(Target.id)
        .join(Structure, Structure.id == Target.structure_id)
        .where(Target.deleted_at.is_(None), Structure.deleted_at.is_(None))
    )


def narrow_targets(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL and the words searched in the structure's name."""
    narrowing = listing.narrow(session)
    prefixes = typed_words(listing.search)
    if not prefixes:
        return narrowing
    named = Target.structure_id.in_(matching_ids("structure", prefixes))
    return narrowing.kept_to(named, listing.search)
