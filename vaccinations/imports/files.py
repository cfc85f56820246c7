"""The file of an import, kept in the database in pieces."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from vaccinations.models import DoseImport, FilePart

PART = 1 << 20


def hash_of(file: BinaryIO) -> tuple[str, int]:
    """Returns the SHA-256 of the file in hexadecimal, and its size in bytes."""
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(PART):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def keep(dose_import: DoseImport, file: BinaryIO) -> None:
    """Keeps the file with the import, a megabyte at a time."""
    file.seek(0)
    for place, chunk in enumerate(iter(lambda: file.read(PART), b"")):
        FilePart.objects.create(dose_import=dose_import, place=place, content=chunk)


@contextmanager
def opened(dose_import: DoseImport) -> Iterator[BinaryIO]:
    """The file of the import, to be read from its beginning; on the disk while it is read, for spreadsheets are read by leaps."""
    with tempfile.TemporaryFile() as file:
        for part in FilePart.objects.filter(dose_import=dose_import).order_by("place").iterator(chunk_size=1):
            file.write(part.content)
        file.seek(0)
        yield file
