"""Of several hosts, a connection goes to the first that takes statements."""

from typing import Any

import pytest
from django.db import OperationalError, connections

from tests.fakes.ports import free_port

MySQLdb = pytest.importorskip("MySQLdb")
base = pytest.importorskip("batchwriter.mysql.base")
pytestmark = pytest.mark.mariadb


@pytest.fixture
def hosts(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> list[tuple[str, int]]:
    """A port where nobody is, and the server of the tests."""
    monkeypatch.setattr(base, "_missed", {})
    settings = connections["default"].settings_dict
    return [("127.0.0.1", free_port()), (settings["HOST"], int(settings["PORT"]))]


def wrapper(hosts: list[tuple[str, int]]) -> Any:
    """A connection of its own to one of ``hosts``."""
    settings = connections["default"].settings_dict
    return base.DatabaseWrapper({**settings, "HOSTS": hosts}, "default")


def on(one: Any) -> tuple[Any, ...]:
    """What the server behind a connection says."""
    try:
        with one.cursor() as cursor:
            cursor.execute("SELECT @@port, DATABASE()")
            row: tuple[Any, ...] = cursor.fetchone()
            return row
    finally:
        one.close()


def test_it_goes_to_the_next_host_and_remembers(
    hosts: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    database = connections["default"].settings_dict["NAME"]
    assert on(wrapper(hosts)) == (hosts[1][1], database)
    assert base.in_order(hosts) == [hosts[1], hosts[0]]
    monkeypatch.setattr(base, "AVOIDED_SECONDS", 0.0)
    assert base.in_order(hosts) == hosts


def test_it_tells_that_no_host_answers(hosts: list[tuple[str, int]]) -> None:
    with pytest.raises(OperationalError):
        on(wrapper([hosts[0], ("127.0.0.1", free_port())]))


def test_it_passes_by_a_node_that_takes_no_statements(
    hosts: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[object] = []

    def takes(connection: object) -> bool:
        refused.append(connection)
        return len(refused) > 1

    monkeypatch.setattr(base, "takes_statements", takes)
    one = wrapper([hosts[1], hosts[1]])
    assert on(one)[0] == hosts[1][1]
    assert len(refused) == 2


def test_it_uses_no_connection_again_whose_node_is_out(
    hosts: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = wrapper([hosts[1]])
    one.ensure_connection()
    assert one.is_usable()
    with monkeypatch.context() as out:
        out.setattr(base, "takes_statements", lambda connection: False)
        assert not one.is_usable()
    # Nor is another one to that node, without asking it.
    assert base.is_avoided(hosts[1]) and not one.is_usable()
    one.close()


def test_it_does_not_avoid_a_host_that_is_crowded(
    hosts: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def crowded(*_: object) -> None:
        raise MySQLdb.OperationalError(1040, "Too many connections")

    monkeypatch.setattr(base, "takes_statements", crowded)
    with pytest.raises(OperationalError):
        on(wrapper([hosts[1]]))
    assert not base.is_avoided(hosts[1])
