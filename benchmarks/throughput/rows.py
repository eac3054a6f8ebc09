"""Which tools are measured, in which of their ways, and in what order."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

from benchmarks.throughput import tools
from benchmarks.throughput.peers import start
from benchmarks.throughput.tools import Running
from benchmarks.throughput.world import World


@dataclass(frozen=True)
class Tool:
    """A tool by its ``key``; ``ways`` are labels of its rows by whether calls are in series.

    A ``slow`` one, whose start takes long, makes all its runs in one go.
    """

    key: str
    ways: dict[bool, str]
    start: Callable[[World], AbstractContextManager[Running]]
    slow: bool = False


TOOLS = (
    Tool("ours", {False: "batchwriter"}, tools.ours),
    Tool("asyncio", {False: "bare asyncio loop, no queue"}, partial(tools.bare, kind="asyncio")),
    Tool(
        "threads",
        {False: "bare loop, 50 threads", True: "bare loop, 50 threads, calls in series"},
        partial(tools.bare, kind="threads"),
    ),
    Tool(
        "celery",
        {False: "Celery, 50 threads, Redis", True: "Celery, calls in series"},
        start.celery,
    ),
    Tool("huey", {False: "Huey, 50 threads, Redis", True: "Huey, calls in series"}, start.huey),
    Tool(
        "django-tasks",
        {
            False: "django-tasks-db, 50 processes, MariaDB",
            True: "django-tasks-db, calls in series",
        },
        start.django_tasks,
        slow=True,
    ),
)
