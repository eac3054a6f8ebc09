"""A job's history, told again from its events: the moves that it made, and what came when."""

from collections.abc import Callable
from typing import Any

Query = Callable[[str], list[tuple[Any, ...]]]
# Where an event may find a job, and where it leaves it. A paused or handed-back job may be
# completed by articles that still ran.
UNSETTLED = {"pending", "processing", "paused"}
MOVES: dict[str, tuple[set[str], str]] = {
    "created": ({""}, "pending"),
    "claimed": ({"pending"}, "processing"),
    "paused": ({"pending", "processing"}, "paused"),
    "resumed": ({"paused"}, "pending"),
    "cancelled": (UNSETTLED, "cancelled"),
    "retried": ({"completed", "failed"}, "pending"),
    "released": ({"processing"}, "pending"),
    "completed": (UNSETTLED, "completed"),
    "failed": (UNSETTLED, "failed"),
}


def replay(query: Query) -> dict[str, int]:
    """Fail where a job made a move that does not exist, or stands elsewhere than its last one.

    Returns how often each move was made. The rows of one job's events are in the order in which
    it was locked.
    """
    states: dict[int, str] = {}
    counts: dict[str, int] = {}
    for job, kind in query("SELECT job_id, kind FROM batch_events ORDER BY id"):
        state = states.get(job, "")
        if kind == "taken_over":
            states[job] = "pending" if state == "processing" else state
        elif kind in MOVES:
            allowed, states[job] = MOVES[kind]
            assert state in allowed, f"job {job} was {kind} while it was {state or 'not there'}"
        else:
            assert state in UNSETTLED, f"job {job} wrote an article while it was {state}"
        counts[kind] = counts.get(kind, 0) + 1
    assert states == dict(query("SELECT id, status FROM batch_jobs"))
    return counts


def charges_after_cancel(query: Query) -> list[tuple[Any, ...]]:
    """Ledger lines and settlements that came after their job was cancelled; there are none."""
    return query(
        "SELECT c.job_id, i.id, e.created_at, c.created_at FROM batch_events c"
        " JOIN batch_items i ON i.job_id = c.job_id"
        " JOIN token_entries e ON e.item_id = i.id"
        " WHERE c.kind = 'cancelled' AND e.created_at > c.created_at"
    )
