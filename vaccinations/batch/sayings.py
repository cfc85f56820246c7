"""What is said of a row: codes are kept, and read out in the language of whoever looks.

What the dose register says, with names and days in it, and what a clerk writes for another are kept as sentences.
"""

from django.utils.translation import gettext_lazy as _

from vaccinations.imports.problems import PROBLEMS

SAYINGS = PROBLEMS | {
    "number-others": _("This number is somebody's with another name or date of birth. Check it."),
    "number-nobodys": _("Nobody is registered under this number. Check it, or register the person."),
    "somebody-alike": _("Somebody else may be meant."),
    "nobody-alike": _("No number, and nobody alike was found."),
    "namesake": _("Somebody of this name and date of birth is registered."),
    "phone-of-many": _("Many people have this phone number. Check it, or say in the last column why it is right."),
    "lot-nobodys": _("No lot has this number. Check it, or have the lot registered first."),
    "lot-several": _("Lots of several vaccines have this number. Type this slip at the desk."),
}


def sentence_of(said: str) -> str:
    """Returns the sentence that the code stands for, or the sentence itself."""
    return str(SAYINGS.get(said, said))
