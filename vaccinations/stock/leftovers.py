"""How many doses are left in each opened vial. Pure: vials and moments in, numbers out.

Nobody writes down which vial a dose came from. Doses are taken from the vial opened first, as staff are taught to do; a
vial that was put away with doses left gave only the others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Vial:
    """A vial of one lot; `wasted` is what was left in it when it was put away."""

    key: int
    opened_at: datetime
    doses: int
    ended_at: datetime | None = None
    wasted: int = 0


def doses_left(vials: Sequence[Vial], given_at: Iterable[datetime]) -> dict[int, int]:
    """Returns doses left by the vial's key, given the moments at which doses of this lot were given.

    A dose given while no vial was open, or more of them than the vials held, is taken from none: never below zero.
    """
    in_order = sorted(vials, key=lambda vial: (vial.opened_at, vial.key))
    left = {vial.key: max(vial.doses - vial.wasted, 0) for vial in in_order}
    for moment in sorted(given_at):
        for vial in in_order:
            if left[vial.key] and vial.opened_at <= moment and (vial.ended_at is None or moment <= vial.ended_at):
                left[vial.key] -= 1
                break
    return {vial.key: 0 if vial.ended_at else left[vial.key] for vial in in_order}
