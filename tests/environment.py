"""Sets the environment of the test process, before Django reads its settings.

Loaded as the first pytest plugin. ``DATABASE_URL`` alone is taken from outside: it chooses the
server that the tests run on, and the tests make a database of their own there. Every other
variable starts from its default, whatever a developer's ``.env`` says.
"""

import atexit
import os
import re
import shutil
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CHOSEN = {
    "SECRET_KEY": "a-key-of-the-tests-that-is-long-enough-to-sign-tokens-with-0123456789",
    "DEBUG": "0",
    "HTTPS_ONLY": "0",
    "ALLOWED_HOSTS": "*",
    "EMAIL_URL": "memorymail://",
    # A test of the throttles sets its own.
    "JOB_CREATE_RATE": "off",
    "API_RATE": "off",
    # Playwright's synchronous interface keeps an event loop in the main thread.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
}


def variables() -> list[str]:
    """The names in ``.env.example``, which lists every variable that the product reads."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return re.findall(r"^#?\s?([A-Z][A-Z_]+)=", text, flags=re.MULTILINE)


def apply() -> None:
    """Empty every variable (an empty one counts as unset), then set what the tests need."""
    os.environ.update({name: "" for name in variables() if name != "DATABASE_URL"})
    os.environ["MEDIA_ROOT"] = folder = tempfile.mkdtemp(prefix="batchwriter-media-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ.setdefault("DATABASE_URL", "sqlite:////dev/null/replaced-by-the-tests")
    os.environ.update(CHOSEN)


apply()
