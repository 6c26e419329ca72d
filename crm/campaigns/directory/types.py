"""What the directory of town halls says, and what reading it gave."""

from dataclasses import dataclass

FIELDS = ("email", "phone", "website")


@dataclass(frozen=True, slots=True)
class TownHall:
    """A town hall as the directory has it; what could not be understood is left out."""

    insee_code: str
    email: str | None = None
    phone: str | None = None
    website: str | None = None
    wrong: int = 0

    @property
    def says_something(self) -> bool:
        """Tell whether there is anything to keep."""
        return bool(self.email or self.phone or self.website)


@dataclass(slots=True)
class Report:
    """What a directory held, and what it filled in.

    `outside` counts the town halls of communes that the network does not cover, `wrong` the values
    that could not be understood, `filled` the values given to records that had none, `differing`
    the records that say something else and were left as they are.
    """

    town_halls: int = 0
    outside: int = 0
    wrong: int = 0
    filled: int = 0
    differing: int = 0
    change_set_id: int | None = None
