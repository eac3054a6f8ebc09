"""The places for calls to a model: in turn, fewer when it objects, more when it bears them."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from articles.providers import pace as pacing
from articles.providers.allowance import allowance, seconds
from articles.providers.base import Allowance, Completion, CompletionRequest, TryAgain, Usage
from articles.providers.pace import Pace, Paced
from articles.writing import prompts
from articles.writing.brief import Brief
from tests import aio

REQUEST = prompts.body(Brief("k", "openai", "m", "vi", "casual", "short"))


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    """Run a scenario that must not hang."""
    aio.run(asyncio.wait_for(scenario(), 20))


async def enter_all(pace: Pace, lanes: str) -> tuple[list[str], list[asyncio.Task[None]]]:
    """Let a call of each lane ask for a place; returns who has one, in order, and the tasks."""
    entered: list[str] = []

    async def call(lane: str) -> None:
        await pace.enter(lane)
        entered.append(lane)

    tasks = [asyncio.create_task(call(lane)) for lane in lanes]
    await settle_down()
    return entered, tasks


async def settle_down() -> None:
    """Until nothing more happens by itself."""
    for _ in range(20):
        await asyncio.sleep(0)


def test_it_has_no_limit_while_the_provider_bears_it() -> None:
    async def scenario() -> None:
        entered, _tasks = await enter_all(Pace(), "a" * 500)
        assert len(entered) == 500

    run(scenario)


def test_it_gives_places_in_turn_to_the_lane_with_the_fewest() -> None:
    async def scenario() -> None:
        pace = Pace()
        pace.allow(4)
        entered, tasks = await enter_all(pace, "aaaaaaaabb")
        assert entered == ["a"] * 4
        for _ in range(2):
            pace.leave("a")
        await settle_down()
        assert entered[4:] == ["b", "b"]
        for lane in "ab":
            pace.leave(lane)
        await settle_down()
        assert entered[6:] == ["a", "a"]
        for task in tasks:
            task.cancel()

    run(scenario)


def test_it_gives_the_place_of_a_cancelled_call_to_the_next() -> None:
    async def scenario() -> None:
        pace = Pace()
        pace.allow(1)
        entered, tasks = await enter_all(pace, "abc")
        tasks[1].cancel()
        pace.leave("a")
        await settle_down()
        assert entered == ["a", "c"]

    run(scenario)


def test_it_takes_a_place_back_that_came_with_the_cancel() -> None:
    async def scenario() -> None:
        pace = Pace()
        pace.allow(1)
        entered, tasks = await enter_all(pace, "ab")
        pace.leave("a")
        tasks[1].cancel()
        await settle_down()
        assert entered == ["a"]
        await pace.enter("c")

    run(scenario)


def test_it_halves_once_for_calls_that_were_in_flight_together() -> None:
    async def scenario() -> None:
        pace = Pace()
        await enter_all(pace, "a" * 40)
        for _ in range(10):
            pace.refused(None, 60.0)
            pace.leave("a")
        assert pace.limit == 20
        report = pace.report()
        assert (report.cut, report.in_flight) == ("rate_limit", 40)
        assert pace.report().cut == ""

    run(scenario)


def test_it_halves_again_for_calls_that_began_afterwards() -> None:
    async def scenario() -> None:
        pace = Pace()
        await enter_all(pace, "a" * 40)
        pace.refused(None, 60.0)
        pace.refused(None, 0.0)
        assert pace.limit == 10

    run(scenario)


def test_it_never_falls_below_one() -> None:
    pace = Pace()
    for _ in range(5):
        pace.refused(None, 0.0)
    assert pace.limit == 1


def test_it_halves_when_answers_take_ever_longer() -> None:
    async def scenario() -> None:
        pace = Pace()
        await enter_all(pace, "a" * 40)
        for _ in range(3 * pacing.WINDOW):
            pace.answered("body", 2.0, None)
        assert pace.limit is None
        for _ in range(pacing.WINDOW):
            pace.answered("body", 5.0, None)
        assert pace.limit is None, "another kind of text, or chance"
        for _ in range(pacing.WINDOW):
            pace.answered("body", 9.0, None)
        assert pace.limit == 20
        assert pace.report().cut == "slower"

    run(scenario)


def test_it_tells_of_answers_for_which_others_waited() -> None:
    async def scenario() -> None:
        pace = Pace()
        pace.allow(2)
        pace.answered("body", 1.0, None)
        _entered, tasks = await enter_all(pace, "aaa")
        pace.answered("body", 1.0, None)
        assert pace.report().full == 1
        for task in tasks:
            task.cancel()

    run(scenario)


@pytest.mark.parametrize("told", ["retry-after", "no calls left", "by another worker"])
def test_it_starts_nothing_during_a_pause_that_the_provider_asks_for(told: str) -> None:
    async def scenario() -> None:
        pace = Pace()
        if told == "retry-after":
            pace.refused(0.2, 0.0)
        elif told == "no calls left":
            pace.answered("body", 1.0, Allowance(0, 0.2))
        else:
            pace.allow(None, 0.2)
        loop = asyncio.get_running_loop()
        started = loop.time()
        await pace.enter("a")
        assert loop.time() - started >= 0.19

    run(scenario)


def test_it_leaves_its_place_whatever_becomes_of_the_call() -> None:
    class Refusing:
        async def complete(self, request: CompletionRequest) -> Completion:
            raise TryAgain("rate_limited", "Slow down.")

        async def aclose(self) -> None:
            """Nothing."""

    async def scenario() -> None:
        pace = Pace()
        for _ in range(3):
            with pytest.raises(TryAgain):
                await Paced(Refusing(), pace, "a").complete(REQUEST)
        assert pace.limit == 1
        await pace.enter("a")

    run(scenario)


def test_it_passes_the_answer_on() -> None:
    class Answering:
        async def complete(self, request: CompletionRequest) -> Completion:
            return Completion("text", Usage(1, 1))

        async def aclose(self) -> None:
            """Nothing."""

    async def scenario() -> None:
        completion = await Paced(Answering(), Pace(), "a").complete(REQUEST)
        assert completion.text == "text"

    run(scenario)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1s", 1.0), ("6m0s", 360.0), ("20ms", 0.02), ("1m30.5s", 90.5), ("1h2m3s", 3723.0),
        ("7", 7.0), ("0.5", 0.5), ("", None), (None, None), ("soon", None), ("-1s", None),
        ("1d", None),
    ],
)  # fmt: skip
def test_it_reads_lengths_of_time(text: str | None, expected: float | None) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"remaining-requests": "12", "reset-requests": "1s"}, Allowance(12, 1.0)),
        ({"remaining-requests": "0", "reset-requests": "999h0m0s"}, Allowance(0, 120.0)),
        ({"remaining-tokens": "0", "reset-tokens": "6s"}, Allowance(0, 6.0)),
        (
            {"remaining-requests": "9", "reset-requests": "1s", "remaining-tokens": "1000"},
            Allowance(9, 1.0),
        ),
        (
            {
                "remaining-requests": "9", "reset-requests": "1s", "remaining-tokens": "800",
                "reset-tokens": "46s", "limit-tokens": "10000",
            },
            Allowance(0, 1.0),
        ),
        ({"remaining-tokens": "800", "reset-tokens": "46s"}, Allowance(0, 46.0)),
        (
            {"remaining-tokens": "0", "reset-tokens": "6s", "limit-tokens": "900"},
            Allowance(0, 6.0),
        ),
        ({"remaining-requests": "0"}, None),
        ({"remaining-requests": "-1", "reset-requests": "1s"}, None),
        ({"remaining-requests": "many", "reset-requests": "1s"}, None),
    ],
)  # fmt: skip
def test_it_reads_what_a_provider_still_takes(
    headers: dict[str, str], expected: Allowance | None
) -> None:
    named = {f"x-ratelimit-{name}": text for name, text in headers.items()}
    assert allowance(named, tokens=1000) == expected
