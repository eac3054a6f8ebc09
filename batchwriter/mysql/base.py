"""Connections to the first of several servers that takes statements."""

import time
from typing import Any

import MySQLdb
from django.conf import settings
from django.db.backends.mysql import base

Host = tuple[str, int]

# A server that is gone is tried after all others for so long: one that does not even refuse costs
# every connection its time-out. A crowded one refuses at once, and is not gone.
AVOIDED_SECONDS = 30.0
NOT_READY, CROWDED = 1047, 1040
_missed: dict[Host, float] = {}


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to the first server of ``HOSTS``, in their order, that takes statements."""

    _host: Host

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect. Raises the driver's error about the last server where none can be used."""
        *others, last = in_order(self.settings_dict["HOSTS"])
        for host in others:
            try:
                return self._connect(host, conn_params)
            except MySQLdb.OperationalError:
                continue
        return self._connect(last, conn_params)

    def _connect(self, host: Host, params: dict[str, Any]) -> Any:
        self._host = host
        try:
            connection = super().get_new_connection(params | {"host": host[0], "port": host[1]})
            if takes_statements(connection):
                return connection
            connection.close()
            raise MySQLdb.OperationalError(NOT_READY, f"{host[0]} is not in its cluster")
        except MySQLdb.OperationalError as error:
            if error.args[0] != CROWDED:
                _missed[host] = time.monotonic()
            raise

    def is_usable(self) -> bool:
        """Whether an open connection may be used again; a node may have left its cluster.

        Where others have just missed its server it is not asked again, which may take long.
        """
        if is_avoided(self._host):
            return False
        try:
            usable = takes_statements(self.connection)
        except MySQLdb.Error:
            usable = False
        if not usable:
            _missed[self._host] = time.monotonic()
        return usable


def in_order(hosts: list[Host]) -> list[Host]:
    """``hosts`` as they should be tried now."""
    return sorted(hosts, key=is_avoided)


def is_avoided(host: Host) -> bool:
    """Whether a server was missed by this process a moment ago."""
    return host in _missed and time.monotonic() - _missed[host] < AVOIDED_SECONDS


def takes_statements(connection: Any) -> bool:
    """Whether the server that a driver's connection leads to takes statements.

    A node that has lost its cluster answers, and even reads constants, but no table.
    """
    if not settings.DATABASE_CLUSTER:
        connection.ping()
        return True
    with connection.cursor() as cursor:
        cursor.execute("SHOW STATUS LIKE 'wsrep_ready'")
        row = cursor.fetchone()
    return row is None or row[1] == "ON"
