"""Huey as it is installed, without results."""

import os

from huey import RedisHuey

from benchmarks.throughput import work

huey = RedisHuey("bench", url=os.environ["REDIS_URL"], results=False)


@huey.task()
def write(user: int, keyword: str, series: bool) -> None:
    """Write one article."""
    work.write(user, keyword, series=series)


def enqueue(user: int, keyword: str, series: bool) -> None:
    """Put an article into the queue."""
    write(user, keyword, series)
