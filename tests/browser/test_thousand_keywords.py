"""A job of a thousand keywords, watched for its whole life: nothing grows in the browser."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from jobs.models import BatchJob
from tests.browser.conftest import Watched
from tests.jobs.conftest import person, submit

pytestmark = pytest.mark.browser
__all__ = ["submit"]
KEYWORDS = 1000
# Slow enough that the pages ask some fifteen times meanwhile.
SECONDS, IN_FLIGHT = 1.0, 60
# From here on everything that a page shows of a job is there: fifty articles, fifty rows.
WARM = 150
MOST_QUERIES = 8
MOST_BYTES = 20_000
MOST_NEW_NODES = 20
# What the engine compiles meanwhile, and the browser's own list of the last 250 requests.
MOST_NEW_BYTES = 400_000


@dataclass
class Gauge:
    """What a window holds after its garbage is collected, and what its updates weigh."""

    window: Watched
    polls: str
    nodes: list[int] = field(default_factory=list)
    heap: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.session = self.window.context.new_cdp_session(self.window.page)
        self.session.send("Performance.enable")

    def read(self) -> None:
        """Wait for an update, and look."""
        with self.window.page.expect_response(self.polls) as answer:
            pass
        self.sizes.append(len(gzip.compress(answer.value.body())))
        self.session.send("HeapProfiler.collectGarbage")
        found = self.session.send("Performance.getMetrics")["metrics"]
        metrics = {one["name"]: int(one["value"]) for one in found}
        self.nodes.append(metrics["Nodes"])
        self.heap.append(metrics["JSHeapUsedSize"])

    def forget(self) -> None:
        """Begin anew: the page is complete by now."""
        del self.nodes[:-1], self.heap[:-1]


@pytest.fixture
def rich(transactional_db: None) -> User:
    """Somebody with enough for all of it."""
    return person("alice", tokens=10**9, articles=2 * KEYWORDS)


def queries(user: User, path: str) -> int:
    """How many an update costs that is made in full."""
    client = Client()
    client.force_login(user)
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_it_stays_flat(
    visit: Callable[..., Watched],
    writer: Callable[..., Any],
    rich: User,
    submit: Callable[..., BatchJob],
) -> None:
    job = submit(rich, KEYWORDS, length="short")
    gauges = {}
    for path, polls in (
        ("/account?tab=batch-jobs", "**/jobs/live*"),
        (f"/jobs/{job.pk}", f"**/jobs/{job.pk}/live*"),
    ):
        window = visit()
        window.log_in(rich)
        window.go(path)
        gauges[path] = Gauge(window, polls)
    writer(seconds=SECONDS, in_flight=IN_FLIGHT)
    costs: dict[str, int] = {}
    while True:
        job.refresh_from_db()
        if job.status == "completed":
            break
        warm = job.completed_items >= WARM
        for gauge in gauges.values():
            gauge.read()
            if warm and not costs:
                gauge.forget()
        if warm and not costs:
            live = (f"/jobs/live?live={job.pk}", f"/jobs/{job.pk}/live")
            costs = {path: queries(rich, path) for path in live}
    assert costs
    assert max(costs.values()) <= MOST_QUERIES
    for path, gauge in gauges.items():
        print(  # noqa: T201  (shown by -s)
            f"{path}: {len(gauge.sizes)} updates, at most {max(gauge.sizes)} B compressed;"
            f" nodes {gauge.nodes[0]} to {gauge.nodes[-1]} (most {max(gauge.nodes)});"
            f" heap {gauge.heap[0]} to {gauge.heap[-1]} B (most {max(gauge.heap)});"
            f" queries {costs}"
        )
        assert len(gauge.nodes) > 5
        assert max(gauge.sizes) < MOST_BYTES
        # The last update takes buttons away; single looks may come while one is being swapped in.
        assert min(gauge.nodes[-4:-1]) <= gauge.nodes[0] + MOST_NEW_NODES
        assert gauge.heap[-1] <= gauge.heap[0] + MOST_NEW_BYTES
