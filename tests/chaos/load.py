"""Work that comes in bit by bit, so that there is always a busy worker to disturb."""

import itertools
import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from tests.chaos.world import World
from tests.fakes.worker import WorkerProcess
from tests.waiting import wait_for

# A keyword that is lost with its worker three times is failed: those lost twice are spared.
MOST_STARTS = 2


@dataclass(frozen=True, slots=True)
class Ended:
    """A worker that was ended while it was busy."""

    worker: str
    moment: datetime
    running: int


class Load:
    """Jobs of ``people`` users, made over the API, ``articles`` in each."""

    def __init__(self, world: World, *, people: int, articles: int) -> None:
        self.world = world
        self.articles = articles
        self.total = 0
        self._people = itertools.cycle(world.people(people))

    def add(self) -> int:
        """Make a job for the next person; returns its id."""
        self.total += self.articles
        return self.world.submit(next(self._people), self.world.keywords(self.articles))

    def busy_worker(self) -> WorkerProcess:
        """Make a job, and find a worker that writes, at some moment before the job is done."""
        goal = self.world.written() + random.randint(0, self.articles // 2)
        self.add()
        wait_for(lambda: self.world.written() >= goal, self.world.describe)
        found = wait_for(self._busy, self.world.describe)
        assert found is not None
        return found

    def _busy(self) -> WorkerProcess | None:
        rows = self.world.query(
            "SELECT w.pid FROM batch_attempts t JOIN batch_workers w ON w.id = t.worker"
            " WHERE t.state = 'calling' AND NOT w.expelled GROUP BY w.id"
            f" HAVING MAX(t.number) <= {MOST_STARTS}"
        )
        pids = {pid for (pid,) in rows}
        busy = [one for one in self.world.workers if not one.ended() and one.pid in pids]
        return random.choice(busy) if busy else None

    def attempts(self, worker_id: str) -> Counter[str]:
        """How many attempts of a worker are in which state."""
        return Counter(
            dict(
                self.world.query(
                    "SELECT state, COUNT(*) FROM batch_attempts"
                    f" WHERE worker = '{worker_id}' GROUP BY state"
                )
            )
        )

    def kill(self, worker: WorkerProcess) -> Ended:
        """Kill a worker; returns what it left behind."""
        name = self.world.worker_id(worker)
        worker.kill()
        ended = Ended(name, self.world.now(), self.attempts(name)["calling"])
        self.world.forget(worker)
        return ended
