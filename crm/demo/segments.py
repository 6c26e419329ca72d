"""The demonstration's shared segments, and its one territory."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.text import sort_key
from crm.criteria.rules import tree_from_text, tree_to_text
from crm.criteria.types import Branch, Leaf, Link, Mode, Node, Subject, Tree
from crm.demo.bulk import Row, add_links, add_rows, created, tell
from crm.demo.funding_plan import CAP_SUR_LE_MONDE
from crm.demo.users import Team
from crm.funding.models import FundingScheme
from crm.reference.models import ReferenceItem
from crm.segments.models import Segment
from crm.segments.operations import names_of
from crm.territories.models import Commune, Territory, territory_commune

_MADE = datetime(2026, 1, 6, 9, tzinfo=clock.PARIS)
_TERRITORY = "Bassin minier"
_TOWNS = (
    "Lens", "Liévin", "Hénin-Beaumont", "Carvin", "Béthune", "Bruay-la-Buissière",
    "Nœux-les-Mines", "Douai", "Denain", "Valenciennes",
)  # fmt: skip


def add_segments(session: Session, team: Team) -> None:
    """Add a territory, and segments that a campaign or a yearly check starts from."""
    territory_id = _add_territory(session)
    rows = list(_segments(session, territory_id, team))
    for row in rows:
        row["names"] = names_of(session, tree_from_text(row["rules"]))
    tell(session, created("segment", rows, add_rows(session, Segment, rows)))


def _add_territory(session: Session) -> int:
    row: Row = {
        "name": _TERRITORY,
        "sort_name": sort_key(_TERRITORY),
        "description": "Quelques communes de l’ancien bassin minier du Nord et du Pas-de-Calais.",
        "created_at": _MADE,
        "version": 1,
    }
    ids = add_rows(session, Territory, [row])
    names = [sort_key(town) for town in _TOWNS]
    codes = session.scalars(
        select(Commune.insee_code)
        .where(Commune.sort_name.in_(names), Commune.departement_code.in_(("59", "62")))
        .order_by(Commune.insee_code)
    ).all()
    add_links(
        session,
        territory_commune,
        [{"territory_id": ids[0], "insee_code": code} for code in codes],
    )
    tell(session, created("territory", [row], ids))
    return ids[0]


def _segments(session: Session, territory_id: int, team: Team) -> Iterator[Row]:
    communes = Leaf("famille", {"families": ("collectivite",)})
    associations = Leaf("famille", {"families": ("association",)})
    scheme = session.scalars(
        select(FundingScheme.id).where(FundingScheme.name == CAP_SUR_LE_MONDE)
    ).one()
    energy = session.scalars(
        select(ReferenceItem.id).where(
            ReferenceItem.list_code == "theme", ReferenceItem.code == "acces_a_l_energie"
        )
    ).one()
    filed = {"state": ("depose",), "schemes": (str(scheme),)}
    yield _segment(
        "Communes de plus de 2 000 habitants sans dossier Cap sur le Monde",
        "À inviter au prochain webinaire sur l’appel.",
        (communes, Leaf("population", {"least": "2000"}), Leaf("dossier", filed, is_negated=True)),
        team.campaign,
    )
    yield _segment(
        "Associations Énergie non accompagnées depuis un an",
        "À rappeler avant le bilan de l’année.",
        (
            associations,
            Leaf("theme", {"themes": (str(energy),)}),
            Leaf("accompagnee", {"months": "12"}, is_negated=True),
        ),
        team.charge,
    )
    yield from _others(communes, territory_id, team)


def _others(communes: Leaf, territory_id: int, team: Team) -> Iterator[Row]:
    yield _segment(
        "Élus des collectivités",
        "Les maires et adjoints à qui parler de coopération décentralisée.",
        (Link("structure", {"mandate": ("elu",)}, Branch(Mode.ALL, (communes,))),),
        team.campaign,
        subject=Subject.CONTACT,
    )
    yield _segment(
        "Bassin minier : structures du territoire",
        None,
        (Leaf("territoire", {"territories": (str(territory_id),)}),),
        team.director,
    )
    yield _segment(
        "Fiches à compléter",
        "Sans courriel, ou non vérifiées depuis six mois.",
        (Leaf("manque", {"what": ("courriel",)}), Leaf("non_verifiee", {"days": "180"})),
        team.charge,
        mode=Mode.ANY,
    )


def _segment(
    name: str,
    description: str | None,
    nodes: tuple[Node, ...],
    owner_id: int,
    *,
    subject: Subject = Subject.STRUCTURE,
    mode: Mode = Mode.ALL,
) -> Row:
    return {
        "name": name,
        "sort_name": sort_key(name),
        "description": description,
        "subject": subject.value,
        "rules": tree_to_text(Tree(subject, Branch(mode, nodes))),
        "names": {},
        "owner_id": owner_id,
        "is_shared": True,
        "created_at": _MADE,
        "version": 1,
    }
