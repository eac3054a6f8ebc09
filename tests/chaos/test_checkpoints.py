"""A worker is killed between two sections of an article: what was paid for is not bought again."""

import signal

import pytest

from tests.chaos.world import MakeWorld, World
from tests.fakes.provider import Call
from tests.waiting import wait_for

pytestmark = pytest.mark.mariadb
SECTIONS = 6
OUTLINE = "\n".join(f"Phần {n} về giao dịch\n- ý của phần {n}" for n in range(1, SECTIONS + 1))
SETTINGS = {"length": "long", "outlineOption": "custom-outline", "customOutline": OUTLINE}


def calls_of(world: World, part: int) -> list[Call]:
    """The calls for one section."""
    return world.fake.of(f"You write part {part} of {SECTIONS}")


def test_it_buys_no_section_twice_when_a_worker_is_killed(make_world: MakeWorld) -> None:
    world = make_world(latency=0.05, BATCH_LEASE_SECONDS="3")
    (person,) = world.people(1)
    hung = [world.fake.fail("hang", f"You write part {part} of {SECTIONS}") for part in (4, 5, 6)]
    worker = world.start_worker().wait_ready()
    job = world.submit(person, world.keywords(1), **SETTINGS)
    bought = "SELECT COUNT(*) FROM batch_steps"
    wait_for(lambda: world.number(bought) == 4 and len(calls_of(world, 6)) == 1, world.describe)
    worker.signal(signal.SIGKILL)
    world.forget(worker)
    for fault in hung:
        fault.times = 0
    world.start_worker().wait_ready()
    world.wait_until_finished()
    # Three sections and the metadata were paid for, three sections were not.
    asked = {part: len(calls_of(world, part)) for part in range(1, SECTIONS + 1)}
    assert asked == {1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 6: 2}
    assert sum(call.purpose == "metadata" for call in world.fake.calls) == 1
    ((used, charged, articles),) = world.query(
        "SELECT SUM(i.tokens_used), (SELECT -SUM(amount) FROM token_entries WHERE kind = 'charge'),"
        f" COUNT(i.article_id) FROM batch_items i WHERE i.job_id = {job}"
    )
    assert (used, articles) == (charged, 1)
    # The user pays for every answer, since all are in the article; each is on the books once.
    assert charged == world.fake.bill
    assert world.number("SELECT SUM(tokens_spent) FROM batch_attempts") == world.fake.bill
    assert world.number(bought) == 0
    world.audit()
