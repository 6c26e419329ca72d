"""What narrows the list of applications, with how many there are for each choice."""

from datetime import date
from typing import Any

from sqlalchemy import Column as TableColumn
from sqlalchemy import String, cast, exists, false, func, literal, or_, select, union_all
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.accounts.models import User
from crm.contacts.listings import departements, numbers
from crm.contacts.listings.filters import Tally, tally_by
from crm.contacts.queries.identities import ids_of_any
from crm.core.errors import N_
from crm.funding.listings import application_filter_parts as parts
from crm.funding.listings.application_filter_parts import NONE, Options
from crm.funding.models import FundingApplication
from crm.funding.queries.applications import funded_by, is_late, of_structures
from crm.funding.queries.conditions import counted_on
from crm.funding.types import STATUS_LABELS
from crm.projects.models import Project, project_country, project_theme
from crm.reference.queries import labels_by_code, labels_by_id
from crm.web.list_definition import Filter
from crm.web.locale import translate

MINE = "moi"


def application_filters(arguments: MultiDict[str, str], today: date, user_id: int) -> list[Filter]:
    """Return what narrows a list of applications on a day, as this person sees it."""
    return [
        *_filters_of_status(today),
        *_filters_of_money(arguments),
        *_filters_of_years(),
        *_filters_of_place(),
        *_filters_of_people(user_id),
        *_filters_of_project(),
    ]


def _filters_of_status(today: date) -> list[Filter]:
    return [
        Filter(
            "etat",
            N_("Où en est le dossier"),
            parts.in_states,
            lambda _session: [(code, translate(text)) for code, (text, _) in parts.STATES.items()],
            tally=parts.tally_states,
        ),
        Filter(
            "statut",
            N_("Statut"),
            FundingApplication.status.in_,
            lambda _session: [
                (each.value, translate(text)) for each, text in STATUS_LABELS.items()
            ],
            tally=tally_by(FundingApplication.id, FundingApplication.status),
        ),
        Filter(
            "motif",
            N_("Motif du refus"),
            lambda values: FundingApplication.refusal_reason_id.in_(numbers(values)),
            lambda session: labels_by_id(session, "refusal_reason"),
            tally=tally_by(FundingApplication.id, FundingApplication.refusal_reason_id),
        ),
        Filter(
            "retard",
            N_("Compte rendu"),
            lambda values: is_late(today) if "oui" in values else false(),
            lambda _session: [("oui", translate(N_("En retard")))],
            everything_label=N_("Peu importe"),
        ),
    ]


def _filters_of_money(arguments: MultiDict[str, str]) -> list[Filter]:
    requested, awarded = FundingApplication.requested_cents, FundingApplication.awarded_cents
    return [
        Filter(
            "dispositif",
            N_("Dispositif"),
            lambda values: FundingApplication.scheme_id.in_(numbers(values)),
            parts.schemes,
            tally=tally_by(FundingApplication.id, FundingApplication.scheme_id),
        ),
        Filter(
            "appel",
            N_("Appel à projets"),
            lambda values: FundingApplication.call_id.in_(numbers(values)),
            parts.calls,
            tally=tally_by(FundingApplication.id, FundingApplication.call_id),
        ),
        Filter(
            "financeur",
            N_("Financeur"),
            lambda values: funded_by(ids_of_any("structure", numbers(values))),
            parts.funders,
            tally=parts.tally_funders(),
            name_values=parts.structures,
        ),
        parts.amount_filter(
            arguments, "demande_min", N_("Demandé, au moins"), lambda cents: requested >= cents
        ),
        parts.amount_filter(
            arguments, "demande_max", N_("Demandé, au plus"), lambda cents: requested <= cents
        ),
        parts.amount_filter(
            arguments, "obtenu_min", N_("Obtenu, au moins"), lambda cents: awarded >= cents
        ),
    ]


def _filters_of_years() -> list[Filter]:
    return [
        parts.year_filter("annee_depot", N_("Année de dépôt"), counted_on()),
        parts.year_filter("annee_decision", N_("Année de décision"), FundingApplication.decided_on),
    ]


def _filters_of_place() -> list[Filter]:
    department = FundingApplication.departement_code
    return [
        Filter(
            "famille",
            N_("Famille du bénéficiaire"),
            FundingApplication.family_code.in_,
            lambda session: labels_by_code(session, "family"),
            everything_label=N_("Toutes"),
            tally=tally_by(FundingApplication.id, FundingApplication.family_code),
        ),
        Filter(
            "departement",
            N_("Département"),
            lambda values: or_(
                department.in_(values), department.is_(None) if NONE in values else false()
            ),
            lambda session: [*departements(session), (NONE, translate(N_("Sans département")))],
            name_values=parts.named_departements,
            tally=tally_by(FundingApplication.id, func.coalesce(department, NONE)),
        ),
        Filter("epci", N_("EPCI"), parts.in_epci, parts.epci),
        Filter(
            "arrondissement", N_("Arrondissement"), parts.in_arrondissements, parts.arrondissements
        ),
        Filter(
            "commune",
            N_("Commune du siège"),
            parts.in_communes,
            lambda _session: [(NONE, translate(parts.NO_COMMUNE))],
            everything_label=N_("Toutes"),
            name_values=parts.communes,
        ),
    ]


def _filters_of_people(user_id: int) -> list[Filter]:
    person = FundingApplication.person_id
    return [
        Filter(
            "personne",
            N_("Suivi par"),
            lambda values: or_(
                person.in_([*numbers(values), *([user_id] if MINE in values else [])]),
                person.is_(None) if NONE in values else false(),
            ),
            _people,
            everything_label=N_("Toute l’équipe"),
            tally=_tally_people(user_id),
        ),
        Filter(
            "beneficiaire",
            N_("Bénéficiaire"),
            lambda values: FundingApplication.beneficiary_id.in_(
                ids_of_any("structure", numbers(values))
            ),
            lambda _session: [],
            name_values=parts.structures,
        ),
        Filter(
            "structure",
            N_("Structure, à tout titre"),
            lambda values: of_structures(ids_of_any("structure", numbers(values))),
            lambda _session: [],
            everything_label=N_("Toutes"),
            name_values=parts.structures,
        ),
    ]


def _filters_of_project() -> list[Filter]:
    return [
        Filter(
            "projet",
            N_("Projet"),
            lambda values: FundingApplication.project_id.in_(numbers(values)),
            lambda _session: [],
            name_values=_projects,
        ),
        _by_project("theme", N_("Thème du projet"), project_theme.c.theme_id, numbers),
        _by_project("pays", N_("Pays du projet"), project_country.c.country_code, list),
    ]


def _by_project(name: str, label: str, key: TableColumn[Any], read: parts.Read) -> Filter:
    project_id = key.table.c.project_id
    is_theme = name == "theme"
    return Filter(
        name,
        label,
        lambda values: exists().where(
            project_id == FundingApplication.project_id, key.in_(read(values))
        ),
        (lambda session: labels_by_id(session, "theme")) if is_theme else parts.countries,
        tally=lambda found: (
            select(key, func.count())
            .join(FundingApplication, FundingApplication.project_id == project_id)
            .where(FundingApplication.id.in_(select(found.c.id)))
            .group_by(key)
        ),
    )


def _tally_people(user_id: int) -> Tally:
    """Return what counts applications by who follows them, oneself and nobody named too."""
    person, identity = FundingApplication.person_id, FundingApplication.id
    pairs = union_all(
        select(identity, cast(person, String).label("value")).where(person.is_not(None)),
        select(identity, literal(NONE)).where(person.is_(None)),
        select(identity, literal(MINE)).where(person == user_id),
    ).subquery()
    return tally_by(pairs.c.id, pairs.c.value)


def _people(session: Session) -> Options:
    rows = session.execute(
        select(User.id, User.name)
        .where(or_(User.is_active, User.id.in_(select(FundingApplication.person_id))))
        .order_by(User.name, User.id)
    ).tuples()
    return [
        (MINE, translate(N_("Moi"))),
        (NONE, translate(N_("Personne"))),
        *((str(user_id), name) for user_id, name in rows),
    ]


def _projects(session: Session, values: list[str]) -> Options:
    rows = session.execute(
        select(Project.id, Project.name).where(Project.id.in_(numbers(values)))
    ).tuples()
    return [(str(project_id), name) for project_id, name in rows]
