"""Every text has its Vietnamese, and the compiled catalogue is the one of the texts."""

import gettext
import io
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import pytest

pytestmark = pytest.mark.skipif(not shutil.which("xgettext"), reason="needs gettext")
LEFT_OUT = ["tests", "benchmarks", "scripts", "staticfiles", "var", "locale", ".*"]


def table(binary: BinaryIO) -> dict[str, str]:
    """The texts of a compiled catalogue with their translations."""
    found = gettext.GNUTranslations(binary)._catalog  # type: ignore[attr-defined]
    return {key[0] if isinstance(key, tuple) else key: text for key, text in found.items() if key}


def entries(catalogue: Path) -> dict[str, str]:
    """The texts of a catalogue with their translations, read by gettext's own tools."""
    compiled = subprocess.run(
        ["msgfmt", "--check-format", "-o", "-", str(catalogue)], capture_output=True, check=True
    )
    return table(io.BytesIO(compiled.stdout))


def texts(catalogue: Path) -> set[str]:
    """The msgids of a catalogue that is not translated."""
    one_line = subprocess.run(
        ["msgattrib", "--no-wrap", "--no-obsolete", str(catalogue)], capture_output=True, check=True
    )
    found = re.findall(r'^msgid "(.+)"$', one_line.stdout.decode(), flags=re.MULTILINE)
    return {text.replace('\\"', '"').replace("\\n", "\n") for text in found}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """What is in code and templates now, gathered from a copy."""
    root = request.config.rootpath
    copy = tmp_path_factory.mktemp("messages") / "project"
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (copy / "locale").mkdir()
    command = ["-m", "django", "makemessages", "-l", "vi", "--settings", "batchwriter.settings"]
    subprocess.run([sys.executable, *command], cwd=copy, check=True, capture_output=True)
    return copy / "locale/vi/LC_MESSAGES/django.po"


def test_it_translates_every_text(fresh: Path, project_folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "django.po"
    shutil.copy(project_folder / "locale/vi/LC_MESSAGES/django.po", kept)
    known, wanted = entries(kept), texts(fresh)
    assert len(wanted) > 300
    assert not wanted - known.keys(), "run makemessages, translate, run compilemessages"
    assert not known.keys() - wanted, "these are used nowhere any more"
    assert not [text for text, translated in known.items() if not translated]


def test_it_ships_the_compiled_catalogue(project_folder: Path, tmp_path: Path) -> None:
    folder = project_folder / "locale/vi/LC_MESSAGES"
    kept = tmp_path / "django.po"
    shutil.copy(folder / "django.po", kept)
    with (folder / "django.mo").open("rb") as binary:
        assert table(binary) == entries(kept)
