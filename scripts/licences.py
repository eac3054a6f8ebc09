"""``python -m scripts.licences``: write docs/licences.md from what is installed."""

import re
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "docs" / "licences.md"
HEAD = """\
# Licences

Of the packages that run in production, in their own words. `make lock` writes this list; a test
compares it with what is installed. Front-end packages stand in `static/vendor` with their licences.

| package | licence |
|---|---|
"""
LONGEST = 80


def installed() -> dict[str, str]:
    """The pinned packages of production that are installed here, each with its licence."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    names = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==", text, flags=re.MULTILINE)
    # Some are for other systems.
    return {name: said for name in names if (said := _licence(name)) is not None}


def _licence(name: str) -> str | None:
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    kinds = [
        one.rpartition(" :: ")[2]
        for one in about.get_all("Classifier") or []
        if one.startswith("License ::")
    ]
    said = _first(about, "License-Expression") or ", ".join(kinds) or _first(about, "License")
    return " ".join(said.split())[:LONGEST]


def _first(about: Any, field: str) -> str:
    return str((about.get_all(field) or [""])[0])


def table() -> str:
    """The whole file."""
    return HEAD + "".join(f"| {name} | {said} |\n" for name, said in installed().items())


if __name__ == "__main__":
    LIST.write_text(table(), encoding="utf-8")
