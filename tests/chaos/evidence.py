"""What the provider saw, held against what the database says of it."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from tests.fakes.provider import Call

KEYWORD = re.compile(r"từ khóa số \d{6}")
PURPOSES = ("body", "metadata")
Figures = dict[str, int]
Query = Callable[[str], list[tuple[Any, ...]]]


def keyword(number: int) -> str:
    """A keyword that no other contains, and that can be told in a call's text."""
    return f"từ khóa số {number:06d}"


def keyword_of(call: Call) -> str:
    """Which keyword a call was made for."""
    found = KEYWORD.search(call.text)
    assert found, f"a call for nobody's keyword: {call.text}"
    return found.group()


class _Seen:
    """The provider's side of one keyword."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()

    def note(self, call: Call) -> None:
        self.calls[call.purpose] += 1
        self.answered[call.purpose] += call.answered


def seen_by_keyword(calls: Iterable[Call]) -> dict[str, _Seen]:
    """Calls and whole answers of each purpose, by keyword."""
    seen: dict[str, _Seen] = {}
    for call in calls:
        seen.setdefault(keyword_of(call), _Seen()).note(call)
    return seen


def explain_calls(calls: list[Call], query: Query, calls_per_attempt: int) -> Figures:
    """Fail unless the calls are those of the attempts, each once, and the bill is paid once.

    A settled attempt has its answers. Whatever else was called belongs to an attempt that was
    lost, dropped or failed. Returns what there was of each.
    """
    seen = seen_by_keyword(calls)
    attempts = _attempts(query)
    strangers = seen.keys() - attempts.keys()
    assert not strangers, f"calls without an attempt: {sorted(strangers)[:5]}"
    for name, states in attempts.items():
        _explain(name, seen.get(name, _Seen()), states, calls_per_attempt)
    _explain_money(query)
    totals: Counter[str] = sum(attempts.values(), Counter())
    return {
        "calls": len(calls),
        "answered": sum(call.answered for call in calls),
        "bill": sum(call.tokens for call in calls),
        **{state: totals[state] for state in ("settled", "lost", "dropped", "failed")},
    }


def _attempts(query: Query) -> dict[str, Counter[str]]:
    """How many attempts of each state a keyword has."""
    rows = query(
        "SELECT i.keyword, t.state, COUNT(*) FROM batch_attempts t"
        " JOIN batch_items i ON i.id = t.item_id GROUP BY i.keyword, t.state"
    )
    found: dict[str, Counter[str]] = {}
    for name, state, number in rows:
        found.setdefault(name, Counter())[state] = number
    return found


def _explain(name: str, seen: _Seen, states: Counter[str], calls_per_attempt: int) -> None:
    story = f"{name}: {dict(seen.calls)} calls, {dict(seen.answered)} answers, {dict(states)}"
    settled, all_attempts = states["settled"], states.total()
    assert settled <= 1, f"settled twice: {story}"
    for purpose in PURPOSES:
        assert seen.answered[purpose] >= settled, f"settled without an answer: {story}"
        assert seen.answered[purpose] <= all_attempts, f"answers that nobody asked for: {story}"
    most = calls_per_attempt * all_attempts
    assert seen.calls.total() <= most, f"calls that nobody started: {story}"


def _explain_money(query: Query) -> None:
    """Users pay what the answers of their articles cost, and the operator the rest."""
    [(spent, charged)] = query(
        "SELECT COALESCE(SUM(tokens_spent), 0), COALESCE(SUM(tokens_charged), 0)"
        " FROM batch_attempts WHERE state = 'settled'"
    )
    [(paid,)] = query("SELECT COALESCE(SUM(-amount), 0) FROM token_entries WHERE kind = 'charge'")
    assert spent == charged == paid, f"spent {spent}, charged {charged}, paid {paid}"


def poisoned(query: Query) -> int:
    """Fail where a keyword failed that was not lost three times with its worker.

    Returns how many were: they are failed on purpose, in case they are what kills workers.
    """
    failed = query(
        "SELECT i.id, i.error_code, SUM(t.state = 'lost') FROM batch_items i"
        " JOIN batch_attempts t ON t.item_id = i.id WHERE i.status = 'failed' GROUP BY i.id"
    )
    assert all(code == "crashed_worker" and times >= 3 for _, code, times in failed), failed
    return len(failed)
