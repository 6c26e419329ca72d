"""The tables of the figures of funding: each figure with the applications it counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.coverage.added import WITH_SUPPORT, WITHOUT_SUPPORT
from crm.coverage.indicators import NOBODY, SUPPORTED, By
from crm.coverage.links import applications_url
from crm.coverage.queries.figures import (
    CoFundedLine,
    Line,
    by_support,
    by_year,
    split,
    success_by_support,
)
from crm.coverage.rules import FEWEST_FOR_A_RATE, percent
from crm.coverage.types import Scope, Years
from crm.funding.models import FundingScheme
from crm.funding.types import DECIDED, OBTAINED, PENDING, SUPPORT_LEVEL_LABELS
from crm.reference.queries import labels_by_code
from crm.territories.models import Departement
from crm.web.formats import number, round_money
from crm.web.locale import translate

_HEADERS = (
    N_("Déposés"), N_("Demandé"), N_("Attendu"), N_("Décidés"), N_("Obtenus"), N_("Accordé"),
    N_("Réussite"),
)  # fmt: skip
_STATUSES: Mapping[str, Sequence[str]] = {
    "expected_cents": PENDING,
    "decided": DECIDED,
    "awarded": OBTAINED,
    "awarded_cents": OBTAINED,
    "success": DECIDED,
}
_BY_DECISION = frozenset({"decided", "awarded", "awarded_cents", "success"})


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as text, and the list of the applications that it counts."""

    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table."""

    label: str
    figures: Sequence[Figure]


@dataclass(frozen=True, slots=True)
class Table:
    """The figures split one way; `key` heads the labels, `note` says what must be known."""

    name: str
    title: str
    key: str
    headers: Sequence[str]
    rows: Sequence[Row]
    note: str = ""


def listed(scope: Scope, name: str, **more: Any) -> str:
    """Return the list of the applications that a figure counts."""
    years = "annee_decision" if name in _BY_DECISION else "annee_depot"
    wanted: dict[str, Any] = {years: list(scope.years.all)}
    if scope.scheme_id is not None:
        wanted["dispositif"] = scope.scheme_id
    if name in _STATUSES:
        wanted["statut"] = [str(status) for status in _STATUSES[name]]
    return applications_url(**wanted | more)


def rate_words(awarded: int, decided: int) -> str:
    """Return a success rate in words; under five decisions, only their number is said."""
    if not decided:
        return translate(N_("aucune décision"))
    counted = translate(
        N_("%(awarded)s sur %(decided)s"), awarded=number(awarded), decided=number(decided)
    )
    if decided < FEWEST_FOR_A_RATE:
        return translate(N_("%(counted)s, trop peu pour un taux"), counted=counted)
    return f"{percent(awarded, decided)} % ({counted})"


def _rate_alone(awarded: int, decided: int) -> str:
    """Return a success rate beside the numbers that it comes from."""
    if not decided:
        return "—"
    if decided < FEWEST_FOR_A_RATE:
        return translate(N_("trop peu"))
    return translate(N_("%(n)s %%"), n=percent(awarded, decided))


def _figures(scope: Scope, line: Line, **more: Any) -> list[Figure]:
    shown = {
        "filed": (line.filed, number(line.filed)),
        "requested_cents": (line.requested_cents, round_money(line.requested_cents)),
        "expected_cents": (line.pending, round_money(line.expected_cents)),
        "decided": (line.decided, number(line.decided)),
        "awarded": (line.awarded, number(line.awarded)),
        "awarded_cents": (line.awarded, round_money(line.awarded_cents)),
        "success": (line.decided, _rate_alone(line.awarded, line.decided)),
    }
    return [
        Figure(text, listed(scope, name, **more) if some else None)
        for name, (some, text) in shown.items()
    ]


def years_table(session: Session, scope: Scope) -> Table:
    """Return the figures of each year looked at."""
    rows = []
    for line in by_year(session, scope):
        year = int(line.key)
        figures = _figures(Scope(Years(year, year), scope.scheme_id), line)
        rows.append(Row(line.key, figures))
    note = translate(
        N_("Ce qui est déposé compte l’année du dépôt ; ce qui est décidé, l’année de la décision.")
    )
    return Table(
        "annees", translate(N_("Par année")), translate(N_("Année")), _headers(), rows, note
    )


def split_table(session: Session, scope: Scope, by: By) -> Table:
    """Return the figures by scheme, family or département."""
    titles = {
        By.SCHEME: (N_("Par dispositif"), N_("Dispositif"), ""),
        By.FAMILY: (N_("Par famille"), N_("Famille"), N_("La famille est celle du jour du dépôt.")),
        By.DEPARTEMENT: (
            N_("Par département"),
            N_("Département"),
            N_("Le département est celui du siège au jour du dépôt."),
        ),
    }
    title, key, note = titles[by]
    names = _names(session, by)
    lines = sorted(
        split(session, scope, by), key=lambda line: (line.key not in names, _place(names, line.key))
    )
    rows = [
        Row(names.get(line.key, line.key), _figures(scope, line, **{by.value: line.key}))
        for line in lines
    ]
    said = translate(note) if note else ""
    return Table(by.value, translate(title), translate(key), _headers(), rows, said)


def funders_table(session: Session, scope: Scope, others: Mapping[str, CoFundedLine]) -> Table:
    """Return the figures of each main funder, and what each gave beside another."""
    lines = {line.key: line for line in split(session, scope, By.FUNDER)}
    keys = {*lines, *others}
    names = _names_of_structures(session, [int(key) for key in keys if key != NOBODY])
    names[NOBODY] = translate(N_("Financeur inconnu"))
    rows = []
    for key in sorted(keys, key=lambda each: (each == NOBODY, names.get(each, "").lower(), each)):
        figures = _figures(scope, lines.get(key, Line(key)), **{By.FUNDER.value: key})
        beside = others.get(key, CoFundedLine())
        url = listed(scope, "filed", cofinanceur=key) if key in others else None
        figures += [
            Figure(round_money(cents), url)
            for cents in (beside.requested_cents, beside.awarded_cents)
        ]
        rows.append(Row(names.get(key, key), figures))
    headers = [
        *_headers(),
        translate(N_("Cofinancement demandé")),
        translate(N_("Cofinancement accordé")),
    ]
    note = translate(
        N_(
            "Les premières colonnes sont celles du financeur principal de chaque dossier ; les deux"
            " dernières, ce qui est demandé et accordé à côté, par d’autres."
        )
    )
    return Table(
        "financeurs",
        translate(N_("Par financeur")),
        translate(N_("Financeur")),
        headers,
        rows,
        note,
    )


def support_table(session: Session, scope: Scope) -> Table:
    """Return what was obtained at each level of our support."""
    found = {line.level: line for line in by_support(session, scope)}
    levels = [(level.value, translate(label)) for level, label in SUPPORT_LEVEL_LABELS.items()]
    rows = []
    for level, label in [*levels, ("", translate(N_("Sans séance liée")))]:
        line = found.get(level)
        count, cents = (line.awarded, line.awarded_cents) if line else (0, 0)
        url = listed(scope, "awarded", appui=level or WITHOUT_SUPPORT) if count else None
        rows.append(Row(label, [Figure(number(count), url), Figure(round_money(cents), url)]))
    helped = [line for level, line in found.items() if level]
    total = sum(line.awarded for line in helped)
    url = listed(scope, "awarded", appui=WITH_SUPPORT) if total else None
    cents = sum(line.awarded_cents for line in helped)
    rows.insert(
        0,
        Row(
            translate(N_("Avec notre appui, en tout")),
            [Figure(number(total), url), Figure(round_money(cents), url)],
        ),
    )
    return Table(
        "appui",
        translate(N_("Financements obtenus avec notre appui")),
        translate(N_("Appui")),
        [translate(N_("Dossiers obtenus")), translate(N_("Accordé"))],
        rows,
        translate(SUPPORTED.rule),
    )


def success_table(session: Session, scope: Scope) -> Table:
    """Return how often those we helped obtained something, and the others."""
    labels = {True: N_("Avec une séance liée"), False: N_("Sans séance liée")}
    rows = []
    for is_supported, (decided, awarded) in success_by_support(session, scope).items():
        appui = WITH_SUPPORT if is_supported else WITHOUT_SUPPORT
        urls = [
            listed(scope, name, appui=appui) if some else None
            for name, some in (("decided", decided), ("awarded", awarded), ("success", decided))
        ]
        texts = [number(decided), number(awarded), rate_words(awarded, decided)]
        figures = [Figure(text, url) for text, url in zip(texts, urls, strict=True)]
        rows.append(Row(translate(labels[is_supported]), figures))
    note = translate(
        N_(
            "Dossiers décidés dans la période, avec ou sans séance réalisée qui les a aidés : ce"
            " que nous avons noté, rien de plus. Un appui qui n’est lié à aucune séance ne se voit"
            " pas."
        )
    )
    return Table(
        "reussite",
        translate(N_("Réussite avec et sans notre appui")),
        translate(N_("Appui")),
        [translate(N_("Décidés")), translate(N_("Obtenus")), translate(N_("Réussite"))],
        rows,
        note,
    )


def _headers() -> list[str]:
    return [translate(each) for each in _HEADERS]


def _names(session: Session, by: By) -> dict[str, str]:
    if by is By.FAMILY:
        return dict(labels_by_code(session, "family"))
    if by is By.SCHEME:
        rows = session.execute(
            select(FundingScheme.id, FundingScheme.name).order_by(FundingScheme.sort_name)
        ).tuples()
        return {str(scheme_id): name for scheme_id, name in rows}
    found = session.execute(
        select(Departement.code, Departement.name).order_by(
            Departement.is_covered.desc(), Departement.code
        )
    ).tuples()
    names = {code: f"{name} ({code})" for code, name in found}
    return names | {NOBODY: translate(N_("Sans département"))}


def _place(names: Mapping[str, str], key: str) -> int:
    return list(names).index(key) if key in names else 0


def _names_of_structures(session: Session, ids: Sequence[int]) -> dict[str, str]:
    rows = session.execute(select(Structure.id, Structure.name).where(Structure.id.in_(ids)))
    return {str(structure_id): name for structure_id, name in rows.tuples()}
