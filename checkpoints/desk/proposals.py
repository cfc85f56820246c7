"""Where somebody lives, comes from and goes to, as far as papers and the post itself say: proposed in the desk's forms."""

from datetime import date

from django.utils.functional import cached_property

from checkpoints.answering.answers import Answer
from checkpoints.declaring.fields import province_order
from checkpoints.declaring.places import choose_province, follow
from checkpoints.models import Checkpoint
from residents.models import Unit


def provinces_on(day: date) -> list[Unit]:
    """Returns the provinces of that day, in the order in which people look for them."""
    return sorted(Unit.objects.provinces().in_force(day), key=province_order)


class Proposals:
    """Facts that an officer sees and sends, or changes with one key; nothing is asked of the database before it is needed."""

    def __init__(self, answer: Answer, checkpoint: Checkpoint, on: date) -> None:
        self.answer, self.checkpoint, self.on = answer, checkpoint, on

    @cached_property
    def known(self) -> dict[int, Unit]:
        """The provinces of all times, by key."""
        return {unit.pk: unit for unit in Unit.objects.provinces()}

    @property
    def offered(self) -> list[Unit]:
        """The provinces of the day, in the order in which people look for them."""
        return sorted((unit for unit in self.known.values() if unit.is_in_force(self.on)), key=province_order)

    @cached_property
    def on_card(self) -> Unit | None:
        """The province in the address on the card that was scanned."""
        card = self.answer.scan.card
        return choose_province(card.address, self.known.values(), self.on) if card else None

    @property
    def of_checkpoint(self) -> Unit | None:
        """The province where the checkpoint stands."""
        unit = self.checkpoint.unit
        return follow(self.known.get(unit.parent_id or unit.pk), self.known, self.on)

    @property
    def home(self) -> Unit | None:
        """Where somebody lives who is to be registered."""
        return self.on_card or self.of_checkpoint

    @property
    def of_journey(self) -> dict[str, object]:
        """What the declaration on the spot begins with: who it is, and where from and to. Never an answer about health."""
        who, units = self.answer.who, {"origin": self.origin, "destination": self.of_checkpoint}
        said = {"full_name": who.full_name, "birth": str(who.birth) if who.birth.earliest else ""}
        return said | {end: unit.pk for end, unit in units.items() if unit}

    @property
    def origin(self) -> Unit | None:
        """Where the journey begins: at the address on the card, else at that in the registry; nobody else says."""
        person = self.answer.person
        return self.on_card or follow(self.known.get(person.province_pk) if person else None, self.known, self.on)
