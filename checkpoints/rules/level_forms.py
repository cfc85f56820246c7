"""The forms that bring risk levels in: a file, and what was read of it once it has been looked at."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from checkpoints.rules.level_import import HEADINGS, LevelRow, LevelsError, read_levels
from vaxreg.forms import SealedField

PURPOSE, SECONDS = "risk-levels", 1_800
# All units of the country with a long source each.
MOST_BYTES, MOST_SEALED = 1_000_000, 2_000_000
MOST_PROBLEMS = 20


class LevelsFileForm(forms.Form):
    """A file of levels; `rows` are what a valid one says."""

    rows: list[LevelRow] = []
    file = forms.FileField(
        label=_("File of risk levels"),
        help_text=_("CSV in UTF-8 with the columns %(names)s; days as 23/11/2026.") % {"names": ", ".join(HEADINGS)},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt"}),
        error_messages={
            "required": _("Choose the file."),
            "empty": _("The file is empty. Choose the file again."),
        },
    )

    def clean_file(self) -> str:
        sent = self.cleaned_data["file"]
        if sent.size > MOST_BYTES:
            raise ValidationError(_("The file is too large for a list of risk levels."), code="large")
        try:
            text = sent.read().decode("utf-8-sig")
            self.rows = read_levels(text)
        except UnicodeDecodeError as error:
            message = _("The file is not in UTF-8. In a spreadsheet, save it as “CSV UTF-8”.")
            raise ValidationError(message, code="encoding") from error
        except LevelsError as error:
            raise ValidationError(error.problems[:MOST_PROBLEMS]) from error
        return text


class SeenLevelsForm(forms.Form):
    """The text of a file that was read and looked at, to be brought in."""

    levels = SealedField(purpose=PURPOSE, max_age_seconds=SECONDS, max_length=MOST_SEALED)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["levels"].error_messages["required"] = _("Choose the file again.")
