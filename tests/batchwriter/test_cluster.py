"""A Galera cluster without one: what is asked of a node, written for it, and tried after it."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.sessions.backends.base import UpdateError
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone

from batchwriter import checks, cluster
from batchwriter.sessions import SessionStore
from jobs import leases, turns
from jobs.models import BatchWorker, UserQueue
from tests.chaos.injection import Injection, injected
from tests.jobs.conftest import person

HEALTHY = {
    "wsrep_ready": "ON",
    "wsrep_cluster_status": "Primary",
    "wsrep_local_state": "4",
    "wsrep_local_state_comment": "Synced",
}


class Node:
    """A node's answers to what is asked of its state: a connection and its own cursor."""

    vendor = "mysql"

    def __init__(self, **status: str) -> None:
        self.status = HEALTHY | status
        self.asked: list[str] = []

    def cursor(self) -> "Node":
        return self

    def __enter__(self) -> "Node":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def execute(self, statement: str) -> None:
        self.asked.append(statement)

    def fetchall(self) -> list[tuple[str, str]]:
        return list(self.status.items())


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ({}, ""),
        ({"wsrep_local_state": "2", "wsrep_local_state_comment": "Donor/Desynced"}, ""),
        ({"wsrep_cluster_status": "non-Primary", "wsrep_ready": "OFF"}, "lost the rest"),
        ({"wsrep_local_state": "3", "wsrep_local_state_comment": "Joined"}, "cluster: Joined"),
        ({"wsrep_ready": "OFF"}, "takes no statements"),
    ],
)
@pytest.mark.django_db
def test_it_says_why_a_node_should_get_no_requests(
    client: Client,
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
    status: dict[str, str],
    words: str,
) -> None:
    settings.DATABASE_CLUSTER = True
    node = Node(**status)
    complaint = cluster.complaint(node)  # type: ignore[arg-type]
    assert words in complaint and bool(words) == bool(complaint)
    assert len(node.asked) == 1
    monkeypatch.setattr(cluster, "complaint", lambda connection: complaint)
    response = client.get("/readyz")
    assert response.status_code == (503 if words else 200)
    if words:
        assert response.json() == {"status": complaint}
        assert int(response["Retry-After"]) > 0


@pytest.mark.django_db
def test_it_asks_a_single_server_nothing(settings: LazySettings) -> None:
    node = Node(wsrep_ready="OFF")
    settings.DATABASE_CLUSTER = False
    assert cluster.complaint(node) == "" and not node.asked  # type: ignore[arg-type]
    node.vendor = "sqlite"
    settings.DATABASE_CLUSTER = True
    assert cluster.complaint(node) == "" and not node.asked  # type: ignore[arg-type]


@pytest.mark.parametrize("cluster_on", [True, False])
@pytest.mark.django_db
def test_it_writes_a_turn_that_is_ready_already(settings: LazySettings, cluster_on: bool) -> None:
    settings.DATABASE_CLUSTER = cluster_on
    alice, since = person("alice"), timezone.now()
    UserQueue.objects.create(user=alice, ready=True, last_served_at=since)
    turns.mark_ready(alice.pk)
    turn = UserQueue.objects.get(user=alice)
    grown = timedelta(microseconds=1) if cluster_on else timedelta(0)
    assert turn.ready and turn.last_served_at - since == grown


@pytest.mark.parametrize("cluster_on", [True, False])
@pytest.mark.django_db(transaction=True)
def test_it_writes_the_lease_that_a_claim_counts_on(
    settings: LazySettings, cluster_on: bool
) -> None:
    settings.DATABASE_CLUSTER = cluster_on
    worker = leases.register()
    before = BatchWorker.objects.get(pk=worker)
    with transaction.atomic():
        leases.require(worker)
    after = BatchWorker.objects.get(pk=worker)
    assert (after.seen_at > before.seen_at) is cluster_on
    assert after.expires_at == before.expires_at
    leases.expel(worker)
    with pytest.raises(leases.Expelled), transaction.atomic():
        leases.require(worker)


@pytest.mark.django_db(transaction=True)
def test_it_keeps_a_session_whose_write_meets_a_conflict() -> None:
    session = SessionStore()
    session["words"] = 1
    session.create()
    session["words"] = 2
    for plan in (Injection(1, 1213, commit=True), Injection(1, 1213)):
        with injected(plan):
            session.save()
        assert plan.struck
        assert SessionStore(session.session_key)["words"] == 2
    with injected(Injection(1, 2006)), pytest.raises(OperationalError):
        session.save()
    connection.close()
    session.model.objects.all().delete()
    with pytest.raises(UpdateError):
        session.save()


@pytest.mark.django_db
def test_it_is_told_when_a_node_is_taken_for_a_server(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = Node()
    node.fetchone = lambda: ("wsrep_on", "ON")  # type: ignore[attr-defined]
    settings.DATABASE_CLUSTER = False
    [message] = checks._cluster(node)  # type: ignore[arg-type]
    assert message.id == "batchwriter.E004"
    settings.DATABASE_CLUSTER = True
    assert checks._cluster(node) == []  # type: ignore[arg-type]


@pytest.mark.mariadb
@pytest.mark.django_db
def test_it_has_tables_that_a_cluster_can_copy() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.table_name, t.engine, c.constraint_name FROM information_schema.tables t"
            " LEFT JOIN information_schema.table_constraints c ON c.table_schema = t.table_schema"
            " AND c.table_name = t.table_name AND c.constraint_type = 'PRIMARY KEY'"
            " WHERE t.table_schema = DATABASE() AND t.table_type = 'BASE TABLE'"
        )
        tables = cursor.fetchall()
    assert "batch_jobs" in {row[0] for row in tables}
    assert [row for row in tables if row[1:] != ("InnoDB", "PRIMARY")] == []


@pytest.mark.parametrize("words", ["LOCK TABLES", "GET_LOCK", "LAST_INSERT_ID"])
def test_it_uses_nothing_that_a_cluster_does_not_copy(words: str, project_folder: Any) -> None:
    for folder in ("accounts", "articles", "batchwriter", "jobs"):
        for path in (project_folder / folder).rglob("*.py"):
            assert words not in path.read_text(encoding="utf-8").upper(), path
