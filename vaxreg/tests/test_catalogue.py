"""The Vietnamese catalogue is complete: every text of code and templates is in it, translated, and none is fuzzy."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

TOP = Path(__file__).resolve().parents[2]
SOURCES = ["vaxreg", "residents", "vaccinations", "checkpoints", "templates"]
CATALOGUE = TOP / "locale" / "vi" / "LC_MESSAGES" / "django.po"


def extracted(folder):
    """The texts that the code and the templates mark for translation."""
    sources = [path for app in SOURCES for path in (TOP / app).rglob("*") if path.suffix in (".py", ".html")]
    for path in sources:
        if "tests" not in path.parts:
            copy = folder / path.relative_to(TOP)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    (folder / "locale" / "vi").mkdir(parents=True)
    program = (
        "from django.core.management import execute_from_command_line as run; run(['', 'makemessages', '-l', 'vi'])"
    )
    subprocess.run([sys.executable, "-c", program], cwd=folder, check=True, capture_output=True)
    return polib.pofile(str(folder / "locale" / "vi" / "LC_MESSAGES" / "django.po"))


def texts(catalogue):
    return {(entry.msgctxt, entry.msgid) for entry in catalogue if not entry.obsolete}


@pytest.mark.skipif(
    not shutil.which("xgettext"), reason="GNU gettext (xgettext) is not installed: apt-get install gettext"
)
def test_every_text_is_in_the_vietnamese_catalogue(tmp_path):
    found = texts(extracted(tmp_path))
    kept = texts(polib.pofile(str(CATALOGUE)))
    assert found - kept == set(), "run make messages, and translate"
    assert kept - found == set(), "run make messages: these texts are no longer used"


def test_vietnamese_catalogue_is_complete_and_none_fuzzy():
    catalogue = polib.pofile(str(CATALOGUE))
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []


PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")


def test_translations_keep_their_placeholders():
    wrong = []
    for entry in polib.pofile(str(CATALOGUE)):
        for translated in [entry.msgstr, *entry.msgstr_plural.values()]:
            wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
            if translated and set(PLACEHOLDER.findall(translated)) != wanted:
                wrong.append(entry.msgid)
    assert not wrong
