"""Adding targets to a campaign, saying whom to reach in each, taking them out."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from crm.accounts.members import known_member
from crm.campaigns.directory.operations import fill_empty
from crm.campaigns.models import Campaign, Target
from crm.campaigns.operations.campaigns import get_campaign
from crm.campaigns.operations.moves import advance, get_target
from crm.campaigns.queries.facts import FACTS
from crm.campaigns.queries.picking import Choice, holders
from crm.campaigns.rules import LONGEST_ROLE
from crm.campaigns.types import Origin, Stage, TargetData
from crm.contacts.models import Affiliation, Contact, Structure
from crm.contacts.operations.adoption import adopt_communes
from crm.core import clock
from crm.core.batches import in_batches
from crm.core.errors import N_, RuleError, StaleRecordError
from crm.database import learn_sizes
from crm.history.recording import describe_save

MOST_AT_ONCE = 20_000
# So many new ones at once change how the database should look for them.
_MANY = 500
_Facts = Row[tuple[int, str, str, str | None]]


@dataclass(frozen=True, slots=True)
class Added:
    """How many targets an addition made, and how many were there already."""

    count: int
    known: int


def add_targets(
    session: Session,
    *,
    campaign_id: int,
    choices: Sequence[Choice],
    origin: Origin,
    officer_id: int | None = None,
) -> Added:
    """Make targets of structures, and of communes that have no record yet; adding again adds none.

    What happened for them while the campaign lasts moves them at once. Raises RuleError.
    """
    if not choices:
        raise RuleError("form", N_("Il n’y a personne à ajouter."))
    if len(choices) > MOST_AT_ONCE:
        raise RuleError("form", N_("C’est trop à la fois : %(count)s cibles au plus."),
                        count=MOST_AT_ONCE)  # fmt: skip
    campaign = get_campaign(session, campaign_id, for_update=True)
    if officer_id is not None:
        officer_id = known_member(session, officer_id, field="officer")
    describe_save(session, label=N_("Cibles ajoutées à une campagne"))
    ids = _structure_ids(session, choices)
    known = _targeted(session, campaign_id)
    made = _make(session, campaign, [each for each in ids if each not in known], origin, officer_id)
    if len(made) >= _MANY:
        learn_sizes(session, ("target",))
    if made:
        advance(session, set(FACTS), Target.campaign_id == campaign_id)
    return Added(len(made), len(ids) - len(made))


def _structure_ids(session: Session, choices: Iterable[Choice]) -> list[int]:
    """Return the structures chosen, each once; communes without a record get one."""
    codes = [each.insee_code for each in choices if each.structure_id is None and each.insee_code]
    adopted = adopt_communes(session, insee_codes=codes) if codes else {}
    for batch in in_batches(sorted(adopted.values())):
        fill_empty(session, Structure.id.in_(batch))
    return list(
        dict.fromkeys(
            structure_id
            for each in choices
            if (structure_id := each.structure_id or adopted.get(each.insee_code or ""))
        )
    )


def _targeted(session: Session, campaign_id: int) -> set[int]:
    return set(
        session.scalars(
            select(Target.structure_id).where(
                Target.campaign_id == campaign_id, Target.deleted_at.is_(None)
            )
        )
    )


def _make(
    session: Session,
    campaign: Campaign,
    structure_ids: Sequence[int],
    origin: Origin,
    officer_id: int | None,
) -> list[Target]:
    people = holders(session, structure_ids, campaign.functions, clock.today())
    first_function = (campaign.functions or "").split(",")[0].strip()[:LONGEST_ROLE] or None
    made = []
    for row in _rows(session, structure_ids):
        holder = people.get(row.id)
        made.append(
            Target(
                campaign_id=campaign.id,
                structure_id=row.id,
                contact_id=holder.contact_id if holder else None,
                role=holder.role if holder else first_function,
                officer_id=officer_id,
                stage=Stage.TO_CONTACT,
                origin=origin,
                structure_name=row.name,
                family_code=row.family_code,
                departement_code=row.departement_code,
                created_at=clock.now(),
            )
        )
    session.add_all(made)
    session.flush()
    return made


def _rows(
    session: Session, structure_ids: Collection[int]
) -> list[Row[tuple[int, str, str, str | None]]]:
    return [
        row
        for batch in in_batches(sorted(structure_ids))
        for row in session.execute(
            select(
                Structure.id, Structure.name, Structure.family_code, Structure.departement_code
            )
            .where(Structure.id.in_(batch), Structure.deleted_at.is_(None))
            .order_by(Structure.id)
        )
    ]  # fmt: skip


def copy_targets(session: Session, *, campaign: Campaign, stages: Collection[str]) -> int:
    """Take over the targets of the campaign that this one goes on from; return how many.

    Those that stood at one of the stages, with the person, the function and the officer they had.
    """
    before = session.scalars(
        select(Target)
        .join(Structure, Structure.id == Target.structure_id)
        .where(
            Target.campaign_id == campaign.cloned_from_id,
            Target.deleted_at.is_(None),
            Target.stage.in_(stages),
            Structure.deleted_at.is_(None),
        )
        .order_by(Target.id)
    ).all()
    rows = {row.id: row for row in _rows(session, {each.structure_id for each in before})}
    people = _still_there(session, {each.contact_id for each in before if each.contact_id})
    made = [
        Target(
            campaign_id=campaign.id,
            structure_id=each.structure_id,
            contact_id=each.contact_id if each.contact_id in people else None,
            role=each.role,
            officer_id=each.officer_id,
            stage=Stage.TO_CONTACT,
            origin=Origin.CLONE,
            structure_name=rows[each.structure_id].name,
            family_code=rows[each.structure_id].family_code,
            departement_code=rows[each.structure_id].departement_code,
            created_at=clock.now(),
        )
        for each in before
    ]
    session.add_all(made)
    session.flush()
    return len(made)


def _still_there(session: Session, ids: Collection[int]) -> set[int]:
    return {
        contact_id
        for batch in in_batches(sorted(ids))
        for contact_id in session.scalars(
            select(Contact.id).where(Contact.id.in_(batch), Contact.deleted_at.is_(None))
        )
    }


def update_target(session: Session, *, target_id: int, version: int, data: TargetData) -> Target:
    """Say whom to reach, who is in charge and when to call, as the target was at that version.

    Raises StaleRecordError if it has moved on, RuleError with the field that does not fit.
    """
    target = get_target(session, target_id)
    if target.version != version:
        raise StaleRecordError(target)
    with session.no_autoflush:
        officer_id = data.officer_id
        if officer_id is not None:
            officer_id = known_member(
                session, officer_id, field="officer", kept_id=target.officer_id
            )
        contact_id = _known_contact(session, target, data.contact_id)
    role = " ".join((data.role or "").split()) or None
    if role and len(role) > LONGEST_ROLE:
        raise RuleError("role", N_("C’est trop long : %(count)s caractères au plus."),
                        count=LONGEST_ROLE)  # fmt: skip
    target.officer_id, target.contact_id = officer_id, contact_id
    target.role, target.next_call_on = role, data.next_call_on
    session.flush()
    return target


def _known_contact(session: Session, target: Target, contact_id: int | None) -> int | None:
    if contact_id is None or contact_id == target.contact_id:
        return contact_id
    found = session.scalar(
        select(Contact.id)
        .join(Affiliation, Affiliation.contact_id == Contact.id)
        .where(
            Contact.id == contact_id,
            Contact.deleted_at.is_(None),
            Affiliation.structure_id == target.structure_id,
        )
        .limit(1)
    )
    if found is None:
        raise RuleError("contact", N_("Choisissez une personne de cette structure."))
    return found
