"""The demonstration's mailings: a letter that left and was read, one that waits to be finished."""

from datetime import datetime, time, timedelta
from random import Random

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.composing.models import ComposingIdentity, Message
from crm.composing.types import (
    ButtonBlock,
    EventBlock,
    NewsBlock,
    NewsItem,
    TextBlock,
    TitleBlock,
    stored,
)
from crm.core import clock
from crm.criteria.types import Branch, Leaf, Subject, Tree
from crm.demo.bulk import Row, add_links
from crm.demo.users import Team
from crm.mail.models import Delivery, DeliveryEvent
from crm.mail.types import DeliveryState, Purpose, ReportKind
from crm.mailings.models import Mailing, MailingSegment
from crm.mailings.operations.departures import freeze
from crm.mailings.operations.mailings import create_mailing, get_mailing
from crm.mailings.types import MailingData, Reach, Status
from crm.segments.operations import SegmentData, create_segment

_SITE = "https://reseau.example"
_LEFT_DAYS_AGO = 12
_CLICKED, _MACHINE, _REPLIED, _LEFT_US, _BOUNCED = 0.21, 0.06, 0.015, 0.008, 0.025
_NEWS = (
    ("Trois communes partent au Bénin", "Elles racontent leur première mission commune sur l’eau."),
    ("L’énergie au cœur du forum", "Soixante participants, douze projets : le compte rendu."),
    ("Accueillir un jeune volontaire", "Une structure sur cinq y pense : le guide pour se lancer."),
)  # fmt: skip


def add_mailings(session: Session, *, team: Team, seed: int) -> None:
    """Add who signs the messages, a letter that left twelve days ago, and an invitation."""
    random = Random(f"{seed}:mailings")
    session.add(
        ComposingIdentity(
            id=1,
            sender_name="Réseau de démonstration",
            postal_address="12 rue des Exemples, 59000 Lille",
            reason="Vous recevez ce message car vous êtes en lien avec le réseau.",
            rights_contact="donnees@reseau.example",
        )
    )
    readers = _segment(session, team, "Abonnés à la lettre d’information", Purpose.NEWSLETTER)
    letter = _letter(session, team, readers)
    _let_it_have_left(session, random, letter)
    _invitation(session, team)


def _segment(session: Session, team: Team, name: str, purpose: Purpose) -> int:
    tree = Tree(
        Subject.CONTACT,
        Branch(nodes=(Leaf("peut_recevoir", {"usages": (purpose.value,)}),)),
    )
    data = SegmentData(name=name, tree=tree, is_shared=True)
    return create_segment(session, owner_id=team.campaign, data=data).id


def _letter(session: Session, team: Team, segment_id: int) -> Mailing:
    mailing = _mailing(session, team, "Lettre du mois", Purpose.NEWSLETTER, segment_id)
    mailing.is_public = True
    _write(
        session,
        mailing,
        "Les nouvelles du réseau, et ce qui vient",
        stored(TitleBlock("a" * 12, "Les nouvelles du réseau")),
        stored(TextBlock("b" * 12, "Bonjour {prénom | à toutes et à tous},\n\nVoici ce mois-ci.")),
        stored(
            NewsBlock(
                "c" * 12,
                "À la une",
                tuple(
                    NewsItem(title, text, f"{_SITE}/nouvelles/{rank}")
                    for rank, (title, text) in enumerate(_NEWS, start=1)
                ),
            )
        ),
        stored(ButtonBlock("d" * 12, "Toutes les nouvelles", f"{_SITE}/nouvelles")),
    )
    return mailing


def _invitation(session: Session, team: Team) -> None:
    segment_id = _segment(session, team, "Personnes à inviter aux rendez-vous", Purpose.INVITATIONS)
    mailing = _mailing(
        session, team, "Webinaire : préparer son dossier", Purpose.INVITATIONS, segment_id
    )
    mailing.reach = Reach.PEOPLE
    _write(
        session,
        mailing,
        "Invitation {à structure | à notre webinaire} : préparer son dossier",
        stored(TextBlock("a" * 12, "Bonjour {prénom | à vous},\n\nVenez avec vos questions.")),
        stored(
            EventBlock(
                "b" * 12,
                title="Préparer son dossier",
                when="un mardi, à 14 h",
                place="En ligne",
                link=f"{_SITE}/webinaire",
            )
        ),
    )  # fmt: skip


def _mailing(session: Session, team: Team, name: str, purpose: Purpose, segment_id: int) -> Mailing:
    mailing = create_mailing(session, data=MailingData(name, purpose))
    mailing.created_by_id = team.campaign
    mailing.segments = [MailingSegment(segment_id=segment_id, is_excluded=False)]
    session.flush()
    return mailing


def _write(session: Session, mailing: Mailing, subject: str, *blocks: Row) -> None:
    message = session.get_one(Message, mailing.message_id)
    message.subject, message.blocks = subject, list(blocks)
    session.flush()


def _let_it_have_left(session: Session, random: Random, mailing: Mailing) -> None:
    """Freeze the letter, and let it have left and been read as such letters are."""
    today = clock.today()
    left_at = clock.paris_instant(today - timedelta(days=_LEFT_DAYS_AGO), time(9, 30))
    mailing = get_mailing(session, mailing.id)  # with its segments
    freeze(session, mailing=mailing, day=today, now=left_at)
    mailing.status, mailing.let_go_at = Status.DONE, left_at
    mailing.ended_at = left_at + timedelta(minutes=2)
    session.flush()
    session.execute(
        update(Delivery)
        .where(Delivery.batch_id == mailing.id)
        .values(state=DeliveryState.ACCEPTED, attempt=1, settled_at=left_at)
        .execution_options(synchronize_session=False)
    )
    ids = session.scalars(
        select(Delivery.id).where(Delivery.batch_id == mailing.id).order_by(Delivery.id)
    ).all()
    bounced = [each for each in ids if random.random() < _BOUNCED]
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_(bounced))
        .values(state=DeliveryState.BOUNCED)
        .execution_options(synchronize_session=False)
    )
    reached = [each for each in ids if each not in set(bounced)]
    events = [row for each in reached for row in _deeds(random, each, left_at)]
    returns = [_event(each, ReportKind.BOUNCED, left_at) for each in bounced]
    add_links(session, DeliveryEvent, [*events, *returns])


def _deeds(random: Random, delivery_id: int, left_at: datetime) -> list[Row]:
    """Return what is known of one reader: some click, few reply, fewer leave."""
    deeds: list[Row] = []
    if random.random() < _MACHINE:
        deeds += [
            _event(delivery_id, ReportKind.CLICKED, left_at, link_id=link, is_robot=True)
            for link in range(len(_NEWS))
        ]
    at = left_at + timedelta(minutes=random.randint(5, 60 * 72))
    if random.random() < _CLICKED:
        link = random.choices(range(len(_NEWS) + 1), (5, 3, 2, 2))[0]
        deeds.append(_event(delivery_id, ReportKind.CLICKED, at, link_id=link))
    if random.random() < _REPLIED:
        deeds.append(_event(delivery_id, ReportKind.REPLIED, at))
    if random.random() < _LEFT_US:
        deeds.append(_event(delivery_id, ReportKind.UNSUBSCRIBED, at))
    return deeds


def _event(
    delivery_id: int,
    kind: ReportKind,
    at: datetime,
    *,
    link_id: int | None = None,
    is_robot: bool = False,
) -> Row:
    return {
        "provider": "demo",
        "event_id": f"{delivery_id}:{kind.value}:{link_id}:{int(is_robot)}",
        "delivery_id": delivery_id,
        "kind": kind.value,
        "happened_at": at,
        "received_at": at,
        "link_id": link_id,
        "is_robot": is_robot,
    }
