"""Where the peers live: a virtualenv of their own that sees the product's libraries too."""

import hashlib
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path

from benchmarks.throughput.lines import ROOT

PINS = ROOT / "benchmarks" / "requirements-peers.txt"
HOME = ROOT / "var" / "peers"


class Missing(Exception):
    """A peer cannot be measured on this machine; the text says why."""


def programs() -> Path:
    """The folder of the virtualenv's programs, made when it is not there. Raises Missing."""
    if reason := _why_missing():
        raise Missing(reason)
    return HOME / "bin"


@cache
def _why_missing() -> str:
    """Install what is pinned, once; returns what stands in the way."""
    pinned = hashlib.sha256(PINS.read_bytes()).hexdigest()
    mark = HOME / "pinned"
    if mark.exists() and mark.read_text() == pinned:
        return ""
    try:
        _install()
    except subprocess.CalledProcessError as error:
        said = (error.stderr.strip() or error.stdout.strip()).splitlines()
        return f"cannot be installed: {said[-1] if said else error}"
    mark.write_text(pinned)
    return ""


def _install() -> None:
    """What the product uses comes from its own environment: the same versions for all."""
    _run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(HOME)])
    libraries = HOME / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    own = libraries / "site-packages"
    (own / "product.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    pip = [sys.executable, "-m", "pip", "--python", str(HOME / "bin" / "python"), "--retries=1"]
    _run([*pip, "install", "--no-deps", "--requirement", str(PINS)])


def _run(command: list[str]) -> None:
    subprocess.run(command, capture_output=True, text=True, check=True)
