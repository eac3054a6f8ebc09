"""How fast ``POST /api/batch-jobs`` answers, beside ``/healthz`` in the same run.

Starts a private MariaDB server and the web process of the Procfile on free ports; one client, one
call after the other. ``python -m benchmarks.create_job [--calls N]``, or ``make bench``.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.fakes.mariadb import MariaDB, free_port

ROOT = Path(__file__).resolve().parent.parent
TARGETS_MS = {"100 keywords": 100, "1,000 keywords": 300}
SETUP = """
from accounts.models import User
from rest_framework_simplejwt.tokens import RefreshToken
print(RefreshToken.for_user(User.objects.create_user('bench')).access_token)
"""


def call(url: str, token: str = "", body: dict[str, object] | None = None) -> None:
    """One request; raises where the answer is no success."""
    request = urllib.request.Request(
        url,
        data=json.dumps(body).encode() if body is not None else None,
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        response.read()


def measure(name: str, calls: int, one: Callable[[int], None]) -> list[float]:
    """Milliseconds of ``calls`` calls after five that do not count."""
    times = []
    for number in range(calls + 5):
        begin = time.perf_counter()
        one(number)
        times.append(1000 * (time.perf_counter() - begin))
    counted = sorted(times[5:])
    p50, p95 = statistics.median(counted), counted[int(len(counted) * 0.95) - 1]
    target = TARGETS_MS.get(name)
    goal = f"{target} ms" if target else "–"
    print(f"| {name} | {calls} | {p50:.1f} | {p95:.1f} | {counted[-1]:.1f} | {goal} |", flush=True)
    return counted


def wait_until_up(base: str) -> None:
    """Wait for the web process."""
    for _ in range(300):
        try:
            return call(f"{base}/readyz")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise SystemExit("The web process does not answer.")


def run(base: str, token: str, calls: int) -> None:
    """Measure and print the table."""
    print("| call | calls | p50 ms | p95 ms | max ms | target p95 |")
    print("|---|---|---|---|---|---|")
    measure("/healthz", calls, lambda number: call(f"{base}/healthz"))
    for name, count in (("100 keywords", 100), ("1,000 keywords", 1000)):

        def post(number: int, count: int = count) -> None:
            words = [f"từ khóa {number} {index}" for index in range(count)]
            body = {"keywords": words, "settings": {"model": "offline"}}
            call(f"{base}/api/batch-jobs", token, body)

        measure(name, calls if count == 100 else calls // 2, post)


def main() -> None:
    """Start, measure, stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200)
    calls = parser.parse_args().calls
    with MariaDB() as server:
        server.sql("CREATE DATABASE batchwriter CHARACTER SET utf8mb4")
        port = free_port()
        environment = {
            **os.environ,
            "DATABASE_URL": server.url(),
            "SECRET_KEY": "only-for-this-measurement-" + "x" * 40,
            "DEBUG": "0",
            "HTTPS_ONLY": "0",
            "ALLOWED_HOSTS": "127.0.0.1",
            "JOB_CREATE_RATE": "off",
            "API_RATE": "off",
            "BATCH_MAX_OPEN_JOBS": "100000",
            "PORT": str(port),
        }
        manage = [sys.executable, "manage.py"]
        subprocess.run([*manage, "migrate", "-v", "0"], cwd=ROOT, env=environment, check=True)
        token = subprocess.run(
            [*manage, "shell", "-v", "0", "-c", SETUP],
            cwd=ROOT, env=environment, check=True, capture_output=True, text=True,
        ).stdout.strip()  # fmt: skip
        gunicorn = [
            sys.executable, "-m", "gunicorn", "batchwriter.wsgi", "-k", "gthread", "--threads", "8",
            "--workers", "2", "--bind", f"127.0.0.1:{port}", "--log-level", "warning",
        ]  # fmt: skip
        web = subprocess.Popen(gunicorn, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
        try:
            base = f"http://127.0.0.1:{port}"
            wait_until_up(base)
            run(base, token, calls)
        finally:
            web.terminate()
            web.wait(30)


if __name__ == "__main__":
    main()
