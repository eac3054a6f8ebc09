"""How each peer is started, as its documentation says, with 50 articles at once."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial

from benchmarks.create_job import run_to_its_end
from benchmarks.throughput.lines import Child, Order
from benchmarks.throughput.peers.home import programs
from benchmarks.throughput.peers.redis_broker import Redis
from benchmarks.throughput.tools import Broker, Running
from benchmarks.throughput.work import AT_ONCE
from benchmarks.throughput.world import OTHERS, World
from tests.fakes.process import Background
from tests.waiting import wait_for

START_SECONDS = 180.0
PEERS = "benchmarks.throughput.peers"
SETTINGS = {"DJANGO_SETTINGS_MODULE": f"{PEERS}.django_tasks_settings"}
CELERY = ["celery", "-A", f"{PEERS}.celery_app", "worker", "--pool", "threads", "--concurrency"]
HUEY = ["huey_consumer", f"{PEERS}.huey_app.huey", "--worker-type", "thread", "--workers"]


class Queue:
    """Worker processes behind a queue that another process fills."""

    def __init__(self, workers: list[Background], producer: Child, broker: Broker | None) -> None:
        self.pids = [worker.pid for worker in workers]
        self.broker = broker
        self.order = producer.order
        self._workers = workers

    def fill(self, order: Order) -> None:
        """Hand work in while the workers stand still: a message an article takes its time."""
        for worker in self._workers:
            os.killpg(worker.pid, signal.SIGSTOP)
        self.order(order)
        for worker in self._workers:
            os.killpg(worker.pid, signal.SIGCONT)


@contextmanager
def queue(
    app: str,
    command: list[str],
    environment: dict[str, str],
    broker: Broker | None = None,
    processes: int = 1,
) -> Iterator[Queue]:
    """``processes`` workers of an app, and its producer."""
    with ExitStack() as stack:
        producing = [str(programs() / "python"), "-m", f"{PEERS}.produce", app]
        producer = stack.enter_context(Child(producing, environment))
        workers = [Background(command, environment) for _ in range(processes)]
        for worker in workers:
            stack.callback(worker.close)
            worker.start()
        yield Queue(workers, producer, broker)


def environment(world: World, **more: str) -> dict[str, str]:
    """The variables of producer and workers; raises Missing."""
    path = f"{programs()}:{world.environment['PATH']}"
    return {**world.environment, "PATH": path, "PYTHONPATH": ".", **more}


@contextmanager
def on_redis(world: World, app: str, command: list[str]) -> Iterator[Queue]:
    """One process of 50 threads, and Redis."""
    with Redis() as redis:
        program = str(programs() / command[0])
        threads = [program, *command[1:], str(AT_ONCE)]
        with queue(app, threads, environment(world, REDIS_URL=redis.url), redis) as running:
            yield running


@contextmanager
def django_tasks(world: World) -> Iterator[Queue]:
    """50 processes, since a process of its worker runs one task at a time."""
    variables = environment(world, **SETTINGS)
    python = str(programs() / "python")
    admin = [python, "-m", "django"]
    run_to_its_end([*admin, "migrate", "--noinput", "--skip-checks"], variables)
    with queue("django_tasks_app", [*admin, "db_worker"], variables, processes=AT_ONCE) as running:
        wait_for(lambda: world.number(OTHERS) >= AT_ONCE, "the workers do not start", START_SECONDS)
        yield running


Start = Callable[[World], AbstractContextManager[Running]]
celery: Start = partial(on_redis, app="celery_app", command=CELERY)
huey: Start = partial(on_redis, app="huey_app", command=HUEY)
