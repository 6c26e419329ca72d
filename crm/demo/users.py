"""The demonstration's team: four people who can log in, two who have left."""

from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.accounts.passwords import hash_password
from crm.accounts.permissions import Role
from crm.core import clock
from crm.demo.bulk import add_rows

DEMO_PASSWORD = "passerelle-demonstration"  # noqa: S105 - printed for anyone who tries the product
DEMO_LOGINS = (
    ("charge@demo.example", Role.OFFICER),
    ("campagne@demo.example", Role.CAMPAIGN_MANAGER),
    ("direction@demo.example", Role.DIRECTOR),
    ("admin@demo.example", Role.ADMINISTRATOR),
)
_NAMES = ("Camille Vandroy", "Samia Belcourt", "Hélène Dutertre", "Mathis Lorval")
_FORMER = (
    ("ancienne.chargee@demo.example", "Noémie Castelin"),
    ("ancien.charge@demo.example", "Yannis Delmotte"),
)
_ARRIVED = date(2016, 1, 4)


class Team:
    """The ids of the people who hold sessions, by year."""

    def __init__(self, ids: dict[str, int]) -> None:
        self.charge = ids["charge@demo.example"]
        self.campaign = ids["campagne@demo.example"]
        self.director = ids["direction@demo.example"]
        self.former = [ids[email] for email, _ in _FORMER]

    def of_year(self, year: int) -> list[int]:
        """Return who held sessions that year, the busiest first."""
        if year < 2019:
            return [*self.former, self.director]
        if year < 2021:
            return [self.charge, self.former[1], self.director]
        return [self.charge, self.campaign, self.director]


def has_demo_users(session: Session) -> bool:
    """Tell whether the demonstration's log-ins exist."""
    emails = [email for email, _ in DEMO_LOGINS]
    return session.scalar(select(User.id).where(User.email_key.in_(emails)).limit(1)) is not None


def add_users(session: Session) -> Team:
    """Add the team; the two who have left cannot log in."""
    hashed = hash_password(DEMO_PASSWORD)
    people: list[tuple[str, str, Role, str | None, bool]] = [
        (email, name, role, hashed, True)
        for (email, role), name in zip(DEMO_LOGINS, _NAMES, strict=True)
    ]
    people += [(email, name, Role.OFFICER, None, False) for email, name in _FORMER]
    ids = add_rows(
        session,
        User,
        [
            {
                "email": email,
                "email_key": email,
                "name": name,
                "role": role.value,
                "password_hash": password_hash,
                "is_active": is_active,
                "created_at": datetime.combine(_ARRIVED, time(9), clock.PARIS),
            }
            for email, name, role, password_hash, is_active in people
        ],
    )
    return Team({person[0]: user_id for person, user_id in zip(people, ids, strict=True)})
