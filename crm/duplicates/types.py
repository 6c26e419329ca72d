"""What is compared of two records, and what comparing them tells."""

from dataclasses import dataclass, field
from enum import StrEnum


class Reason(StrEnum):
    """Why two records may be one."""

    SAME_NAME = "same_name"
    SWAPPED = "swapped"
    INITIAL = "initial"
    COMPOUND = "compound"
    TYPO = "typo"
    SOUND = "sound"
    NO_FIRST_NAME = "no_first_name"
    SAME_EMAIL = "same_email"
    SHARED_EMAIL = "shared_email"
    SAME_PHONE = "same_phone"
    SAME_STRUCTURE = "same_structure"
    SAME_PLACE = "same_place"
    SAME_SIREN = "same_siren"
    SAME_RNA = "same_rna"
    SAME_SITE = "same_site"
    GENERIC_WORDS = "generic_words"
    MORE_WORDS = "more_words"
    ACRONYM = "acronym"


class PairState(StrEnum):
    """What was decided of a pair."""

    OPEN = "open"
    DISMISSED = "dismissed"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class PersonCard:
    """What is compared of a person; `shared` holds the addresses and numbers that prove nothing.

    Words are folded. `structure_ids` and `commune_codes` are where they work or worked.
    """

    id: int
    first: tuple[str, ...]
    last: tuple[str, ...]
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    structure_ids: frozenset[int] = frozenset()
    commune_codes: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StructureCard:
    """What is compared of a structure; `place` holds the folded words of its commune's name.

    `is_common` says that several structures bear its name, as clubs and committees do.
    """

    id: int
    name: tuple[str, ...]
    acronyms: frozenset[str] = frozenset()
    own_acronyms: frozenset[str] = frozenset()
    family: str = ""
    siren: str | None = None
    rna: str | None = None
    insee_code: str | None = None
    epci_siren: str | None = None
    commune_code: str | None = None
    departement_code: str | None = None
    place: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    site: str | None = None
    parent_id: int | None = None
    shared: frozenset[str] = frozenset()
    is_common: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """How likely two records are one (0 to 1), and why."""

    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A record that a candidate may be: its id, the score and the reasons."""

    record_id: int
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ContactCandidate:
    """A person typed or read in a file, not in the base yet."""

    last_name: str
    first_name: str | None = None
    email: str | None = None
    phones: tuple[str, ...] = ()
    structure_ids: tuple[int, ...] = ()
    record_id: int | None = None


@dataclass(frozen=True, slots=True)
class StructureCandidate:
    """A structure typed or read in a file, not in the base yet."""

    name: str
    acronym: str | None = None
    family_code: str = ""
    siren: str | None = None
    siret: str | None = None
    rna: str | None = None
    commune_code: str | None = None
    email: str | None = None
    phones: tuple[str, ...] = ()
    website: str | None = None
    parent_id: int | None = None
    record_id: int | None = None
    insee_code: str | None = None
    epci_siren: str | None = None
    departement_code: str | None = field(default=None)
