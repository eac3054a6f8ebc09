"""A private database, a provider in a process of its own, people, and what can be seen of them."""

import http.client
import json
import os
import sys
import time
from typing import Any, Self

import django

from benchmarks.create_job import environment, manage
from benchmarks.throughput.lines import Child
from tests.fakes.mariadb import MariaDB

PEOPLE = 4
POLL_SECONDS = 0.005
POLLS_PER_LOOK = 8
WAIT_SECONDS = 120.0
OTHERS = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID()"


class World:
    """Use it in a ``with`` block. This process is a Django process of the product from then on."""

    def __enter__(self) -> Self:
        self.server = MariaDB()
        self.server.start()
        self.server.sql("CREATE DATABASE batchwriter CHARACTER SET utf8mb4")
        self.environment = environment(self.server.url(), 0)
        # As users run it.
        self.environment.pop("PYTHONOPTIMIZE", None)
        command = [sys.executable, "-m", "benchmarks.throughput.provider"]
        self.provider = Child(command, dict(os.environ)).__enter__()
        self.provider_port = int(self.provider.greeting)
        self.environment |= {
            "OPENAI_API_KEY": "none",
            "OPENAI_BASE_URL": f"http://127.0.0.1:{self.provider_port}/v1",
            "LOG_FORMAT": "json",
            "DJANGO_SETTINGS_MODULE": "batchwriter.settings",
        }
        manage(self.environment, "migrate", "--noinput", "--skip-checks")
        os.environ |= self.environment
        self._numbers = self._met = 0
        django.setup()
        self.meet_people()
        return self

    def __exit__(self, *_: object) -> None:
        from django.db import connection

        connection.close()
        self.provider.__exit__()
        self.server.close()

    def meet_people(self) -> None:
        """New ``users``, who have no articles yet: so every tool finds the same."""
        from accounts import ledger
        from accounts.models import User

        self.users = []
        for _ in range(PEOPLE):
            self._met += 1
            user = User.objects.create_user(f"bench{self._met}")
            ledger.grant(user, 10**12)
            User.objects.filter(pk=user.pk).update(article_limit=10**8)
            self.users.append(user.pk)

    def keywords(self, count: int) -> list[str]:
        """Keywords that nobody has used, of the same length."""
        self._numbers += count
        return [f"từ khóa số {self._numbers - n:07}" for n in range(count)]

    def reset(self, latency: float) -> None:
        """The provider counts from zero and takes ``latency`` seconds for an answer."""
        self._ask(f"/reset?latency={latency}")

    def seen(self) -> dict[str, Any]:
        """What the provider has counted since."""
        return self._ask("/stats")

    def _ask(self, path: str) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.provider_port, timeout=30)
        connection.request("GET", path)
        told: dict[str, Any] = json.loads(connection.getresponse().read())
        connection.close()
        return told

    def number(self, statement: str) -> int:
        """The one number that a query gives."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(statement)
            return int(cursor.fetchone()[-1] or 0)

    def newest(self) -> int:
        """The id of the newest article."""
        return self.number("SELECT MAX(id) FROM articles")

    def questions(self) -> int:
        """Statements that the server has had from everybody but this process so far."""
        own = self.number("SHOW SESSION STATUS LIKE 'Questions'")
        # Two of them were asked since the other number was true.
        return self.number("SHOW GLOBAL STATUS LIKE 'Questions'") - own - 1

    def wait_for_articles(self, count: int, since: int, user: int = 0) -> tuple[float, int]:
        """Wait until ``count`` articles are committed after the id ``since``.

        Returns the moment of the last, and the most connections that were open besides ours.
        ``user``: count this one's alone.
        """
        whose = f" AND user_id = {user}" if user else ""
        question = f"SELECT COUNT(*) FROM articles WHERE id > {since}{whose}"
        connections, polls, deadline = 0, 0, time.monotonic() + WAIT_SECONDS
        while self.number(question) < count:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.number(question)} of {count} articles were written.")
            if polls % POLLS_PER_LOOK == 0:
                connections = max(connections, self.number(OTHERS))
            polls += 1
            time.sleep(POLL_SECONDS)
        return time.monotonic(), max(connections, self.number(OTHERS))
