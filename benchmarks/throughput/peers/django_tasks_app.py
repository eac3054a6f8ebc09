"""The task of django-tasks, for a process that Django has been set up in."""

from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402  (needs settings)
from django_tasks import task  # noqa: E402

from benchmarks.throughput import work  # noqa: E402


def keep(values: tuple[Any, ...]) -> None:
    """Insert an article and commit, on the connection of the worker itself."""
    with connection.cursor() as cursor:
        cursor.execute(work.INSERT, values)


@task()
def write(user: int, keyword: str, series: bool) -> None:
    """Write one article."""
    work.write(user, keyword, series=series, keep=keep)


def enqueue(user: int, keyword: str, series: bool) -> None:
    """Put an article into the queue."""
    write.enqueue(user, keyword, series)
