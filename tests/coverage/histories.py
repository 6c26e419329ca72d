"""Random histories of structures, applications and support, and the naive count of them."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.followups.models import SessionApplication
from crm.funding.types import DECIDED, OBTAINED, PENDING, ApplicationStatus
from crm.territories.models import Commune, FormerCommune
from tests.factories.contacts import StructureFactory
from tests.factories.followups import FollowUpFactory, SessionFactory
from tests.factories.funding import ApplicationFactory, CoFundingFactory, SchemeFactory
from tests.factories.introductions import IntroductionFactory, IntroductionSideFactory

YEARS = (2017, 2018, 2019, 2020)
STRUCTURES, SCHEMES, SEATS = 4, 2, 5
OUTSIDE = "75056"
LEVELS = ("initie", "substantiel", "leger")


@dataclass(frozen=True)
class Body:
    """A structure: its seat among the communes of the test, and what it was merged into."""

    seat: int | None
    merged_into: int | None


@dataclass(frozen=True)
class File:
    """An application; `written` says what its seat is as of filing: a place, or how it is told."""

    body: int
    scheme: int
    written: str
    status: str
    filed_in: int | None
    decided_in: int
    requested: int | None
    awarded: int
    is_deleted: bool
    funder: int | None
    others: tuple[tuple[int, int], ...]
    helped: tuple[tuple[str, str, bool], ...]

    @property
    def year(self) -> int | None:
        """Return the year that it counts for; None when it was not filed."""
        if self.filed_in is not None:
            return self.filed_in
        return self.decided_in if self.status in DECIDED else None

    @property
    def is_obtained(self) -> bool:
        return self.status in OBTAINED

    @property
    def support(self) -> str | None:
        """Return the heaviest level of the sessions done that helped."""
        levels = [level for status, level, gone in self.helped if status == "realisee" and not gone]
        return min(levels, key=LEVELS.index) if levels else None


@dataclass(frozen=True)
class Held:
    """A session of a structure."""

    body: int
    year: int
    status: str
    is_deleted: bool


@dataclass(frozen=True)
class Touch:
    """A contact: a follow-up done, or an introduction made."""

    body: int
    year: int
    is_introduction: bool
    is_deleted: bool


@dataclass(frozen=True)
class History:
    """All that happened."""

    bodies: tuple[Body, ...]
    files: tuple[File, ...]
    sessions: tuple[Held, ...]
    touches: tuple[Touch, ...]


@st.composite
def _file(draw: Callable[..., Any]) -> File:
    status = draw(st.sampled_from([each.value for each in ApplicationStatus]))
    years = st.sampled_from(YEARS)
    decided_in = draw(years)
    must_be_filed = status in PENDING
    filed_in = draw(years if must_be_filed else st.one_of(st.none(), years))
    if filed_in is not None and status in DECIDED:
        filed_in = min(filed_in, decided_in)
    return File(
        body=draw(st.integers(0, STRUCTURES - 1)),
        scheme=draw(st.integers(0, SCHEMES - 1)),
        written=draw(st.sampled_from(["same", "0", "1", "3", "former", "nothing", "outside"])),
        status=status,
        filed_in=filed_in,
        decided_in=decided_in,
        requested=draw(st.sampled_from([None, 0, 150, 100_000])),
        awarded=draw(st.sampled_from([0, 70, 80_000])),
        is_deleted=draw(st.sampled_from([False, False, False, True])),
        funder=draw(st.sampled_from([None, 0, 1])),
        others=draw(
            st.lists(
                st.tuples(st.integers(2, 3), st.sampled_from([0, 500])),
                max_size=2,
                unique_by=lambda pair: pair[0],
            ).map(tuple)
        ),
        helped=draw(
            st.lists(
                st.tuples(
                    st.sampled_from(["realisee", "realisee", "prevue", "annulee"]),
                    st.sampled_from(LEVELS),
                    st.sampled_from([False, False, True]),
                ),
                max_size=3,
            ).map(tuple)
        ),
    )


def _bodies(seats: list[int | None], merges: list[int | None]) -> tuple[Body, ...]:
    """Make structures; one may be merged into the first, which never is."""
    return tuple(
        Body(seat, 0 if number and merge else None)
        for number, (seat, merge) in enumerate(zip(seats, merges, strict=True))
    )


histories = st.builds(
    History,
    bodies=st.builds(
        _bodies,
        st.lists(
            st.one_of(st.none(), st.integers(0, SEATS - 1)),
            min_size=STRUCTURES,
            max_size=STRUCTURES,
        ),
        st.lists(st.sampled_from([None, None, 1]), min_size=STRUCTURES, max_size=STRUCTURES),
    ),
    files=st.lists(_file(), max_size=8).map(tuple),
    sessions=st.lists(
        st.builds(
            Held,
            body=st.integers(0, STRUCTURES - 1),
            year=st.sampled_from(YEARS),
            status=st.sampled_from(["realisee", "realisee", "prevue", "absent"]),
            is_deleted=st.sampled_from([False, False, True]),
        ),
        max_size=4,
    ).map(tuple),
    touches=st.lists(
        st.builds(
            Touch,
            body=st.integers(0, STRUCTURES - 1),
            year=st.sampled_from(YEARS),
            is_introduction=st.booleans(),
            is_deleted=st.sampled_from([False, False, True]),
        ),
        max_size=4,
    ).map(tuple),
)


@contextmanager
def undone(session: Session) -> Iterator[None]:
    """Take back what an example wrote: hypothesis runs many in one test."""
    point = session.begin_nested()
    try:
        yield
    finally:
        point.rollback()
        session.expunge_all()
        session.info.pop("change_set_id", None)  # the change set went with the rest


class World:
    """A history written down, and what a person would count of it with a pencil."""

    def __init__(self, session: Session, history: History) -> None:
        self.history = history
        self.seats = seats_of(session)
        self.former, self.former_now = former_commune(session)
        self.schemes = [SchemeFactory() for _ in range(SCHEMES)]
        self.funders = [StructureFactory(name=f"Financeur {n}") for n in range(4)]
        self.structures = [
            StructureFactory(
                commune_code=None if body.seat is None else self.seats[body.seat],
                family_code="association" if number % 2 else "collectivite",
            )
            for number, body in enumerate(history.bodies)
        ]
        for body, structure in zip(history.bodies, self.structures, strict=True):
            if body.merged_into is not None:
                structure.merged_into_id = self.structures[body.merged_into].id
                structure.deleted_at = clock.now()
        for file in history.files:
            self._write_file(session, file)
        for held in history.sessions:
            SessionFactory(
                held_on=date(held.year, 5, 2),
                status=held.status,
                deleted_at=_gone(held.is_deleted),
                structures=[self.structures[held.body]],
            )
        for touch in history.touches:
            self._write_touch(touch)
        session.flush()

    def _write_file(self, session: Session, file: File) -> None:
        obtained, decided = file.status in OBTAINED, file.status in DECIDED
        record = ApplicationFactory(
            scheme=self.schemes[file.scheme],
            beneficiary=self.structures[file.body],
            commune_code=self.written(file),
            departement_code=self.departement(file),
            status=file.status,
            filed_on=None if file.filed_in is None else date(file.filed_in, 3, 1),
            decided_on=date(file.decided_in, 11, 30) if decided else None,
            requested_cents=file.requested,
            awarded_cents=file.awarded if obtained else None,
            deleted_at=_gone(file.is_deleted),
            funder_id=None if file.funder is None else self.funders[file.funder].id,
        )
        for funder, cents in file.others:
            CoFundingFactory(
                application_id=record.id,
                funder=self.funders[funder],
                requested_cents=cents * 2,
                awarded_cents=cents,
            )
        for status, level, gone in file.helped:
            held = SessionFactory(
                held_on=date(2012, 1, 5), status=status, deleted_at=_gone(gone), structures=[]
            )
            session.add(
                SessionApplication(session_id=held.id, application_id=record.id, level=level)
            )

    def _write_touch(self, touch: Touch) -> None:
        structure = self.structures[touch.body]
        if not touch.is_introduction:
            FollowUpFactory(
                structure_id=structure.id,
                done_at=datetime(touch.year, 6, 1, 12, tzinfo=UTC),
                deleted_at=_gone(touch.is_deleted),
            )
            return
        made = IntroductionFactory(
            status="faite", made_on=date(touch.year, 6, 1), deleted_at=_gone(touch.is_deleted)
        )
        IntroductionSideFactory(introduction_id=made.id, structure_id=structure.id)

    # The pencil ---------------------------------------------------------------------------------

    def written(self, file: File) -> str | None:
        """Return the seat that is written on an application."""
        seat = self.history.bodies[file.body].seat
        told = {
            "same": None if seat is None else self.seats[seat],
            "former": self.former,
            "nothing": None,
            "outside": OUTSIDE,
        }
        return told[file.written] if file.written in told else self.seats[int(file.written)]

    def departement(self, file: File) -> str | None:
        """Return the département that is written on an application."""
        seat = self.history.bodies[file.body].seat
        return None if seat is None else self.seats[seat][:2]

    def seat_of(self, file: File) -> str | None:
        """Return the present commune that an application counts in."""
        code = self.written(file) or self.seat_today(file.body)
        return self.former_now if code == self.former else code

    def seat_today(self, body: int) -> str | None:
        """Return the commune where a structure, or what it was merged into, has its seat."""
        one = self.history.bodies[body]
        now = one if one.merged_into is None else self.history.bodies[one.merged_into]
        return None if now.seat is None else self.seats[now.seat]

    def filed(self, first: int, last: int, scheme: int | None) -> list[File]:
        """Return the applications that count in these years."""
        return [
            file
            for file in self.history.files
            if not file.is_deleted
            and file.year is not None
            and first <= file.year <= last
            and scheme in {None, file.scheme}
        ]

    def decided(self, first: int, last: int, scheme: int | None) -> list[File]:
        """Return the applications decided in these years."""
        return [
            file
            for file in self.history.files
            if not file.is_deleted
            and file.status in DECIDED
            and first <= file.decided_in <= last
            and scheme in {None, file.scheme}
        ]

    def states(self, first: int, last: int, scheme: int | None) -> dict[str, str]:
        """Return the state of each commune where something happened."""
        found: dict[str, str] = {}
        marks: list[tuple[str, set[str | None]]] = [
            ("contacte", {
                self.seat_today(touch.body) for touch in self.history.touches
                if not touch.is_deleted and first <= touch.year <= last
            }),
            ("accompagne", {
                self.seat_today(held.body) for held in self.history.sessions
                if held.status == "realisee" and not held.is_deleted and first <= held.year <= last
            }),
            ("depose", {self.seat_of(file) for file in self.filed(first, last, scheme)}),
            ("obtenu", {
                self.seat_of(file) for file in self.filed(first, last, scheme) if file.is_obtained
            }),
        ]  # fmt: skip
        for state, places in marks:
            found.update({code: state for code in places if code not in {None, OUTSIDE}})
        return found

    def amounts(self, first: int, last: int, scheme: int | None) -> dict[str, tuple[int, ...]]:
        """Return (filed, obtained, asked, awarded) of each commune with an application."""
        found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for file in self.filed(first, last, scheme):
            code = self.seat_of(file)
            if code in {None, OUTSIDE}:
                continue
            line = found[str(code)]
            line[0] += 1
            line[1] += file.is_obtained
            line[2] += file.requested or 0
            line[3] += file.awarded if file.is_obtained else 0
        return {code: tuple(line) for code, line in found.items()}


def _gone(is_deleted: bool) -> datetime | None:
    return clock.now() if is_deleted else None


def seats_of(session: Session) -> list[str]:
    """Return communes: two of an EPCI that straddles départements, and three of elsewhere."""
    straddling = (
        select(Commune.epci_siren)
        .where(Commune.epci_siren.is_not(None))
        .group_by(Commune.epci_siren)
        .having(func.count(Commune.departement_code.distinct()) > 1)
        .order_by(Commune.epci_siren)
        .limit(1)
    )
    siren = session.scalars(straddling).one()
    both = session.execute(
        select(Commune.departement_code, func.min(Commune.insee_code))
        .where(Commune.epci_siren == siren)
        .group_by(Commune.departement_code)
        .order_by(Commune.departement_code)
        .limit(2)
    ).tuples()
    codes = [code for _departement, code in both]
    return [*codes, "59350", "62041", "80021"]


def former_commune(session: Session) -> tuple[str, str]:
    """Return the code of a commune that has merged, and that of the one it is in now."""
    code, now = session.execute(
        select(FormerCommune.insee_code, FormerCommune.current_insee_code)
        .order_by(FormerCommune.insee_code)
        .limit(1)
    ).one()
    return code, now
