"""The product and the bare loops: how each is started, given its work, and ended."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from benchmarks.throughput.lines import Child, Order
from benchmarks.throughput.work import AT_ONCE
from benchmarks.throughput.world import World
from tests.fakes.process import Background
from tests.fakes.worker import PROGRAM


class Broker(Protocol):
    """What stands between producer and worker, where it is not the database."""

    def connections(self) -> int:
        """How many it has, without the one that asks."""

    def commands(self) -> int:
        """How many it has been given."""


class Running(Protocol):
    """A tool that has been started; ``pids`` are its workers, without brokers and producers."""

    @property
    def pids(self) -> list[int]:
        """Its worker processes."""

    @property
    def broker(self) -> Broker | None:
        """Its broker, if it has one."""

    def order(self, order: Order) -> None:
        """Hand work in; returns when it is waiting."""

    def fill(self, order: Order) -> None:
        """The same, but the first article is begun when all of them are waiting."""


class Ours:
    """``manage.py run_batch_worker`` as users run it; a job for each order."""

    broker = None

    def __init__(self, workers: list[Background]) -> None:
        self.workers = workers

    @property
    def pids(self) -> list[int]:
        """Its worker processes."""
        return [worker.pid for worker in self.workers]

    def order(self, order: Order) -> None:
        """Make a job."""
        submit(order)

    # A job is there as a whole.
    fill = order


def submit(order: Order) -> int:
    """Make a job in this process, as the API does; returns its id."""
    from accounts.models import User
    from jobs import lifecycle, submission

    user = User.objects.get(pk=order.user)
    settings = {"model": "GPT-4o-mini", "length": "short"}
    return int(lifecycle.create(user, submission.parse(user, order.keywords, settings))[0].pk)


@contextmanager
def ours(world: World, *options: str, in_flight: int = AT_ONCE, workers: int = 1) -> Iterator[Ours]:
    """So many workers of the product, each with ``in_flight`` articles of a job at once."""
    command = [sys.executable, *PROGRAM, "--items-in-flight", str(in_flight), *options]
    started = [Background(command, world.environment).start() for _ in range(workers)]
    try:
        yield Ours(started)
    finally:
        for worker in started:
            worker.close()


class Bare:
    """A loop that takes its orders itself."""

    broker = None

    def __init__(self, child: Child) -> None:
        self.pids = [child.pid]
        self.order = self.fill = child.order


@contextmanager
def bare(world: World, kind: str) -> Iterator[Bare]:
    """The loop of one kind, ``asyncio`` or ``threads``."""
    command = [sys.executable, "-m", "benchmarks.throughput.bare", kind]
    with Child(command, world.environment) as child:
        yield Bare(child)
