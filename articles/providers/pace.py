"""How many calls to one model are in flight in this process, and whose turn is next.

The number follows what the provider bears: halved when it refuses a call or answers ever more
slowly, raised again while calls wait for a place ("additive increase, multiplicative decrease":
Chiu and Jain, 1989). Until the provider objects there is no limit but the worker's own. Places go
round among the lanes (jobs), so that a small job is not behind a large one.
"""

import asyncio
import random
import statistics
import time
from collections import defaultdict, deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.conf import settings

from articles.providers.base import Allowance, Completion, CompletionRequest, Provider, TryAgain

RATE_LIMIT, SLOWER = "rate_limit", "slower"
# Answers of one kind are compared in windows of so many; a window that took so many times as
# long as the quickest one, and a second longer, says that the provider is overloaded.
WINDOW = 12
SLOWDOWN = 3.0
SLOWDOWN_SECONDS = 1.0
# The quickest window is forgotten slowly: a model may become slower for good.
FORGETTING = 1.02


@dataclass(slots=True)
class Report:
    """What a pace has seen since the last report, for all processes to know.

    ``cut`` says why the limit was halved, at ``in_flight`` calls; ``full`` counts answers that
    came while others waited for a place. ``retry_after`` is the provider's wish in seconds.
    """

    cut: str = ""
    in_flight: int = 0
    full: int = 0
    retry_after: float = 0.0


class Pace:
    """The places for calls to one model. Used on one event loop."""

    def __init__(self) -> None:
        self._limit: int | None = None
        self._flying: dict[Hashable, int] = defaultdict(int)
        self._in_flight = 0
        self._waiting: dict[Hashable, deque[asyncio.Future[None]]] = {}
        self._not_before = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._cut_at = 0.0
        self._latency = _Latency()
        self._report = Report()

    @property
    def limit(self) -> int | None:
        """How many calls may be in flight; None for as many as are asked for."""
        return self._limit

    def allow(self, limit: int | None, pause: float = 0.0) -> None:
        """Take the limit that all processes agreed on, and a pause of so many seconds."""
        self._limit = limit
        self._pause(pause)
        self._grant()

    def report(self) -> Report:
        """What has happened since the last call of this."""
        report, self._report = self._report, Report()
        return report

    async def enter(self, lane: Hashable) -> None:
        """Wait for a place. The lane with the fewest calls in flight is next."""
        if not self._waiting and self._has_room():
            self._take(lane)
            return
        place = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(lane, deque()).append(place)
        self._grant()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.leave(lane)
            raise

    def leave(self, lane: Hashable) -> None:
        """Give a place back."""
        self._in_flight -= 1
        self._flying[lane] -= 1
        if not self._flying[lane]:
            del self._flying[lane]
        self._grant()

    def answered(self, kind: Hashable, seconds: float, allowance: Allowance | None) -> None:
        """A call of ``kind`` was answered after so many seconds."""
        if self._waiting:
            self._report.full += 1
        if allowance is not None and not allowance.calls_left:
            self._pause(allowance.reset_seconds)
        if self._latency.rises(kind, seconds):
            self._cut(SLOWER, seconds)

    def refused(self, retry_after: float | None, seconds: float) -> None:
        """The provider's rate limit was met by a call that took so many seconds."""
        self._cut(RATE_LIMIT, seconds)
        self._pause(retry_after or 0.0)
        self._report.retry_after = max(self._report.retry_after, retry_after or 0.0)

    def _cut(self, reason: str, seconds: float) -> None:
        """Halve the limit, once for all calls that were in flight together."""
        now = time.monotonic()
        if now - seconds < self._cut_at:
            return
        self._cut_at = now
        self._report.cut, self._report.in_flight = reason, self._in_flight
        flying = self._in_flight if self._limit is None else min(self._limit, self._in_flight)
        self._limit = max(flying // 2, 1)

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self._not_before = max(self._not_before, time.monotonic() + seconds)

    def _has_room(self) -> bool:
        if self._not_before > time.monotonic():
            return False
        return self._limit is None or self._in_flight < self._limit

    def _take(self, lane: Hashable) -> None:
        self._in_flight += 1
        self._flying[lane] += 1

    def _grant(self) -> None:
        """Give free places to those who wait."""
        while self._waiting and self._has_room():
            lane = min(self._waiting, key=lambda one: self._flying.get(one, 0))
            places = self._waiting.pop(lane)
            while places and places[0].done():
                places.popleft()
            if not places:
                continue
            places.popleft().set_result(None)
            self._take(lane)
            if places:
                # Behind the others: with as many calls in flight, the next one is another's.
                self._waiting[lane] = places
        self._wake_later()

    def _wake_later(self) -> None:
        """Come back when a pause is over; a little later, not all in the same moment."""
        wait = self._not_before - time.monotonic()
        if not self._waiting or wait <= 0 or self._timer is not None:
            return
        wait += random.uniform(0, settings.AI_RETRY_BASE_SECONDS / 4)
        self._timer = asyncio.get_running_loop().call_later(wait, self._after_pause)

    def _after_pause(self) -> None:
        self._timer = None
        self._grant()


@dataclass(slots=True)
class _Latency:
    """How long answers take, by kind of call."""

    windows: dict[Hashable, list[float]] = field(default_factory=lambda: defaultdict(list))
    quickest: dict[Hashable, float] = field(default_factory=dict)

    def rises(self, kind: Hashable, seconds: float) -> bool:
        """Whether this answer ends a window that took much longer than the quickest one."""
        window = self.windows[kind]
        window.append(seconds)
        if len(window) < WINDOW:
            return False
        middle = statistics.median(window)
        window.clear()
        quickest = self.quickest.get(kind, middle) * FORGETTING
        self.quickest[kind] = min(quickest, middle)
        return middle > max(quickest * SLOWDOWN, quickest + SLOWDOWN_SECONDS)


class Turn(NamedTuple):
    """Where calls wait: for a place in ``pace``, in the ``lane`` of their job."""

    pace: Pace
    lane: Hashable


class Paced:
    """A provider whose calls wait for their turn in ``pace``, in the lane of their job."""

    def __init__(self, provider: Provider, pace: Pace, lane: Hashable) -> None:
        self._provider = provider
        self._pace = pace
        self._lane = lane

    async def complete(self, request: CompletionRequest) -> Completion:
        """The provider's answer or error."""
        await self._pace.enter(self._lane)
        started = time.monotonic()
        try:
            completion = await self._provider.complete(request)
            kind = request.purpose, request.max_output_tokens
            self._pace.answered(kind, time.monotonic() - started, completion.allowance)
            return completion
        except TryAgain as error:
            if error.code == "rate_limited":
                self._pace.refused(error.retry_after, time.monotonic() - started)
            raise
        finally:
            self._pace.leave(self._lane)

    async def aclose(self) -> None:
        """The provider is closed by whoever made it."""
