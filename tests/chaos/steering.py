"""People who steer jobs at random, over the API, the pages and the admin, all at once."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.chaos.history import UNSETTLED
from tests.chaos.world import Person, World
from tests.fakes.client import send
from tests.waiting import wait_for

CSRF = "c" * 32
ACTIONS = ("pause", "resume", "retry", "cancel")
# What people want of a job that they see in this state; one time in four they want anything.
SENSIBLE = {
    "pending": ("pause", "pause", "cancel"),
    "processing": ("pause", "pause", "pause", "cancel"),
    "paused": ("resume", "resume", "resume", "cancel"),
    "completed": ("retry",),
    "failed": ("retry",),
}
OPEN_JOBS = 3
# Somebody who has just done something looks at another job for up to this long.
LONGEST_LOOK_SECONDS = 1.0
Channel = Callable[[World, Person, int, str], None]


def browser_post(world: World, person: Person, path: str, form: dict[str, str]) -> None:
    """Send a form as a signed-in browser does; the answer leads to another page."""
    assert world.web is not None
    headers = {"Cookie": f"sessionid={person.session}; csrftoken={CSRF}"}
    fields = {"csrfmiddlewaretoken": CSRF, **form}
    answer = send("POST", f"{world.web.address}{path}", headers=headers, form=fields)
    assert answer.status == 302, f"{answer.status} for {path}:\n{answer.text[:2000]}"
    assert "login" not in answer.headers["Location"], f"{person.name} is not signed in"


def over_api(world: World, person: Person, job: int, action: str) -> None:
    """The owner's client calls the API."""
    world.act(person, job, action)


def on_page(world: World, person: Person, job: int, action: str) -> None:
    """The owner presses a button of the job's card."""
    browser_post(world, person, f"/jobs/{job}/{action}", {})


def in_admin(world: World, operator: Person, job: int, action: str) -> None:
    """An operator chooses the job in the admin's list and runs an action."""
    form = {"action": action, "_selected_action": str(job)}
    browser_post(world, operator, "/admin/jobs/batchjob/", form)


CHANNELS: tuple[Channel, ...] = (over_api, on_page, in_admin)


@dataclass
class Steering:
    """``people`` and their jobs, made by ``submit``; ``operator`` may steer anybody's."""

    world: World
    people: list[Person]
    operator: Person
    submit: Callable[[Person], int]
    done: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, actions: int, hands: int) -> None:
        """Do so many actions, by so many at once. Raises what any of them met."""
        with ThreadPoolExecutor(hands) as pool:
            for outcome in [pool.submit(self._act) for _ in range(actions)]:
                outcome.result()

    def _act(self) -> None:
        moment = time.monotonic() + random.uniform(0, LONGEST_LOOK_SECONDS)
        wait_for(lambda: time.monotonic() >= moment)
        person = random.choice(self.people)
        job, status = random.choice(self._jobs_of(person))
        action = random.choice(SENSIBLE.get(status, ACTIONS))
        if random.random() < 0.25:
            action = random.choice(ACTIONS)
        channel = random.choice(CHANNELS)
        channel(self.world, self.operator if channel is in_admin else person, job, action)
        self.done[channel.__name__] += 1

    def _jobs_of(self, person: Person) -> list[tuple[int, str]]:
        """The newest jobs of a person with their states, one of them new if most have ended."""
        newest = (
            f"SELECT id, status FROM batch_jobs WHERE user_id = {person.id}"
            f" ORDER BY id DESC LIMIT {2 * OPEN_JOBS}"
        )
        with self._lock:
            jobs = self.world.query(newest)
            if sum(status in UNSETTLED for _, status in jobs) < OPEN_JOBS:
                self.submit(person)
                jobs = self.world.query(newest)
        return jobs

    def resume_all(self) -> None:
        """Let every job that was left paused go on."""
        for person in self.people:
            paused = f"SELECT id FROM batch_jobs WHERE user_id={person.id} AND status='paused'"
            for (job,) in self.world.query(paused):
                self.world.act(person, job, "resume")
