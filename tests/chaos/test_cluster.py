"""Three nodes of a Galera cluster, each killed under load: nothing is lost, nobody lends a hand."""

import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest

from tests.chaos import dose
from tests.chaos.conftest import inhabit
from tests.chaos.world import ACCOUNT, DATABASE, Person, World
from tests.fakes import galera
from tests.fakes.galera import NODES, Cluster
from tests.fakes.worker import WorkerProcess
from tests.waiting import wait_for

pytestmark = [
    pytest.mark.mariadb,
    pytest.mark.skipif(galera.missing() is not None, reason=f"{galera.missing()} is not installed"),
]
# The others notice after five seconds that a node is gone, and take no writes until then.
LEASE_SECONDS = 30
PATIENCE_SECONDS = 90.0
WORKERS_A_NODE = dose.dose(short=1, long=2)
OPTIONS = ("--max-jobs", "3", "--items-in-flight", "5")


class Campaign:
    """The load on a cluster, its workers, and what was counted of those that are gone."""

    def __init__(self, world: World, cluster: Cluster, people: list[Person], articles: int) -> None:
        self.world, self.cluster, self.articles = world, cluster, articles
        self.people = people
        self.workers: list[list[WorkerProcess]] = [[] for _ in range(NODES)]
        self.answers: Counter[int] = Counter()
        self.events: Counter[str] = Counter()
        self.conflicts = self.total = 0
        self.slowest = 0.0
        self.rejoins: list[float] = []

    def url(self, first: int) -> str:
        """The DATABASE_URL of a process that prefers node number ``first``."""
        return self.cluster.url(DATABASE, ACCOUNT, first)

    def staff(self, node: int) -> None:
        """Start the workers that are missing on a node's host."""
        for _ in range(WORKERS_A_NODE - len(self.workers[node])):
            worker = self.world.start_worker(*OPTIONS, DATABASE_URL=self.url(node))
            self.workers[node].append(worker)

    def submit(self) -> int:
        """Make the next person's job as a client should: again with its key after a 503."""
        person = self.people[self.total // self.articles % len(self.people)]
        body = self.world.body(self.world.keywords(self.articles), {})
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        self.total += self.articles

        def taken() -> int:
            answer = self.world.call(person, "POST", "/api/batch-jobs", body, headers)
            self.answers[answer.status] += 1
            assert answer.status in (200, 201, 503), answer.text
            assert answer.status != 503 or int(answer.headers["Retry-After"]) > 0
            return 0 if answer.status == 503 else int(answer.json()["jobId"])

        asked = time.monotonic()
        job = wait_for(taken, self.world.describe, PATIENCE_SECONDS)
        self.slowest = max(self.slowest, time.monotonic() - asked)
        return job

    def wait_written(self, goal: int) -> None:
        """Wait for so many articles."""
        wait_for(lambda: self.world.written() >= goal, self.world.describe, PATIENCE_SECONDS)

    def lose(self, node: int) -> None:
        """Kill a node and one of the workers on its host, while both are busy."""
        self.conflicts += self.cluster.nodes[node].conflicts()
        if WORKERS_A_NODE > 1:
            self._kill_worker(self.workers[node].pop())
        self.cluster.kill9(node)

    def _kill_worker(self, worker: WorkerProcess) -> None:
        worker.kill()
        self._count(worker)
        self.world.forget(worker)

    def _count(self, worker: WorkerProcess) -> None:
        for action in ("transaction_repeated", "database_away", "worker_expelled"):
            self.events[action] += len(worker.events(action))

    def go_on(self, during: int) -> None:
        """Take ``during`` jobs and write on while a node is away."""
        before = self.world.written()
        for _ in range(during):
            self.submit()
        self.wait_written(before + self.articles)

    def survive_loss(self, node: int, during: int) -> None:
        """Lose a node, go on without it, and have it back."""
        self.lose(node)
        self.go_on(during)
        back = time.monotonic()
        self.cluster.start(node)
        self.rejoins.append(time.monotonic() - back)
        self.staff(node)

    def survive_freeze(self, node: int, during: int) -> None:
        """The same with a node that hangs, and is found out by time-outs alone."""
        self.cluster.freeze(node)
        self.go_on(during)
        self.cluster.thaw(node)

    def survive_lost_majority(self, node: int, during: int) -> None:
        """Lose two nodes at once: the third takes nothing until both are back."""
        lost = [other for other in range(NODES) if other != node]
        for other in lost:
            self.lose(other)
        survivor = self.cluster.nodes[node]
        wait_for(lambda: not survivor.primary(), survivor.log, PATIENCE_SECONDS)
        body = self.world.body(self.world.keywords(1), {})
        refused = self.world.call(self.people[0], "POST", "/api/batch-jobs", body)
        assert refused.status == 503, refused.text
        self.cluster.start_together(lost)
        for other in lost:
            self.staff(other)
        self.go_on(during)

    def silence(self) -> float:
        """The longest time in which no article was stored, in seconds."""
        rows = self.world.query("SELECT created_at FROM articles ORDER BY created_at")
        moments = [moment for (moment,) in rows]
        return max((later - sooner).total_seconds() for sooner, later in pairwise(moments))

    def finish(self) -> dict[str, object]:
        """Wait for the end and look whether all is well; returns figures."""
        self.world.wait_until_finished(300)
        self.world.audit()
        figures = self.world.explain_calls()
        poisoned = self.world.assert_whole(self.total)
        for worker in [one for workers in self.workers for one in workers]:
            assert not worker.ended(), worker.log()
            worker.stop_and_check()
            self._count(worker)
        self.conflicts += sum(node.conflicts() for node in self.cluster.nodes)
        taken_over = "SELECT COUNT(*) FROM batch_events WHERE kind = 'taken_over'"
        return {
            "items": self.total,
            "poisoned": poisoned,
            "takeovers": self.world.number(taken_over),
            "conflicts": self.conflicts,
            "repeated": self.events["transaction_repeated"],
            "away": self.events["database_away"],
            "expelled": self.events["worker_expelled"],
            "silence_most": round(self.silence(), 1),
            "submit_most": round(self.slowest, 1),
            "rejoin_most": round(max(self.rejoins), 1),
            **{f"answers_{status}": number for status, number in sorted(self.answers.items())},
            **figures,
        }


@pytest.fixture
def campaign(migrated: Path) -> Iterator[Campaign]:
    """A cluster with a web process on the first node and workers on each."""
    people = dose.count(short=3, long=20)
    with Cluster(migrated) as cluster, ExitStack() as stack:
        environment = {"BATCH_LEASE_SECONDS": str(LEASE_SECONDS)}
        world = inhabit(stack, cluster, 0.2, environment)
        made = Campaign(world, cluster, world.people(people), dose.dose(short=20, long=100))
        world.start_web()
        yield made


def test_it_finishes_by_itself_when_each_node_is_lost(campaign: Campaign) -> None:
    world, begun = campaign.world, time.monotonic()
    race = ("-m", "tests.chaos.two_nodes", str(campaign.people[0].id))
    assert world.run(*race) == "true", "a job waits whose turn another node took away"
    trials = [campaign.survive_loss] * dose.dose(short=1, long=NODES)
    if dose.is_long():
        trials += [campaign.survive_freeze, campaign.survive_lost_majority]
    for node in range(NODES):
        campaign.staff(node)
    people = len(campaign.people)
    during = people // (len(trials) + 1)
    for _ in range(people - during * len(trials)):
        campaign.submit()
    for number, survive in enumerate(trials):
        campaign.wait_written(campaign.articles * (number + 1) // 2)
        survive(number % NODES, during)
    figures = campaign.finish()
    assert campaign.total == people * campaign.articles
    dose.record("cluster", seconds=round(time.monotonic() - begun), violations=0, **figures)
    assert world.web is not None and "Traceback" not in world.web.log(), world.web.log()
