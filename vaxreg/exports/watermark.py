"""What a file says about itself: who took it, when, why, and the code of the download."""

from dataclasses import dataclass

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from vaxreg.codes import spaced
from vaxreg.exports.models import ExportDownload


@dataclass(frozen=True)
class Watermark:
    """`line` stands first in the file, `end` last; `short` in the margins of a print, `title` and `code` in its properties."""

    code: str
    title: str
    line: str
    end: str
    short: str
    person: str

    @property
    def file_name(self) -> str:
        """Says nothing of the people in the file, and leads to the download."""
        return f"vaxreg-{self.code}"


def watermark_of(download: ExportDownload) -> Watermark:
    """Returns the texts of a download, in the language in which the list was asked for."""
    with translation.override(download.export.language):
        return _texts(download)


def _texts(download: ExportDownload) -> Watermark:
    export, user = download.export, download.user
    facts = {
        "who": f"{user.full_name} ({user.username})",
        "at": date_format(timezone.localtime(download.at), "SHORT_DATETIME_FORMAT"),
        "purpose": f"{export.get_purpose_display()}: {export.purpose_text}",
        "case": export.case_number,
        "code": spaced(download.code),
        "rows": export.built_rows,
    }
    return Watermark(
        code=download.code,
        title=export.title,
        line=_(
            "Personal data. Downloaded by %(who)s at %(at)s. Purpose: %(purpose)s. Case: %(case)s. "
            "Download %(code)s is recorded with everybody in this list."
        )
        % facts,
        end=_("End of the list: %(rows)d rows. Download %(code)s, %(who)s, %(at)s.") % facts,
        short=_("Personal data – %(who)s, %(at)s – download %(code)s") % facts,
        person=facts["who"],
    )
