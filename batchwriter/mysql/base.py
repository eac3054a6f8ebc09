"""Connections to the first of several servers that takes statements."""

import time
from typing import Any

import MySQLdb
from django.conf import settings
from django.db.backends.mysql import base

Host = tuple[str, int]

# A server that could not be used is tried after all others for so long: one that does not even
# refuse costs every new connection its time-out.
AVOIDED_SECONDS = 10.0
NOT_READY = 1047
_missed: dict[Host, float] = {}


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to the first server of ``HOSTS``, in their order, that takes statements."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect. Raises the driver's error about the last server where none can be used."""
        hosts: list[Host] = self.settings_dict["HOSTS"]
        while True:
            host, *others = hosts = in_order(hosts)
            try:
                return self._connect(conn_params | {"host": host[0], "port": host[1]})
            except MySQLdb.OperationalError:
                _missed[host] = time.monotonic()
                hosts = others
                if not hosts:
                    raise

    def _connect(self, params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(params)
        if not takes_statements(connection):
            connection.close()
            raise MySQLdb.OperationalError(NOT_READY, f"{params['host']} is not in its cluster")
        return connection

    def is_usable(self) -> bool:
        """Whether an open connection may be used again; a node may have left its cluster."""
        try:
            return takes_statements(self.connection)
        except MySQLdb.Error:
            return False


def in_order(hosts: list[Host]) -> list[Host]:
    """``hosts`` as they should be tried now."""
    avoided = time.monotonic() - AVOIDED_SECONDS
    return sorted(hosts, key=lambda host: _missed.get(host, avoided) > avoided)


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
