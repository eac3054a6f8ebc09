"""Several people pause, resume, cancel and retry at random while four workers write."""

import random
import time
from datetime import UTC

import pytest

from tests.chaos import dose, evidence, history
from tests.chaos.steering import CHANNELS, Steering, in_admin
from tests.chaos.world import MakeWorld, Person, World
from tests.waiting import wait_for

pytestmark = pytest.mark.mariadb
WORKERS = 4
HANDS = 6
IN_FLIGHT = 4
ARTICLES = 12
# Long enough that a call which was not dropped is seen.
LATENCY = 1.2
ENDLESS_SECONDS = 60.0
DROPPED_WITHIN = dose.dose(short=2.0, long=1.0)


def submit(world: World, person: Person) -> int:
    """A job of which a few keywords fail once, so that there is something to retry."""
    keywords = world.keywords(ARTICLES)
    for keyword in random.sample(keywords, 2):
        world.fake.fail("bad_request", keyword, purpose="body", times=1)
    return world.submit(person, keywords)


def warm_up(world: World, people: list[Person]) -> None:
    """Start the workers, and let each write a job: a client library takes its time to load."""
    world.fake.latency = 0.2
    for _ in range(WORKERS):
        world.start_worker("--max-jobs", "1", "--items-in-flight", str(IN_FLIGHT))
    for worker in world.workers:
        worker.wait_ready()
    world.submit_all((person, world.keywords(8)) for person in people)
    world.wait_until_finished()
    [(busy,)] = world.query("SELECT COUNT(DISTINCT worker) FROM batch_attempts")
    assert busy == WORKERS
    world.fake.latency = LATENCY


def cancels(world: World) -> dict[int, float]:
    """When each cancelled job was cancelled, by the clock that the provider's calls have."""
    since_boot = time.time() - time.monotonic()
    rows = world.query("SELECT job_id, created_at FROM batch_events WHERE kind = 'cancelled'")
    return {job: moment.replace(tzinfo=UTC).timestamp() - since_boot for job, moment in rows}


def seconds_to_drop(world: World) -> list[float]:
    """How long after its job's cancel each call in flight came to an end."""
    moments = cancels(world)
    owner = dict(world.query("SELECT keyword, job_id FROM batch_items"))
    took = []
    for call in world.fake.calls:
        moment = moments.get(owner[evidence.keyword_of(call)])
        end = call.started + LATENCY if call.answered else call.dropped_at
        if moment is not None and end is not None and end > moment:
            took.append(end - moment)
    return took


def cancel_in_flight(world: World, people: list[Person], operator: Person) -> float:
    """Cancel jobs whose calls would go on for long; returns how long after it the last ended."""
    world.fake.latency = ENDLESS_SECONDS
    before = len(world.fake.calls)
    words = [world.keywords(IN_FLIGHT) for _ in people]
    jobs = [world.submit(person, some) for person, some in zip(people, words, strict=True)]
    # Not all calls: where the provider seemed slow, fewer are let in at once.
    wait_for(lambda: all(any(map(world.fake.about, some)) for some in words), world.describe)
    started = time.monotonic()
    for number, (person, job) in enumerate(zip(people, jobs, strict=True)):
        channel = CHANNELS[number % len(CHANNELS)]
        channel(world, operator if channel is in_admin else person, job, "cancel")
    wait_for(lambda: all(call.dropped_at for call in world.fake.calls[before:]), world.describe)
    return max(call.dropped_at or 0.0 for call in world.fake.calls[before:]) - started


def asked_twice(world: World) -> list[tuple[object, ...]]:
    """Keywords that were started again although nothing had failed; there are none."""
    return world.query(
        "SELECT item_id, COUNT(*) FROM batch_attempts GROUP BY item_id"
        " HAVING SUM(state <> 'failed') > 1"
    )


def test_it_keeps_its_order_whatever_people_do(make_world: MakeWorld) -> None:
    world = make_world(latency=LATENCY, BATCH_LEASE_SECONDS="30")
    *people, operator = world.people(WORKERS + 1, operators=1)
    world.start_web()
    warm_up(world, people)
    steering = Steering(world, people, operator, lambda person: submit(world, person))
    started = time.monotonic()
    steering.run(dose.count(short=50, long=1000), HANDS)
    seconds = time.monotonic() - started
    world.fake.latency = 0.1
    steering.resume_all()
    world.wait_until_finished(300)
    dropped = cancel_in_flight(world, people, operator)
    world.audit()
    figures = world.explain_calls()
    moves = history.replay(world.query)
    assert not history.charges_after_cancel(world.query)
    assert not asked_twice(world)
    took = seconds_to_drop(world)
    assert max([dropped, *took]) <= DROPPED_WITHIN
    dose.record(
        "actions",
        actions=steering.done.total(),
        **steering.done,
        **{kind: moves.get(kind, 0) for kind in ("paused", "resumed", "cancelled", "retried")},
        calls_dropped=len(took),
        drop_most=round(max([dropped, *took]), 2),
        seconds=round(seconds),
        **figures,
    )
