"""Waiting for a condition, the only way in which tests wait."""

import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")
PAUSE_SECONDS = 0.02


def wait_for(
    condition: Callable[[], Result],
    why: Callable[[], str] | str = "",
    timeout: float = 30.0,
) -> Result:
    """Call ``condition`` until it returns something true, and return that.

    Fails after ``timeout`` seconds, with ``why`` (a text, or a function that makes it only then)
    for the reader.
    """
    deadline = time.monotonic() + timeout
    while not (result := condition()):
        if time.monotonic() > deadline:
            told = why() if callable(why) else why
            raise AssertionError(f"Waited {timeout:g} s in vain: {told or condition}")
        time.sleep(PAUSE_SECONDS)
    return result
