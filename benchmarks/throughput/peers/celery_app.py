"""Celery as it is installed, without results."""

import os

from celery import Celery

from benchmarks.throughput import work

app = Celery("bench", broker=os.environ["REDIS_URL"])
app.conf.task_ignore_result = True


@app.task(name="write")
def write(user: int, keyword: str, series: bool) -> None:
    """Write one article."""
    work.write(user, keyword, series=series)


def enqueue(user: int, keyword: str, series: bool) -> None:
    """Put an article into the queue."""
    write.delay(user, keyword, series)
