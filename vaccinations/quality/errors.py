"""What the work lists refuse; `message` tells the user what to do."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vaccinations.doses.warnings import DoseWarning
from vaxreg.models import User


class CaseError(Exception):
    """The case does not allow it. `code` is short and stable: lists that come back keep it."""

    code = "refused"
    message = gettext_lazy("This decision does not fit the case.")


class StaleError(CaseError):
    """Somebody changed the case since it was looked at."""

    code = "stale"
    message = gettext_lazy("This case has changed since you looked at it. This is how it stands now.")


class TakenError(CaseError):
    """Somebody else has the case in work: `user`."""

    code = "taken"

    def __init__(self, user: User) -> None:
        super().__init__()
        self.user = user

    @property
    def message(self) -> str:
        """Says who."""
        return _("%(who)s has this case in work. Take the next one, or come back later.") % {"who": self.user}


class DecidedError(CaseError):
    """It is decided already, or off the list."""

    code = "decided"
    message = gettext_lazy("This case is decided already. To decide otherwise, take that back first.")


class NotColleagueError(CaseError):
    """Cases are given to those only who work on the same area."""

    code = "not-colleague"
    message = gettext_lazy("This colleague does not work on the area of the case. Choose another one.")


class NobodyChosenError(CaseError):
    """The person does not exist, or was found to be somebody else."""

    code = "nobody"
    message = gettext_lazy("Choose the person whom this row means.")


class KeepError(CaseError):
    """Nobody said which of two records is kept."""

    code = "keep"
    message = gettext_lazy("Say which of the two records is kept.")


class SecondReasonError(CaseError):
    """Both records have a citizen ID, and nobody said why they are one person all the same."""

    code = "second-reason"
    message = gettext_lazy(
        "Both records have a citizen ID of 12 digits, and nobody has two. Say how you know that one is wrong."
    )


class DoubleError(CaseError):
    """Somebody of this name and birth is registered, and nobody has said that they are other people."""

    code = "double"
    message = gettext_lazy(
        "Somebody of this name and date of birth is registered. Compare the records first, and say of each that they are "
        "different people."
    )


class TooLittleKnownError(CaseError):
    """Nobody can be registered without a name and a birth."""

    code = "too-little"
    message = gettext_lazy(
        "The row says too little to register somebody: name or date of birth is missing. Ask the commune."
    )


class NumberTakenError(CaseError):
    """The person has a dose of this number on another day: `proposed` is the number that this one may have."""

    code = "number-taken"

    def __init__(self, message: str, proposed: int | None) -> None:
        super().__init__()
        self.message, self.proposed = message, proposed


class UnusualError(CaseError):
    """The dose is unusual, and whoever decides has not seen how: `warnings`."""

    code = "unusual"
    message = gettext_lazy(
        "Recorded, this dose would be unusual. If it is right all the same, press the button once more."
    )

    def __init__(self, warnings: Sequence[DoseWarning]) -> None:
        super().__init__()
        self.warnings = warnings


class DoseRefusedError(CaseError):
    """The dose register refuses the dose, and says why."""

    code = "dose"

    def __init__(self, message: str) -> None:
        super().__init__()
        self.message = message


UNEXPECTED = gettext_lazy(
    "The list could not be applied to its end. What was applied stays; take the list out again for the rest."
)
SEVERAL = gettext_lazy(
    "More than one recorded dose contradicts this one. Have the clinic void the wrong one first, then decide."
)


class NothingToUndoError(CaseError):
    """No decision stands."""

    code = "nothing-to-undo"
    message = gettext_lazy("No decision stands that could be taken back.")
