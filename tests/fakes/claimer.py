"""Real processes that claim jobs, hold each for a moment and end it.

``python -m tests.fakes.claimer HOLD_SECONDS`` says ``ready``, begins at the first line of its
input, and ends when no job is left or its input is closed; then it prints a ``Report`` as JSON.
With a negative hold it writes each job's keywords instead.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

# Not from tests.environment: that would set the environment of these processes anew.
ROOT = Path(__file__).resolve().parents[2]
IDLE_SECONDS = 0.002
LABEL_LENGTH = 72
ERRORS = (1213, 1205, 1020, 1062)


class Claim(NamedTuple):
    """One claim. Times are the host's monotonic clock: they compare between processes."""

    user: int
    job: int
    begun: float
    claimed: float
    released: float


@dataclass
class Report:
    """What one process did: its claims, its statements (times, seconds), the errors it met.

    ``busy`` are the seconds of processor time that it spent on claiming.
    """

    claims: list[Claim] = field(default_factory=list)
    statements: dict[str, tuple[int, float]] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    busy: float = 0.0


class Claimers:
    """``number`` processes that begin together."""

    def __init__(self, number: int, environment: dict[str, str], hold: float) -> None:
        command = [sys.executable, "-m", "tests.fakes.claimer", str(hold)]
        self._processes = [
            subprocess.Popen(
                command, cwd=ROOT, env=environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )
            for _ in range(number)
        ]  # fmt: skip

    def begin(self) -> None:
        """Wait until all are ready, then let them go."""
        for process in self._processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n", "a claimer did not start"
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()

    def running(self) -> bool:
        """Whether one of them still claims."""
        return any(process.poll() is None for process in self._processes)

    def end(self) -> list[Report]:
        """Tell them to end, and return what they did."""
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.close()
        return [self._report(process) for process in self._processes]

    def wait(self) -> list[Report]:
        """What they did until no job was left."""
        return [self._report(process) for process in self._processes]

    def kill(self) -> None:
        """Make sure that none is left."""
        for process in self._processes:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()

    @staticmethod
    def _report(process: subprocess.Popen[str]) -> Report:
        assert process.stdout is not None
        text = process.stdout.read()
        assert process.wait() == 0, "a claimer failed; its traceback is above"
        found = json.loads(text)
        return Report(
            [Claim(*claim) for claim in found["claims"]],
            {label: tuple(spent) for label, spent in found["statements"].items()},
            found["errors"],
            found["busy"],
        )


@contextmanager
def claimers(number: int, environment: dict[str, str], hold: float) -> Iterator[Claimers]:
    """Processes that are surely gone at the end."""
    made = Claimers(number, environment, hold)
    try:
        yield made
    finally:
        made.kill()


def claims(reports: list[Report]) -> list[Claim]:
    """All claims, in the order in which they were had."""
    return sorted((one for report in reports for one in report.claims), key=lambda c: c.claimed)


def overlapping(found: list[Claim]) -> list[tuple[Claim, Claim]]:
    """Pairs of claims in which one user had two jobs at the same moment."""
    by_user: dict[int, list[Claim]] = defaultdict(list)
    for claim in found:
        by_user[claim.user].append(claim)
    return [
        (earlier, later)
        for one_user in by_user.values()
        for earlier, later in pairwise(one_user)
        if later.claimed < earlier.released
    ]


def twice(found: list[Claim]) -> set[int]:
    """Jobs that were claimed more than once."""
    seen: set[int] = set()
    return {claim.job for claim in found if claim.job in seen or seen.add(claim.job)}  # type: ignore[func-returns-value]


def share_while_all_wait(found: list[Claim], *, flooder: int, each: int) -> float:
    """The flooder's part of the claims until the first other user has had all ``each`` jobs."""
    had: Counter[int] = Counter()
    for number, claim in enumerate(found, start=1):
        had[claim.user] += 1
        if claim.user != flooder and had[claim.user] == each:
            return had[flooder] / number
    raise AssertionError("nobody but the flooder was served to the end")


class _Watch:
    """Counts and times the statements of a claim, and the errors that it met."""

    def __init__(self) -> None:
        self.statements: dict[str, tuple[int, float]] = {}
        self.errors: dict[str, int] = defaultdict(int)

    def __call__(self, execute: Callable, sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        except Exception as error:
            number = error.args[0] if error.args else ""
            self.errors[str(number if number in ERRORS else error)[:80]] += 1
            raise
        finally:
            label = _label(sql)
            times, spent = self.statements.get(label, (0, 0.0))
            self.statements[label] = (times + 1, spent + time.perf_counter() - begun)


def _label(sql: str) -> str:
    """A statement without its columns."""
    verb, _, rest = sql.partition(" ")
    if verb == "SELECT" and " FROM " in rest:
        rest = "… FROM " + rest.split(" FROM ", 1)[1]
    return f"{verb} {rest}"[:LABEL_LENGTH]


def _work(hold: float, ended: threading.Event) -> Report:
    from django.db import connection

    from jobs import leases, queue
    from jobs.models import BatchJob

    worker, watch, report = leases.register(), _Watch(), Report()
    while not ended.is_set():
        begun, busy = time.monotonic(), time.thread_time()
        with connection.execute_wrapper(watch):
            lease = queue.claim(worker)
        claimed, report.busy = time.monotonic(), report.busy + time.thread_time() - busy
        if lease is None:
            if not BatchJob.objects.live().exists():
                break
            ended.wait(IDLE_SECONDS)
            continue
        if hold > 0:
            ended.wait(hold)
        report.claims.append(Claim(lease.user_id, lease.job_id, begun, claimed, time.monotonic()))
        _write(lease) if hold < 0 else _finish(lease)
    report.statements, report.errors = watch.statements, dict(watch.errors)
    return report


def _finish(lease: Any) -> None:
    """End the job and make its user's turn come again, as cheaply as can be."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE batch_jobs SET status = 'completed', lease_owner = NULL,"
            " finished_at = updated_at WHERE id = %s AND lease_owner = %s AND lease_epoch = %s",
            [lease.job_id, lease.worker, lease.epoch],
        )
        assert cursor.rowcount == 1, lease
        cursor.execute("UPDATE user_queue SET ready = 1 WHERE user_id = %s", [lease.user_id])


def _write(lease: Any) -> None:
    """Write the job's keywords."""
    from jobs import queue
    from tests.jobs.conftest import write

    for started in queue.start_items(lease, 100)[0]:
        write(started)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """One process: say that it is ready, work, report."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "batchwriter.settings"
    import django

    django.setup()
    ended = threading.Event()
    _say("ready")
    sys.stdin.readline()

    def listen() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=listen, daemon=True).start()
    _say(json.dumps(asdict(_work(float(sys.argv[1]), ended))))
    os._exit(0)


if __name__ == "__main__":
    main()
