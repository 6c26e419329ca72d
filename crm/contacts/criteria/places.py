"""Where a structure has its seat: commune, EPCI, arrondissement, département, territory."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from crm.contacts.criteria.groups import PLACE
from crm.contacts.listings.filters import departements
from crm.contacts.models import Structure
from crm.core.errors import N_, RuleError
from crm.criteria.conditions import is_among, is_one_of, is_within
from crm.criteria.criterion import Criterion, Field, Values
from crm.criteria.types import FieldKind, Subject
from crm.territories.models import Commune, Territory, territory_commune
from crm.territories.pasted_communes import commune_of_text
from crm.territories.queries import arrondissement_choices, commune_labels, epci_choices
from crm.territories.territory_queries import territory_choices

_INHABITANTS = (N_("%(count)s habitant"), N_("%(count)s habitants"))


def _is_in_epci(values: Values, _day: date) -> ColumnElement[bool]:
    seats = select(Commune.insee_code).where(Commune.epci_siren.in_(values["epcis"]))
    return or_(
        is_among(Structure.commune_code, seats), is_one_of(Structure.epci_siren, values["epcis"])
    )


def _is_in_arrondissement(values: Values, _day: date) -> ColumnElement[bool]:
    seats = select(Commune.insee_code).where(
        Commune.arrondissement_code.in_(values["arrondissements"])
    )
    return is_among(Structure.commune_code, seats)


def _is_in_territory(values: Values, _day: date) -> ColumnElement[bool]:
    seats = (
        select(territory_commune.c.insee_code)
        .join(Territory, Territory.id == territory_commune.c.territory_id)
        .where(Territory.id.in_(values["territories"]), Territory.deleted_at.is_(None))
    )
    return is_among(Structure.commune_code, seats)


def _has_population(values: Values, _day: date) -> ColumnElement[bool]:
    seats = select(Commune.insee_code).where(
        is_within(Commune.population, values.get("least"), values.get("most"))
    )
    return is_among(Structure.commune_code, seats)


def check_range(values: Values) -> None:
    """Raise RuleError without any bound, or with the highest below the lowest."""
    least, most = values.get("least"), values.get("most")
    if least is None and most is None:
        raise RuleError("least", N_("Donnez un minimum, un maximum, ou les deux."))
    if least is not None and most is not None and most < least:
        raise RuleError("most", N_("Le maximum est plus petit que le minimum."))


def _communes(session: Session, codes: Collection[str]) -> Mapping[str, str]:
    return commune_labels(session, codes)


PLACE_CRITERIA = (
    Criterion(
        code="departement",
        label=N_("Département"),
        subject=Subject.STRUCTURE,
        group=PLACE,
        yes=N_("ont leur siège dans le département %(departements)s"),
        no=N_("n’ont pas leur siège dans le département %(departements)s"),
        fields=(Field(name="departements", label=N_("Départements"), options=departements),),
        condition=lambda values, _day: is_one_of(
            Structure.departement_code, values["departements"]
        ),
    ),
    Criterion(
        code="arrondissement",
        label=N_("Arrondissement"),
        subject=Subject.STRUCTURE,
        group=PLACE,
        yes=N_("ont leur siège dans l’arrondissement %(arrondissements)s"),
        no=N_("n’ont pas leur siège dans l’arrondissement %(arrondissements)s"),
        fields=(
            Field(
                name="arrondissements",
                label=N_("Arrondissements"),
                options=arrondissement_choices,
            ),
        ),
        condition=_is_in_arrondissement,
    ),
    Criterion(
        code="epci",
        label=N_("EPCI"),
        subject=Subject.STRUCTURE,
        group=PLACE,
        yes=N_("sont l’intercommunalité %(epcis)s ou y ont leur siège"),
        no=N_("ne sont pas l’intercommunalité %(epcis)s et n’y ont pas leur siège"),
        fields=(Field(name="epcis", label=N_("EPCI"), options=epci_choices),),
        condition=_is_in_epci,
    ),
    Criterion(
        code="commune",
        label=N_("Commune"),
        subject=Subject.STRUCTURE,
        group=PLACE,
        yes=N_("ont leur siège à %(communes)s"),
        no=N_("n’ont pas leur siège à %(communes)s"),
        fields=(
            Field(
                name="communes",
                label=N_("Communes"),
                kind=FieldKind.PICKED,
                named=_communes,
                picker="territories.commune_suggestions",
                settle=commune_of_text,
                is_quoted=False,
            ),
        ),
        condition=lambda values, _day: is_one_of(Structure.commune_code, values["communes"]),
    ),
    Criterion(
        code="population",
        label=N_("Population de la commune"),
        subject=Subject.STRUCTURE,
        group=PLACE,
        yes=N_("ont leur siège dans une commune qui compte%(least)s%(most)s"),
        no=N_("n’ont pas leur siège dans une commune qui compte%(least)s%(most)s"),
        fields=(
            Field(
                name="least",
                label=N_("Au moins (habitants)"),
                kind=FieldKind.NUMBER,
                is_needed=False,
                units=_INHABITANTS,
                phrase=N_(" au moins %(value)s"),
            ),
            Field(
                name="most",
                label=N_("Au plus (habitants)"),
                kind=FieldKind.NUMBER,
                is_needed=False,
                units=_INHABITANTS,
                phrase=N_(" au plus %(value)s"),
            ),
        ),
        condition=_has_population,
        check=check_range,
    ),
    Criterion(
        code="territoire",
        label=N_("Territoire (liste de communes)"),
        subject=Subject.STRUCTURE,
        group=PLACE,
        yes=N_("ont leur siège dans le territoire %(territories)s"),
        no=N_("n’ont pas leur siège dans le territoire %(territories)s"),
        fields=(
            Field(
                name="territories",
                label=N_("Territoires"),
                is_id=True,
                options=territory_choices,
            ),
        ),
        condition=_is_in_territory,
    ),
)
