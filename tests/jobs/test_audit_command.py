"""``manage.py audit``, and how it goes through the tables."""

import itertools
import os
import pty
import subprocess
import sys
import termios
from collections.abc import Callable
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, ProgrammingError, connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from batchwriter.errors import InvalidTransition
from jobs import audit, lifecycle
from jobs.audit import INVARIANTS
from jobs.models import BatchItem, BatchJob
from tests.fakes.worker import WorkerProcess
from tests.jobs.conftest import person

BALANCES, COUNTERS = INVARIANTS[0], INVARIANTS[3]
Submit = Callable[..., BatchJob]


def run(*arguments: str) -> tuple[int, str]:
    """The exit code and the output of the command."""
    out = StringIO()
    try:
        call_command("audit", *arguments, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_it_prints_what_is_off_and_exits_with_1(alice: User) -> None:
    assert run() == (0, "All 26 invariants hold.\n")
    User.objects.update(tokens_remaining=7)
    code, printed = run()
    assert code == 1
    assert printed.splitlines() == [
        "I01 a balance is the sum of the user's ledger",
        f"  user_id {alice.pk}, tokens_remaining 7, ledger 1000000",
        "1 of 26 invariants are broken.",
    ]


def test_it_checks_those_that_are_named(alice: User) -> None:
    User.objects.update(tokens_remaining=7)
    assert run("--only", "I02", "--only", "i04") == (0, "All 2 checked invariants hold.\n")
    code, printed = run("--only", "I01", "--chunk", "1")
    assert code == 1
    assert printed.endswith("1 of 1 checked invariants are broken.\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--only", "I27"], "'I27' is none of I01 to I26"),
        (["--chunk", "0"], "'0' is not a whole number above 0"),
        (["--chunk", "many"], "'many' is not a whole number above 0"),
    ],
)
def test_it_refuses_what_makes_no_sense(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run(*arguments)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OperationalError(2002, "Can't connect"), "The database cannot be read"),
        (OperationalError("no such table: users"), "run manage.py migrate first"),
        (ProgrammingError(1146, "Table 'users' doesn't exist"), "run manage.py migrate first"),
    ],
)
def test_it_says_why_it_cannot_check(
    monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    def fail(*args: Any, **options: Any) -> None:
        raise error

    monkeypatch.setattr(audit, "check", fail)
    with pytest.raises(CommandError, match=sentence) as refusal:
        run()
    assert refusal.value.returncode == 2


def test_it_shows_how_far_it_is_on_a_terminal_alone(project_folder: Path, tmp_path: Path) -> None:
    variables = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}"}
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "--noinput"], cwd=project_folder, env=variables,
                   check=True, capture_output=True)  # fmt: skip
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    result = subprocess.run([*manage, "audit", "--skip-checks"], cwd=project_folder, env=variables,
                            check=True, stdout=subprocess.PIPE, stderr=theirs)  # fmt: skip
    os.close(theirs)
    shown = b""
    with suppress(OSError), os.fdopen(ours, "rb", buffering=0) as terminal:
        while part := terminal.read(1000):
            shown += part
    assert result.stdout == b"All 26 invariants hold.\n"
    assert b"0% |" in shown
    plain = subprocess.run([*manage, "audit", "--skip-checks"], cwd=project_folder, env=variables,
                           check=True, capture_output=True)  # fmt: skip
    assert plain.stderr == b""


def test_it_finds_the_one_row_that_is_off_in_the_last_range(alice: User) -> None:
    for number in range(5):
        person(f"user{number}", tokens=0)
    last = User.objects.order_by("pk").last()
    assert last is not None
    User.objects.filter(pk=last.pk).update(tokens_remaining=1)
    for ids in (1, 2, 3, 1000):
        assert audit.violations(BALANCES, ids=ids) == [(last.pk, 1, 0)]


def test_it_stops_at_twenty_rows_and_says_that_there_are_more(alice: User, submit: Submit) -> None:
    job = submit(alice, 30)
    items = INVARIANTS[17]
    assert items.table.name == "batch_items"
    for number, more in ((20, False), (21, True), (30, True)):
        BatchItem.objects.filter(job=job, position__lt=number).update(error_code="odd")
        for ids in (1, 7, 20, 1000):
            outcome = audit.check(items, ids=ids)
            assert (len(outcome.rows), outcome.more) == (20, more)
    code, printed = run("--only", "I18")
    assert code == 1
    assert "  … and more than these 20" in printed


def test_it_steps_over_gaps_in_the_numbers(alice: User) -> None:
    User.objects.create(pk=10**15, username="far", tokens_remaining=1)
    with CaptureQueriesContext(connection) as captured:
        assert audit.violations(BALANCES) == [(10**15, 1, 0)]
    assert len(captured) < 8


def test_it_goes_on_where_it_stopped(alice: User, submit: Submit) -> None:
    for _ in range(4):
        submit(alice, 1)
    first, *_, last = BatchJob.objects.order_by("pk").values_list("pk", flat=True)
    BatchJob.objects.filter(pk=last).update(failed_items=1)
    shares: list[float] = []
    outcome = audit.check(COUNTERS, ids=1, seconds=0.0000001, on_chunk=shares.append)
    assert (outcome.rows, outcome.next_id, shares) == ([], first + 1, [0.25])
    rest = audit.check(COUNTERS, ids=1, start=first + 1)
    assert [row[0] for row in rest.rows] == [last]
    assert (rest.next_id, rest.share) == (None, 1.0)


@pytest.mark.django_db(transaction=True)
def test_it_raises_no_alarm_while_workers_run(
    submit: Submit,
    worker_process: Callable[..., WorkerProcess],
    wait_for: Callable[..., Any],
) -> None:
    """Two workers write, people pause, resume and cancel, and one worker is killed."""
    people = [person(f"user{number}") for number in range(4)]
    made = [submit(one, 15) for one in people for _ in range(2)]
    environment = {"OFFLINE_WRITER_SECONDS": "0.01", "BATCH_LEASE_SECONDS": "1"}
    first, _second = worker_process(environment).wait_ready(), worker_process(environment)
    rounds = itertools.count(1)

    def nothing_is_left() -> bool:
        number = next(rounds)
        one = INVARIANTS[number % len(INVARIANTS)]
        outcome = audit.check(one, ids=50)
        assert not outcome.rows, (one.code, outcome.columns, outcome.rows)
        with suppress(InvalidTransition):
            if number % 7 == 0:
                lifecycle.pause(made[number % len(made)].pk, by=None)
            lifecycle.resume(made[(number + 3) % len(made)].pk, by=None)
        if number == 50:
            first.kill()
            with suppress(InvalidTransition):
                lifecycle.cancel(made[-1].pk, by=None)
        return number > 100 and not BatchJob.objects.open().exists()

    wait_for(nothing_is_left, "the jobs do not end", timeout=90)
    assert BatchItem.objects.filter(status="completed").count() >= 7 * 15
