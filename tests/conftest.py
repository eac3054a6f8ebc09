"""The environment of all tests. Databases are chosen by DATABASE_URL (see the Makefile)."""

import os
import shutil
import time
from collections.abc import Callable

os.environ.update(
    {
        "SECRET_KEY": "only-for-tests-" + "x" * 50,
        "DEBUG": "0",
        "HTTPS_ONLY": "0",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
        "OPENAI_API_KEY": "",
        "GOOGLE_API_KEY": "",
        "OPENAI_BASE_URL": "",
        "GEMINI_BASE_URL": "",
        "OFFLINE_WRITER_SECONDS": "0",
        "JOB_CREATE_RATE": "off",
        "API_RATE": "off",
        "EMAIL_URL": "memorymail://",
        "SIGNUP_TOKENS": "",
        "LOG_FORMAT": "console",
        # Playwright's synchronous API keeps an event loop in the main thread.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }
)
for name in [name for name in os.environ if name.startswith(("BATCH_", "AI_", "PROVIDER_"))]:
    del os.environ[name]

import pytest
from django.conf import LazySettings


@pytest.fixture(autouse=True)
def _plain_settings(settings: LazySettings) -> None:
    """Fast passwords, and static files without a collected manifest."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def wait_for() -> Callable[..., None]:
    """Wait until a condition holds; fail with ``why`` after ``timeout`` seconds."""

    def wait(condition: Callable[[], object], why: str = "", timeout: float = 30.0) -> None:
        deadline = time.monotonic() + timeout
        while not condition():
            assert time.monotonic() < deadline, f"waited {timeout} s in vain: {why}"
            time.sleep(0.02)

    return wait


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Debian's Chromium, quiet towards the network."""
    return {
        "executable_path": shutil.which("chromium") or "/usr/bin/chromium",
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }
