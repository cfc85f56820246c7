"""What speaks for and against two records being of one person, and how much. The one place of every weight.

After Fellegi and Sunter (A Theory for Record Linkage, JASA 64, 1969): a code's weight is the binary logarithm of how often it
is seen between two records of one person (`same`) over how often between records of two people drawn at random (`chance`).
Weights add up. The sum starts at minus log2(100 million), for that many people could be meant.

The rates of error are the ministry's of March 2022 (26 % of people with an ID disagreed in name, birth, sex or number; see
docs/decisions/0012-who-is-this-row.md), rounded against linking. No name counts as rare: each is taken for a common one.
"""

from dataclasses import dataclass
from math import log2

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PEOPLE = 100_000_000
# Odds of 10,000 to 1 at the least before anything is done unasked; and from here down nobody need look at a candidate.
LINK = 14.0
DOUBTFUL = -6.0
# The best must be a thousand times likelier than the second best.
MARGIN = 10.0


@dataclass(frozen=True)
class Evidence:
    """One code: how often it is seen between records of the same person, and how often by chance; in words for a desk."""

    code: str
    same: float
    chance: float
    words: str | Promise
    aspect: str

    @property
    def weight(self) -> float:
        """Bits for (above 0) or against (below) one person."""
        return round(log2(self.same / self.chance), 1)


def _table(aspect: str, *rows: tuple[str, float, float, str | Promise]) -> list[Evidence]:
    return [Evidence(code, same, chance, words, aspect) for code, same, chance, words in rows]


EVIDENCE = {
    evidence.code: evidence
    for evidence in [
        *_table(
            "number",
            # In 1 row of 100 the number is that of another real person: of the row above, of a brother, of a parent.
            ("number", 0.9, 0.01 / PEOPLE, _("same number")),
            ("number-letter", 0.9, 0.01 / PEOPLE, _("same number, letters read as digits")),
            ("number-zero", 0.9, 0.01 / PEOPLE, _("same number without its leading zeros")),
            # 100 million numbers lie among 10 thousand million possible ones; 11 are a transposition away, 108 a digit, …
            ("number-transposed", 0.01, 11e-10, _("two digits of the number changed places")),
            ("number-digit", 0.01, 108e-10, _("one digit of the number differs")),
            ("number-lost", 0.01, 120e-10, _("one digit of the number is missing")),
            ("number-added", 0.01, 13e-10, _("one digit too many in the number")),
            ("number-part", 0.01, 1000e-10, _("only a part of the number")),
            ("number-other", 0.003, 0.95, _("another citizen ID")),
        ),
        *_table(
            "name",
            # The commonest full names are held by 1 in 1,000 of those born in some years.
            ("name", 0.8, 1e-3, _("same name")),
            ("name-order", 0.02, 1e-4, _("same name in another order")),
            ("name-tone", 0.03, 1e-3, _("name with other tone marks")),
            ("name-garbled", 0.01, 2e-4, _("same name, garbled in typing")),
            ("name-letter", 0.02, 1e-3, _("one letter of the surname or middle name differs")),
            # Brothers and sisters: Lan and Loan.
            ("name-given", 0.02, 3e-3, _("one letter of the given name differs")),
            ("name-part", 0.03, 1e-3, _("a middle name more or less")),
            # Văn and Thị say the sex, and come and go; other middle names tell twins apart: Minh Anh and Bảo Anh.
            ("name-middle", 0.02, 1e-3, _("Văn or Thị for another middle name")),
            ("name-initials", 0.005, 2e-3, _("same initials")),
            ("name-word", 0.02, 3e-3, _("one word of the name differs")),
            ("name-scrap", 0.005, 0.1, _("only a piece of the name")),
            ("name-other", 0.01, 0.95, _("another name")),
        ),
        *_table(
            "birth",
            # 25,500 days from 1935 to 2005; where only the year is known, 1 of some 70.
            ("birth", 0.8, 4e-5, _("same date of birth")),
            ("birth-month", 0.9, 1.2e-3, _("same month of birth")),
            ("birth-year", 0.9, 1.4e-2, _("same year of birth")),
            ("birth-0101", 0.02, 2.8e-4, _("1 January instead of the day of birth")),
            ("birth-swapped", 0.02, 1.6e-5, _("day and month of birth changed places")),
            ("birth-decade", 0.01, 1e-4, _("date of birth ten years off")),
            ("birth-digit", 0.02, 1.4e-3, _("one digit of the date of birth differs")),
            ("birth-part", 0.005, 4.5e-3, _("day, month or year of birth differs")),
            ("birth-near", 0.01, 0.03, _("date of birth differs within the year, or the year by 1 or 10")),
            ("birth-other", 0.01, 0.95, _("another date of birth")),
        ),
        *_table(
            "sex",
            ("sex", 0.96, 0.5, _("same sex")),
            ("sex-other", 0.04, 0.5, _("another sex")),
        ),
        *_table(
            "phone",
            # One phone serves a family; more than PHONE_HOLDERS people are a company, a commune or a clerk's own number.
            ("phone", 0.7, 1e-6, _("same phone")),
            ("phone-shared", 0.05, 1e-3, _("same phone, which many people share")),
            ("phone-other", 0.25, 1.0, _("another phone")),
        ),
        *_table(
            "place",
            ("ward", 0.7, 1e-3, _("same ward")),
            ("province", 0.85, 0.05, _("same province")),
            ("province-other", 0.25, 0.95, _("another province")),
        ),
    ]
}
# Codes that contradict what the registry says of a number's holder: with one of them the number is in dispute.
AGAINST = frozenset(
    {"name-tone", "name-letter", "name-given", "name-middle", "name-word", "name-scrap", "name-other"}
    | {"birth-swapped", "birth-0101", "birth-decade", "birth-digit", "birth-part", "birth-near", "birth-other"}
    | {"sex-other"}
)
