"""One lot on the evening's sheet, in doses. Pure: sums come in, the closing number comes out."""

from dataclasses import dataclass

MOVED = ("late", "received", "given", "wasted", "returned", "transferred", "adjusted")


@dataclass(frozen=True)
class Figures:
    """What the ledger says of a lot since the last closed day.

    `late` is what was recorded for closed days after their closing; `transferred` and `adjusted` carry their own sign.
    `given_through` are all doses of the lot ever given here up to the sheet's day.
    """

    opening: int = 0
    late: int = 0
    received: int = 0
    given: int = 0
    wasted: int = 0
    returned: int = 0
    transferred: int = 0
    adjusted: int = 0
    given_through: int = 0

    @property
    def computed(self) -> int:
        """The closing number: what should be in the refrigerator."""
        less = self.given + self.wasted + self.returned
        return self.opening + self.late + self.received + self.transferred + self.adjusted - less

    @property
    def is_negative(self) -> bool:
        return self.computed < 0

    @property
    def is_on_sheet(self) -> bool:
        """Whether the lot was in stock or moved: otherwise the sheet does not mention it."""
        return self.opening != 0 or any(getattr(self, name) for name in MOVED)


def difference_of(figures: Figures, counted: int) -> int:
    """Returns how many doses more were counted than the ledger says; fewer is negative."""
    return counted - figures.computed


def must_be_explained(figures: Figures, counted: int) -> bool:
    """Whether the day cannot be closed on this count without a word. A negative closing always differs from a count."""
    return difference_of(figures, counted) != 0
