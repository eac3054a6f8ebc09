"""How much a chaos test does, and the figures that it leaves behind.

``CHAOS=long`` in the environment chooses the long dose; the short one runs with all tests.
``CHAOS_SCALE=0.1`` makes a long dose a tenth as long, to try it.
"""

import json
import os
from typing import Any, TypeVar

from tests.environment import ROOT

Amount = TypeVar("Amount")
FIGURES = ROOT / "var" / "chaos.jsonl"


def is_long() -> bool:
    """Whether the long dose was asked for."""
    return os.environ.get("CHAOS") == "long"


def dose(*, short: Amount, long: Amount) -> Amount:
    """The one or the other."""
    return long if is_long() else short


def count(*, short: int, long: int) -> int:
    """A number of things to do, of which a scaled dose does fewer."""
    scale = float(os.environ.get("CHAOS_SCALE") or 1)
    return short if not is_long() else max(short, round(long * scale))


def record(name: str, **figures: Any) -> None:
    """Append the figures of one run to ``var/chaos.jsonl``; a short dose leaves none."""
    if not is_long():
        return
    FIGURES.parent.mkdir(exist_ok=True)
    with FIGURES.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps({"test": name, **figures}, ensure_ascii=False) + "\n")
