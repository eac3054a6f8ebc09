"""The real web process, started as the Procfile says."""

import os
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

from tests.environment import ROOT
from tests.fakes.ports import free_port
from tests.fakes.process import Background
from tests.waiting import wait_for


def procfile(kind: str) -> str:
    """The command of one kind of process, such as ``web``."""
    text = (ROOT / "Procfile").read_text(encoding="utf-8")
    found = re.search(rf"^{kind}: (.+)$", text, flags=re.MULTILINE)
    assert found, f"the Procfile has no {kind}"
    return found.group(1)


class WebProcess(Background):
    """Gunicorn on a free port; ``environment`` holds its DATABASE_URL."""

    def __init__(self, environment: dict[str, str], workers: int = 1) -> None:
        self.port = free_port()
        # Not resolved: the environment's own folder, where gunicorn is.
        programs = Path(sys.executable).parent
        super().__init__(
            ["sh", "-c", procfile("web")],
            {
                **environment,
                "PATH": os.pathsep.join((str(programs), environment["PATH"])),
                "PORT": str(self.port),
                "WEB_CONCURRENCY": str(workers),
            },
        )

    @property
    def address(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def wait_ready(self, timeout: float = 30.0) -> Self:
        """Wait until it serves; returns itself."""
        wait_for(lambda: self._serves() or self.ended(), self.log, timeout)
        assert not self.ended(), self.log()
        return self

    def _serves(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False
