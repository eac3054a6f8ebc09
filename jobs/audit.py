"""Goes through the tables and looks for rows where an invariant is not true. It only reads."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from jobs.invariants import INVARIANTS, Invariant, Table

__all__ = ["INVARIANTS", "MOST_ROWS", "Invariant", "Outcome", "check", "violations"]

MOST_ROWS = 20
Row = tuple[Any, ...]


@dataclass(slots=True)
class Outcome:
    """What a check has found so far.

    ``rows`` are off, with ``columns`` as their heads; ``more``: there are further ones.
    ``next_id`` is the first id that was not looked at, None where all were; ``share`` is how much
    of the table was, from 0 to 1.
    """

    columns: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    more: bool = False
    next_id: int | None = None
    share: float = 1.0
    seconds: float = 0.0


def check(
    invariant: Invariant,
    *,
    ids: int | None = None,
    start: int = 0,
    seconds: float | None = None,
    on_chunk: Callable[[float], object] = lambda share: None,
) -> Outcome:
    """Look for rows where ``invariant`` is not true, ``ids`` ids in one statement.

    Begins at the id ``start``. Ends at the last row that was there at the beginning, or when
    more than ``MOST_ROWS`` were found, or after the statement in which ``seconds`` ran out.
    ``on_chunk`` is told the share of the table after every statement.
    """
    begun = time.monotonic()
    outcome = Outcome()
    step = ids or invariant.table.ids
    first, last = _extent(invariant.table)
    outcome.next_id = _id_from(invariant.table, start, last)
    while outcome.next_id is not None and not outcome.more:
        if seconds is not None and outcome.seconds >= seconds:
            break
        end = outcome.next_id + step - 1
        _look(invariant, outcome, outcome.next_id, min(end, last))
        outcome.next_id = _id_from(invariant.table, end + 1, last)
        outcome.share = 1.0 if outcome.next_id is None else (end + 1 - first) / (last + 1 - first)
        outcome.seconds = time.monotonic() - begun
        on_chunk(outcome.share)
    return outcome


def violations(invariant: Invariant, *, ids: int | None = None) -> list[Row]:
    """The rows where ``invariant`` is not true, the first twenty of them."""
    return check(invariant, ids=ids).rows


def _look(invariant: Invariant, outcome: Outcome, first: int, last: int) -> None:
    """Add the rows of one range that are off, and whether there are more of them."""
    room = MOST_ROWS - len(outcome.rows)
    with connection.cursor() as cursor:
        cursor.execute(f"{invariant.sql} LIMIT %s", [first, last, room + 1])
        outcome.columns = tuple(column[0] for column in cursor.description)
        found = cursor.fetchall()
    outcome.rows += found[:room]
    outcome.more = len(found) > room


def _extent(table: Table) -> Row:
    """The first and the last id; 0 and 0 of an empty table."""
    (extent,) = _ask(f"SELECT COALESCE(MIN(id), 0), COALESCE(MAX(id), 0) FROM {table.name}")  # noqa: S608  (a name of ours)
    return extent


def _id_from(table: Table, start: int, last: int) -> int | None:
    """The first id from ``start`` to ``last``: a gap costs one look, however wide it is."""
    sql = f"SELECT MIN(id) FROM {table.name} WHERE id BETWEEN %s AND %s"  # noqa: S608  (a name of ours)
    found: int | None = _ask(sql, start, last)[0][0]
    return found


def _ask(sql: str, *values: int) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
