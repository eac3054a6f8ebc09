"""How fast ``POST /api/batch-jobs`` takes a job in, beside ``GET /healthz`` in the same run.

The web process of the Procfile on a private MariaDB server, one client, one call at a time; the
three kinds of calls take turns, so that a noisy moment hits all of them.
"""

import http.client
import json
import os
import secrets
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fakes.mariadb import MariaDB, missing
from tests.fakes.ports import free_port
from tests.waiting import wait_for

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 200
WARM_UP = 5
# Name, keywords, and the most milliseconds that 95 in 100 calls may take.
CALLS: list[tuple[str, int, float | None]] = [
    ("GET /healthz", 0, None),
    ("POST /api/batch-jobs, 100 keywords", 100, 100.0),
    ("POST /api/batch-jobs, 1,000 keywords", 1000, 300.0),
]
MAKE_USER = """
from accounts import ledger
from accounts.models import User
user = User.objects.create_user("bench", password={password!r})
ledger.grant(user, 10**12)
"""


def environment(url: str, port: int) -> dict[str, str]:
    """The variables of the processes that are measured: production, without throttles."""
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "DATABASE_URL": url,
        "PORT": str(port),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DEBUG": "0",
        "HTTPS_ONLY": "0",
        "ALLOWED_HOSTS": "127.0.0.1",
        "JOB_CREATE_RATE": "off",
        "API_RATE": "off",
        "BATCH_MAX_OPEN_JOBS": "1000000",
    }


def manage(variables: dict[str, str], *arguments: str) -> None:
    """Run a management command; its output is shown only if it fails."""
    run_to_its_end([sys.executable, "manage.py", *arguments], variables)


def run_to_its_end(command: list[str], variables: dict[str, str]) -> None:
    """Run a program; its output is shown only if it fails."""
    result = subprocess.run(
        command,
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{result.stdout}{result.stderr}")


@contextmanager
def web(variables: dict[str, str]) -> Iterator[http.client.HTTPConnection]:
    """The Procfile's web process; gives a connection to it."""
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    command = next(line.removeprefix("web: ") for line in lines if line.startswith("web: "))
    process = subprocess.Popen(
        ["sh", "-c", command],
        cwd=ROOT,
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    connection = http.client.HTTPConnection("127.0.0.1", int(variables["PORT"]), timeout=30)
    try:
        wait_for(lambda: answers(connection), "the web process does not answer")
        yield connection
    finally:
        connection.close()
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def answers(connection: http.client.HTTPConnection) -> bool:
    """Whether the web process is up."""
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().read() != b""
    except OSError:
        connection.close()
        return False


def call(connection: http.client.HTTPConnection, keywords: int, token: str, round_: int) -> float:
    """One call; returns its milliseconds. Ends the run where the answer is not the right one."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    words = [f"từ khóa số {number} của lượt {round_}" for number in range(keywords)]
    body = json.dumps({"keywords": words, "settings": {"model": "offline"}}).encode()
    begun = time.perf_counter()
    if keywords:
        connection.request("POST", "/api/batch-jobs", body, headers)
    else:
        connection.request("GET", "/healthz")
    answer = connection.getresponse()
    text = answer.read()
    spent = (time.perf_counter() - begun) * 1000
    if answer.status != (201 if keywords else 200):
        sys.exit(f"{answer.status}: {text.decode()[:500]}")
    return spent


def log_in(connection: http.client.HTTPConnection, password: str) -> str:
    """An access token."""
    body = json.dumps({"username": "bench", "password": password})
    connection.request("POST", "/api/auth/token", body, {"Content-Type": "application/json"})
    token: str = json.loads(connection.getresponse().read())["access"]
    return token


def measure(connection: http.client.HTTPConnection, password: str) -> dict[str, list[float]]:
    """The milliseconds of each call of each kind, taken in turns."""
    token = log_in(connection, password)
    times: dict[str, list[float]] = {name: [] for name, _, _ in CALLS}
    for round_ in range(WARM_UP + ROUNDS):
        for name, keywords, _ in CALLS:
            spent = call(connection, keywords, token, round_)
            if round_ >= WARM_UP:
                times[name].append(spent)
    return times


def table(times: dict[str, list[float]]) -> Iterator[str]:
    """The lines of the result."""
    yield f"{'call':<38}{'p50 ms':>9}{'p95 ms':>9}{'max ms':>9}{'target':>9}"
    for name, _, target in CALLS:
        taken = times[name]
        p95 = statistics.quantiles(taken, n=20)[-1]
        verdict = "" if target is None else f"< {target:g}"
        yield (
            f"{name:<38}{statistics.median(taken):>9.1f}{p95:>9.1f}{max(taken):>9.1f}{verdict:>9}"
        )
    yield f"{ROUNDS} calls of each kind, one after the other."


def main() -> None:
    """Start everything, measure, print."""
    if (absent := missing()) is not None:
        sys.exit(f"{absent} is not installed: run scripts/setup.sh --dev.")
    password = secrets.token_urlsafe(16)
    with MariaDB() as server:
        server.sql("CREATE DATABASE batchwriter CHARACTER SET utf8mb4")
        variables = environment(server.url(), free_port())
        manage(variables, "migrate", "--noinput", "--skip-checks")
        manage(variables, "collectstatic", "--noinput")
        manage(variables, "shell", "-c", MAKE_USER.format(password=password))
        with web(variables) as connection:
            for line in table(measure(connection, password)):
                print(line)


if __name__ == "__main__":
    main()
