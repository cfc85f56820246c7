"""Whether two records are of one person. Pure; nothing unknown is guessed: "can be" is for a person to confirm."""

from dataclasses import dataclass

from residents.birth import Birth, Precision


@dataclass(frozen=True)
class Traits:
    """What tells people apart besides their numbers. `name_key` is the words of the name, as residents.names.name_key."""

    name_key: str
    birth: Birth
    sex: str

    def can_be(self, other: "Traits") -> bool:
        """Whether nothing speaks against it: the same words in the name, and neither births nor sexes that contradict."""
        sexes_agree = not self.sex or not other.sex or self.sex == other.sex
        return self.name_key == other.name_key and sexes_agree and self.birth.agrees_with(other.birth)

    def is_surely(self, other: "Traits", *, share_a_number: bool = False) -> bool:
        """Whether records may be joined unasked: they can be one, both births are known, and one of them to the day.

        Where a card itself names the number of the other record, the year of birth on both is enough.
        """
        births = (self.birth, other.birth)
        if not self.can_be(other) or any(birth.earliest is None for birth in births):
            return False
        return share_a_number or any(birth.precision == Precision.DAY for birth in births)
