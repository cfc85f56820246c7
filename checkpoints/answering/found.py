"""What the desk's statement finds: a person, doses, declarations, the rules and the newest passage there. Pure."""

from dataclasses import dataclass
from datetime import date, datetime

from checkpoints.admission import Rule
from checkpoints.models import Passage, TestKind, TestResult
from residents.birth import Birth
from vaxreg.language import named


@dataclass(frozen=True)
class Named:
    """The two names of a piece of reference data; its text is in the language of the screen."""

    name: str
    name_en: str

    def __str__(self) -> str:
        return named(self)


@dataclass(frozen=True)
class Place:
    """Where a journey starts or ends: the unit found, its province where it is a ward, and the words declared."""

    unit: Named
    province: Named | None
    text: str


@dataclass(frozen=True)
class Person:
    """A person as the registry has them, under the present number."""

    number: str
    full_name: str
    birth: Birth
    sex: str
    phone: str
    address: str
    ward: Named | None
    province: Named | None
    province_pk: int | None
    contradictions: tuple[str, ...]
    is_verified: bool


@dataclass(frozen=True)
class Filed:
    """A declaration; `was_scanned` where its own pass was shown."""

    pk: int
    number: str
    full_name: str
    birth: Birth
    phone: str
    origin: Place
    destination: Place
    checkpoint: Named
    checkpoint_pk: int
    origin_pk: int
    destination_pk: int
    origin_level: int | None
    vehicle: Named
    vehicle_code: str
    plate: str
    # False: filed under the number of a guardian.
    has_number: bool
    test_kind: str
    test_result: str
    test_taken_at: datetime | None
    places_visited: str
    symptoms: tuple[Named, ...]
    symptom_codes: tuple[str, ...]
    had_contact: bool
    submitted_at: datetime
    valid_until: datetime
    was_scanned: bool
    journey_reason: Named | None = None
    # Somebody else filled it in.
    is_for_other: bool = False
    # The officer who filed it at the desk; None where the citizen did.
    filed_by: str | None = None

    def is_in_force(self, at: datetime) -> bool:
        return self.submitted_at <= at < self.valid_until

    @property
    def is_positive(self) -> bool:
        """Whether a positive test is declared with it."""
        return self.test_result == TestResult.POSITIVE

    @property
    def test_words(self) -> str:
        """The kind of the test declared and its result, in the language of the screen."""
        return f"{TestKind(self.test_kind).label}, {TestResult(self.test_result).label}"


@dataclass(frozen=True)
class GivenDose:
    """A dose that counts."""

    number: int
    vaccine: str
    product: str
    given_on: date


@dataclass(frozen=True)
class Recent:
    """The newest passage at this checkpoint within the last hours; `verdict_reasons` are what the desk knew then."""

    decided_at: datetime
    outcome: str
    verdict_reasons: tuple[str, ...]
    declaration: int | None
    officer: str

    @property
    def label(self) -> str:
        return Passage.Outcome(self.outcome).label


@dataclass(frozen=True)
class Finding:
    """What is known for a scan, and by which rules to judge it; `number` is the one it gives, empty for the key of no pass.

    Declarations newest first. `is_numberless`: the pass of somebody without a number, `number` being the guardian's.
    """

    number: str
    numbers: tuple[str, ...] = ()
    person: Person | None = None
    doses: tuple[GivenDose, ...] = ()
    declarations: tuple[Filed, ...] = ()
    is_numberless: bool = False
    rules: tuple[Rule, ...] = ()
    # The newest passage at this checkpoint within RECENT_PASSAGE_HOURS.
    recent: Recent | None = None
    # The key leads to a whole journey.
    is_group_pass: bool = False
