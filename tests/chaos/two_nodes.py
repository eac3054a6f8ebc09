"""A race of two nodes, the same way each time: a turn is taken away while a job comes in.

``python -m tests.chaos.two_nodes USER``, on a DATABASE_URL with several hosts. A claim on the
second node finds nothing to do for a user whose turn it is; before its COMMIT the first node takes
in a job of that user. Prints whether a worker would look for that job, which is cancelled then.
"""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 30.0


@contextmanager
def node(number: int) -> Iterator[None]:
    """Let this thread talk to another host first."""
    from django.db import connections

    settings = connections["default"].settings_dict
    hosts = settings["HOSTS"]
    own = type(connections["default"])({**settings, "HOSTS": hosts[number:] + hosts[:number]})
    connections["default"] = own
    try:
        yield
    finally:
        own.close()


def race(user_id: int) -> bool:
    """Whether the user is still ready once both have committed."""
    from django.db.backends.base.base import BaseDatabaseWrapper

    from accounts.models import User
    from jobs import leases, lifecycle, queue, submission, turns
    from jobs.models import UserQueue

    user = User.objects.get(pk=user_id)
    checked = submission.parse(user, ["không ai viết"], {"model": "offline"})
    turns.mark_ready(user_id)
    found_nothing, taken_in = threading.Event(), threading.Event()
    commit = BaseDatabaseWrapper._commit

    def claim() -> None:
        with node(1):
            worker = leases.register()
            claiming.append(threading.get_ident())
            queue.claim(worker)
            leases.retire(worker)

    claiming: list[int] = []

    def late(connection: BaseDatabaseWrapper) -> None:
        if threading.get_ident() in claiming and not found_nothing.is_set():
            found_nothing.set()
            taken_in.wait(SECONDS)
        commit(connection)

    BaseDatabaseWrapper._commit = late  # type: ignore[method-assign]
    thread = threading.Thread(target=claim)
    thread.start()
    found_nothing.wait(SECONDS)
    job, _ = lifecycle.create(user, checked)
    taken_in.set()
    thread.join()
    job.refresh_from_db()
    seen = job.status != "pending" or UserQueue.objects.get(pk=user_id).ready
    lifecycle.cancel(job.pk, by=user)
    return bool(seen)


if __name__ == "__main__":
    import django

    django.setup()
    json.dump(race(int(sys.argv[1])), sys.stdout)
