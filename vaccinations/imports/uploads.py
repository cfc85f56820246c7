"""What is taken of files sent with a form: on the pages for files, from staff, up to the size allowed, and onto the disk."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler


class SheetUploadHandler(TemporaryFileUploadHandler):
    """The only handler of files. Anything else that somebody sends is thrown away as it comes in, and never kept."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        request = self.request
        if request is None or request.path not in settings.UPLOAD_PAGES or not request.user.is_authenticated:
            raise SkipFile
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > settings.IMPORT_MOST_BYTES:
            # The form says so: see forms.UploadForm.
            self.request.upload_was_too_large = True
            raise SkipFile
        super().receive_data_chunk(raw_data, start)
