"""The demonstration's report of 2019: its series in their axes, what the network wrote."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.contacts.types import Family
from crm.demo.bulk import add_links, add_rows
from crm.demo.reference import Reference
from crm.demo.roster import NAMED_TOWNS
from crm.demo.series import YOUNG_PEOPLE
from crm.demo.users import Team
from crm.followups.models import AccompanimentSession, SessionStructure, session_axis
from crm.followups.types import SessionStatus
from crm.indicators.types import By, Period
from crm.measures.figures import series_code
from crm.yearly.defaults import load_default_report
from crm.yearly.models import ReportItem, ReportText
from crm.yearly.operations import add_item
from crm.yearly.queries import first_definition, items_of
from crm.yearly.types import ItemData, ItemKind

_YEAR, _MET, _MOBILITY = 2019, 10, "axe_4"
_DAYS = Period.of_year(_YEAR)
_WRITTEN_AT = datetime(2020, 3, 2, 9, tzinfo=UTC)
# After which text each series is told.
_PLACES: Mapping[str, tuple[str, ...]] = {
    "Bilan de l’axe 2": (
        "Abonnés à la lettre mensuelle",
        "Utilisateurs du portail",
        "Sessions sur le portail",
        "Pages vues du portail",
        "Mentions « J’aime » de la page Facebook",
        "Personnes touchées chaque semaine par la page Facebook",
        "Abonnés au compte Twitter",
    ),
    "Bilan de l’axe 3": (
        "Offres du catalogue annuel de formations",
        "Formations du catalogue en ligne",
    ),
    "Bilan de l’axe 4": (YOUNG_PEOPLE,),
}
_TEXTS: Mapping[str, str] = {
    "Bilan de l’axe 1": (
        "**L’outil de cartographie des acteurs et de leurs projets** a été mis en ligne à la fin"
        " de l’été. Les groupes-pays et la commission « Accès à l’énergie » ont été des temps de"
        " rencontre et de montée en compétence.\n\nLe réseau fait circuler l’information entre les"
        " niveaux locaux, régionaux et nationaux, et travaille avec les autres réseaux de la"
        " région pour des outils communs."
    ),
    "Perspectives de l’axe 1": (
        "- Appuyer le report du **forum des acteurs de l’énergie**, autour des partenariats entre"
        " ONG et entreprises.\n- Organiser des temps de rencontre inter-réseaux."
    ),
    "Bilan de l’axe 2": (
        "Un **nouveau portail** permet à chaque acteur de diffuser lui-même ses informations. La"
        " lettre mensuelle est plus visuelle et mieux hiérarchisée."
    ),
    "Perspectives de l’axe 2": (
        "- Aider les porteurs de projets à saisir eux-mêmes leur structure et leurs projets.\n"
        "- Proposer un ensemble de **webinaires** sur les appels à projets."
    ),
    "Bilan de l’axe 3": (
        "L’accompagnement s’est fait en rendez-vous formalisés et en appuis ponctuels : relecture"
        " de dossier, mise en relation. La campagne de l’hiver autour des appels à projets a"
        " rencontré de l’intérêt ; les ressources propres des collectivités rendent difficiles de"
        " nouveaux projets."
    ),
    "Perspectives de l’axe 3": (
        "- Expérimenter des **projets mutualisés**, par pays ou par thème.\n- Renforcer le travail"
        " sur les « zones blanches »."
    ),
    "Bilan de l’axe 4": (
        "Le projet d’envoi de jeunes du Bassin minier est toujours en cours : le groupe s’est"
        " réduit, et le départ a été reporté pour le reconstituer."
    ),
    "Perspectives de l’axe 4": (
        "- Poursuivre la montée en puissance des outils.\n- Travailler la **mobilité entrante** et"
        " la réciprocité."
    ),
}


def count_for_mobility(session: Session, reference: Reference) -> None:
    """Let what was done in 2019 with ten towns count for the axis of mobility too."""
    names = [name for name, _departement in NAMED_TOWNS[:_MET]]
    axis_id = reference.item("axis", _MOBILITY)
    found = session.scalars(
        select(AccompanimentSession.id)
        .join(SessionStructure, SessionStructure.session_id == AccompanimentSession.id)
        .join(Structure, Structure.id == SessionStructure.structure_id)
        .where(
            Structure.name.in_(names),
            Structure.insee_code.is_not(None),
            SessionStructure.family_code == Family.COLLECTIVITE,
            AccompanimentSession.status == SessionStatus.DONE,
            AccompanimentSession.held_on.between(_DAYS.start, _DAYS.end),
        )
        .distinct()
        .order_by(AccompanimentSession.id)
    )
    rows = ({"session_id": each, "axis_id": axis_id} for each in found.all())
    add_links(session, session_axis, rows)


def add_report(
    session: Session, reference: Reference, *, series: Mapping[str, int], team: Team
) -> None:
    """Put the series in the report of the network, narrow two lists, write the texts of 2019."""
    load_default_report(session)
    definition = first_definition(session)
    if definition is None:
        raise LookupError("a network without a report")
    items = {item.title: item for item in items_of(session, definition.id)}
    for title, names in _PLACES.items():
        for name in reversed(names):
            data = ItemData(code=series_code(series[name]))
            after = items[title].id
            add_item(
                session, definition_id=definition.id, kind=ItemKind.SERIES, data=data, after=after
            )
    _narrow(session, reference, items, definition.id)
    _write(session, items, team)


def _narrow(
    session: Session, reference: Reference, items: Mapping[str | None, ReportItem], report_id: int
) -> None:
    """Let the last axis tell what was planned for it, and whom it met."""
    axis = [str(reference.item("axis", _MOBILITY))]
    met = items["Collectivités rencontrées"]
    met.kept = {**met.kept, By.AXIS.value: axis}
    planned = ItemData("Actions prévues", "planned_actions", kept={By.AXIS.value: axis})
    after = items["Bilan de l’axe 4"].id
    add_item(session, definition_id=report_id, kind=ItemKind.LIST, data=planned, after=after)


def _write(session: Session, items: Mapping[str | None, ReportItem], team: Team) -> None:
    rows = [
        {
            "item_id": items[title].id,
            "year": _YEAR,
            "body": body,
            "author_id": team.director,
            "updated_at": _WRITTEN_AT,
            "version": 1,
        }
        for title, body in _TEXTS.items()
    ]
    add_rows(session, ReportText, rows)
