"""A Galera cluster of one's own: three nodes on loopback, gone at the end."""

import os
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.fakes import mariadb
from tests.fakes.mariadb import MariaDB
from tests.fakes.ports import free_ports
from tests.waiting import wait_for

LIBRARIES = (
    "/usr/lib/galera/libgalera_smm.so",
    "/usr/lib64/galera-4/libgalera_smm.so",
    "/usr/lib64/galera/libgalera_smm.so",
)
NODES = 3
# A node that joins copies all data first; one that was killed fetches what it has missed.
JOIN_SECONDS = 90.0
SYNCED = "4"


def library() -> str | None:
    """The path of Galera's library; None where it is not installed."""
    return next((path for path in LIBRARIES if Path(path).exists()), None)


def missing() -> str | None:
    """The first thing that is needed and not installed; None where all are there."""
    if (absent := mariadb.missing()) is not None:
        return absent
    if library() is None:
        return "Galera's library (galera-4)"
    return None if shutil.which("rsync") else "rsync"


class Node(MariaDB):
    """One node; ``Cluster`` makes it.

    Started by root it runs as ``mysql``: rsync, which copies the data, is refused to root.
    """

    account = "mysql"
    # Our own reads wait until the node has applied whatever the cluster has committed before.
    init_command = "SET SESSION wsrep_sync_wait = 1"

    def __init__(self, number: int, ports: list[int], *, data: Path | None) -> None:
        super().__init__(data=data)
        self._number = number
        self.port, self._group, self._increments, self._copy = ports

    @property
    def group_address(self) -> str:
        """Where the other nodes find it."""
        return f"127.0.0.1:{self._group}"

    def join(self, addresses: list[str], *, first: bool = False) -> None:
        """Start, as the ``first`` node of a new cluster or as one more of those at ``addresses``.

        Returns when it is in step with the others.
        """
        options = (
            "--binlog-format=ROW",
            "--innodb-autoinc-lock-mode=2",
            "--wsrep-on=ON",
            f"--wsrep-provider={library()}",
            f"--wsrep-cluster-address=gcomm://{','.join(addresses)}",
            "--wsrep-cluster-name=batchwriter-tests",
            f"--wsrep-node-name=n{self._number + 1}",
            f"--wsrep-node-address={self.group_address}",
            f"--wsrep-provider-options=gmcast.listen_addr=tcp://{self.group_address};"
            f"ist.recv_addr=127.0.0.1:{self._increments};gcache.size=64M;"
            f"gcache.dir={self.data}",
            "--wsrep-sst-method=rsync",
            f"--wsrep-sst-receive-address=127.0.0.1:{self._copy}",
        )
        self.options = (*options, "--wsrep-new-cluster") if first else options
        self.start()
        wait_for(self.synced, lambda: self.log()[-3000:], JOIN_SECONDS)

    def synced(self) -> bool:
        """Whether it is in step with the other nodes."""
        return self.status("wsrep_local_state") == SYNCED

    def primary(self) -> bool:
        """Whether it belongs to the majority, which alone takes statements."""
        return self.status("wsrep_cluster_status") == "Primary"

    def status(self, name: str) -> str:
        """One of the server's status variables; empty while it cannot be asked."""
        rows = self.rows(f"SHOW GLOBAL STATUS LIKE '{name}'")
        return str(rows[0][1]) if rows else ""

    def conflicts(self) -> int:
        """How many transactions it has refused since its start because of another node's."""
        names = ("wsrep_local_cert_failures", "wsrep_local_bf_aborts")
        return sum(int(self.status(name) or 0) for name in names)

    def _prepare(self) -> None:
        super()._prepare()
        self._give_away()

    def _install(self) -> None:
        """The first node alone needs data of its own; the others copy its."""
        if self._number:
            self.data.mkdir()
        else:
            self._give_away()
            super()._install()

    def _give_away(self) -> None:
        """Let the account that the server runs as own everything in the folder."""
        if os.geteuid() == 0:
            for folder, _, files in os.walk(self.folder):
                for path in (folder, *(os.path.join(folder, name) for name in files)):
                    shutil.chown(path, self.account, self.account)


class Cluster:
    """Three nodes. Use it in a ``with`` block; it is gone afterwards, also when we are killed.

    ``data`` is the data folder of a stopped server, which the cluster begins with.
    """

    def __init__(self, data: Path | None = None) -> None:
        ports = free_ports(4 * NODES)
        self.nodes = [
            Node(number, ports[4 * number : 4 * number + 4], data=None if number else data)
            for number in range(NODES)
        ]
        self._frozen: set[Node] = set()

    def __enter__(self) -> Self:
        try:
            for number in range(NODES):
                self.start(number)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def start(self, number: int) -> None:
        """Start a node, for the first time or after it was killed; returns when it is in step."""
        alone = not any(node.runs() for node in self.nodes)
        self.nodes[number].join([node.group_address for node in self.nodes], first=alone)

    def start_together(self, numbers: list[int]) -> None:
        """Start nodes that were killed with most of the cluster: one alone would wait in vain."""
        with ThreadPoolExecutor() as threads:
            list(threads.map(self.start, numbers))

    def kill9(self, number: int) -> None:
        """Kill a node as a crash would; its data stays for the next ``start``."""
        self.nodes[number].kill9()

    def freeze(self, number: int) -> None:
        """Stop a node's clock, so to speak: its connections stay open and say nothing."""
        self._frozen.add(self.nodes[number])
        os.kill(self.nodes[number].pid, signal.SIGSTOP)

    def thaw(self, number: int) -> None:
        """Let a node go on whose absence the others have noticed; returns when it is back."""
        node, size = self.nodes[number], str(len(self._running()) + 1)
        os.kill(node.pid, signal.SIGCONT)

        def back() -> bool:
            # It takes itself for a member until it hears otherwise.
            seen = self._running()[0].status("wsrep_cluster_size")
            return seen == size and node.synced()

        wait_for(back, lambda: node.log()[-3000:], JOIN_SECONDS)
        self._frozen.discard(node)

    def close(self) -> None:
        """Kill every node and remove its folder."""
        for node in self.nodes:
            node.close()

    def url(self, database: str, user: str = "root", first: int = 0) -> str:
        """The ``DATABASE_URL`` of ``database`` with all nodes, that of number ``first`` first."""
        order = [*self.nodes[first:], *self.nodes[:first]]
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in order)
        return f"mysql://{user}@{hosts}/{database}"

    def sql(self, statement: str, database: str = "") -> tuple[tuple[Any, ...], ...]:
        """Run one statement as root on a node that runs; returns its rows."""
        return self._running()[0].sql(statement, database)

    def rows(self, statement: str, database: str = "") -> list[tuple[Any, ...]]:
        """As ``sql``, but no rows while no node takes statements."""
        for node in self._running():
            if rows := node.rows(statement, database):
                return rows
        return []

    def _running(self) -> list[Node]:
        return [node for node in self.nodes if node.runs() and node not in self._frozen]
