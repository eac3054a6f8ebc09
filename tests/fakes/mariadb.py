"""A MariaDB server of one's own: its own folder, its own port, gone at the end."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.fakes.guard import Guard
from tests.fakes.ports import free_port

START_SECONDS = 60.0
STOP_SECONDS = 30.0
PROGRAMS = ("mariadbd", "mariadb-install-db")
SYSTEM_FOLDERS = os.pathsep.join(("/usr/sbin", "/usr/local/sbin", "/sbin"))
# The whole group: a node of a cluster copies data with programs of its own.
CLEAR_UP = '[ -f "$1/pid" ] && kill -9 -- "-$(cat "$1/pid")"; rm -rf "$1"'
# The client's own errors, a server that is about to end, a node that has lost its cluster (a read
# that waits for other nodes says 1205 then).
AWAY_ERRORS = {*range(2000, 2100), 1053, 1047, 1205}
TOO_MANY_CONNECTIONS = 1040
OPTIONS = (
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--skip-log-bin",
    "--max-connections=400",
    "--innodb-buffer-pool-size=256M",
    # A killed server keeps what was committed; only a power cut would lose it.
    "--innodb-flush-log-at-trx-commit=2",
    "--innodb-doublewrite=0",
    "--performance-schema=0",
)


def program(name: str) -> str | None:
    """The path of a server program, also where ordinary users have no ``sbin`` in their path."""
    return shutil.which(name) or shutil.which(name, path=SYSTEM_FOLDERS)


def missing() -> str | None:
    """The first program that is needed and not installed; None where all are there."""
    return next((name for name in PROGRAMS if program(name) is None), None)


class MariaDB:
    """A server in a folder and on a port of its own, without a password for root.

    Use it in a ``with`` block. It is gone afterwards, also when this process is killed. Runs as
    root and as any other user. Raises RuntimeError, with the end of the server's log, where it
    does not start.
    """

    # Who the server runs as where we are root, and what each of our own sessions begins with.
    account = "root"
    init_command = "SET @nothing = 0"

    def __init__(
        self,
        *options: str,
        data: Path | None = None,
        environment: dict[str, str] | None = None,
    ) -> None:
        """Prepare; ``options`` are added to the server's command line.

        ``data`` is the data folder of a stopped server; this one starts from a copy of it.
        ``environment`` is added to the server's environment.
        """
        self.options = options
        self._environment = environment or {}
        self._template = data
        # Short, because the path of a socket may not exceed 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="bw-db-", dir="/tmp"))
        self.port = free_port()
        self._server: subprocess.Popen[bytes] | None = None
        self._guard = Guard(CLEAR_UP, str(self.folder))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def url(self, database: str = "batchwriter", user: str = "root") -> str:
        """The ``DATABASE_URL`` of ``database`` on this server, over TCP."""
        return f"mysql://{user}@127.0.0.1:{self.port}/{database}"

    @property
    def data(self) -> Path:
        """The server's data folder; another server may start from a copy once this is stopped."""
        return self.folder / "data"

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        if self._server is None:
            raise RuntimeError("The server does not run.")
        return self._server.pid

    def runs(self) -> bool:
        """Whether the server has been started and has not ended by itself."""
        return self._server is not None and self._server.poll() is None

    def start(self) -> None:
        """Make the data folder if there is none, start the server, wait until it answers."""
        if not self.data.exists():
            self._prepare()
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [
                    *self._command("mariadbd"),
                    f"--socket={self.folder}/s",
                    f"--pid-file={self.folder}/pid",
                    f"--port={self.port}",
                    *OPTIONS,
                    *self.options,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self._environment},
                # Ctrl-C in the terminal must reach the tests first and the server last.
                start_new_session=True,
            )
        self._wait_until_it_answers(self._server)

    def stop(self) -> None:
        """End the server in an orderly way; the data stays for the next ``start``."""
        if self._server is None:
            return
        self._server.terminate()
        try:
            self._server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._server = None

    def kill9(self) -> None:
        """Kill the server as a crash would; the data stays for the next ``start``."""
        if self._server is not None:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
            self._server = None
            # The guard must not kill who gets this number next.
            (self.folder / "pid").unlink(missing_ok=True)

    def restart(self) -> None:
        """Stop in an orderly way and start again, on the same port."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Kill the server and remove its folder."""
        self.kill9()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._guard.release()

    def sql(self, statement: str, database: str = "") -> tuple[tuple[Any, ...], ...]:
        """Run one statement as root, outside of any database unless one is named.

        Returns its rows.
        """
        connection = self._connect(database)
        try:
            cursor = connection.cursor()
            cursor.execute(statement)
            rows: tuple[tuple[Any, ...], ...] = cursor.fetchall()
            connection.commit()
        finally:
            connection.close()
        return rows

    def rows(self, statement: str, database: str = "") -> list[tuple[Any, ...]]:
        """As ``sql``, but no rows while the server cannot be reached."""
        import MySQLdb

        try:
            return list(self.sql(statement, database))
        except MySQLdb.Error as error:
            if error.args[0] in AWAY_ERRORS:
                return []
            raise

    def _connect(self, database: str) -> Any:
        """A connection as root, for whom one place is kept.

        The server empties that place a moment after its last connection was closed.
        """
        import MySQLdb

        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return MySQLdb.connect(
                    host="127.0.0.1",
                    port=self.port,
                    user="root",
                    database=database,
                    charset="utf8mb4",
                    init_command=self.init_command,
                )
            except MySQLdb.OperationalError as error:
                if error.args[0] != TOO_MANY_CONNECTIONS or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def log(self) -> str:
        """What the server has logged."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def _command(self, name: str) -> list[str]:
        path = program(name)
        if path is None:
            raise RuntimeError(f"{name} is not installed.")
        account = [f"--user={self.account}"] if os.geteuid() == 0 else []
        # A server that starts removes the temporary tables of every other one in its tmpdir.
        places = [f"--datadir={self.data}", f"--tmpdir={self.folder}/tmp"]
        return [path, "--no-defaults", *places, *account]

    def _prepare(self) -> None:
        (self.folder / "tmp").mkdir()
        if self._template is None:
            self._install()
        else:
            shutil.copytree(self._template, self.data)

    def _install(self) -> None:
        result = subprocess.run(
            [
                *self._command("mariadb-install-db"),
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--skip-name-resolve",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            raise RuntimeError(f"mariadb-install-db failed:\n{result.stdout}{result.stderr}")

    def _wait_until_it_answers(self, server: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if server.poll() is not None:
                raise RuntimeError(f"mariadbd ended at its start:\n{self.log()[-3000:]}")
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as greeting:
                    # The server speaks first: a byte means that it takes sessions.
                    if greeting.recv(1):
                        return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"mariadbd does not answer:\n{self.log()[-3000:]}")


def main() -> None:
    """``python -m tests.fakes.mariadb COMMAND …``: run it with a private server's DATABASE_URL."""
    if (absent := missing()) is not None:
        sys.exit(f"{absent} is not installed.")
    with MariaDB() as server:
        environment = {**os.environ, "DATABASE_URL": server.url()}
        sys.exit(subprocess.run(sys.argv[1:], env=environment, check=False).returncode)


if __name__ == "__main__":
    main()
