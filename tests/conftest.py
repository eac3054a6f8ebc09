"""What every test shares: the database's place, fast passwords, Chromium, workers, waiting."""

import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connections

from tests.fakes.worker import WorkerProcess
from tests.waiting import wait_for as wait_for_condition

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class FastHasher(PBKDF2PasswordHasher):
    """One round: quick to make, and verified by any process with the product's own settings."""

    iterations = 1


def on_mariadb() -> bool:
    """Whether this run uses a MariaDB server."""
    return bool(settings.DATABASES["default"]["ENGINE"].endswith("mysql"))


def pytest_configure(config: pytest.Config) -> None:
    """Cheap passwords, and static files without a collected manifest."""
    settings.PASSWORD_HASHERS = [
        "tests.conftest.FastHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
    settings.STATIC_ROOT = Path(settings.BASE_DIR) / "static"
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None, None, None]:
    """Skip what this run cannot do, and keep the rows that migrations brought.

    Tests that empty the tables come last, whatever other plugins have grouped together: those
    that count on the first rows do not bring them back.
    """
    for item in items:
        if item.get_closest_marker("mariadb") and not on_mariadb():
            item.add_marker(pytest.mark.skip(reason="needs MariaDB"))
        if item.get_closest_marker("browser"):
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="needs Chromium"))
            elif on_mariadb() and not item.get_closest_marker("both"):
                item.add_marker(pytest.mark.skip(reason="runs on SQLite"))
        _keep_migrated_rows(item)
    yield
    items.sort(key=_empties_tables)


def _empties_tables(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction"))


def _keep_migrated_rows(item: pytest.Item) -> None:
    """A test with real transactions empties every table at its end; bring the first rows back."""
    marker = item.get_closest_marker("django_db")
    arguments: dict[str, Any] = dict(marker.kwargs) if marker else {}
    fixtures = getattr(item, "fixturenames", ())
    if arguments.get("transaction") or {"transactional_db", "live_server"} & set(fixtures):
        arguments |= {"transaction": True, "serialized_rollback": True}
        item.add_marker(pytest.mark.django_db(**arguments), append=False)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Keep SQLite's test database in a file, so that other threads and processes can share it."""
    test = connections["default"].settings_dict["TEST"]
    if on_mariadb():
        return
    test["NAME"] = str(tmp_path_factory.mktemp("database") / "tests.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Let every connection know the first rows.

    Once Playwright's loop runs, Django gives the same thread another connection, and the rows
    that are to come back after a test are an attribute of the first one.
    """
    connection = connections["default"]
    rows = getattr(connection, "_test_serialized_contents", None)
    if rows is not None:
        type(connection)._test_serialized_contents = rows  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the system's Chromium; a browser is never downloaded."""
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "args": CHROMIUM_ARGUMENTS,
    }


@pytest.fixture
def wait_for() -> Callable[..., Any]:
    """``wait_for(condition, why="", timeout=30)``: its first true value, or a failure."""
    return wait_for_condition


@pytest.fixture
def worker_process(transactional_db: None) -> Iterator[Callable[..., WorkerProcess]]:
    """``worker_process(extra_env=None, args=())``: start real workers; they are gone at the end."""
    started: list[WorkerProcess] = []

    def start(extra_env: dict[str, str] | None = None, args: tuple[str, ...] = ()) -> WorkerProcess:
        process = WorkerProcess(extra_env, args)
        started.append(process)
        return process.start()

    yield start
    for process in started:
        process.close()


@pytest.fixture
def project_folder() -> Path:
    """The folder with ``manage.py``."""
    return Path(settings.BASE_DIR)
