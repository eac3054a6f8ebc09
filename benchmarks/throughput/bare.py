"""Loops without a queue: what the libraries themselves cost.

``python -m benchmarks.throughput.bare asyncio|threads`` reads orders, JSON objects a line, from
standard input, and writes a line for each that it has taken in.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import openai
import uvloop

from benchmarks.throughput import work
from benchmarks.throughput.lines import Order, orders

DATABASE_THREADS = 4


class Loop:
    """50 coroutines on one event loop; the database has four threads."""

    def __init__(self) -> None:
        self._client = openai.AsyncOpenAI(max_retries=0, http_client=openai.DefaultAioHttpClient())
        self._threads = ThreadPoolExecutor(DATABASE_THREADS)
        self._waiting: asyncio.Queue[tuple[int, str]] = asyncio.Queue()

    async def run(self) -> None:
        """Work until standard input ends."""
        loop = asyncio.get_running_loop()
        reading = loop.run_in_executor(None, self._read, loop)
        writers = [asyncio.create_task(self._write()) for _ in range(work.AT_ONCE)]
        await asyncio.wait([reading, *writers], return_when=asyncio.FIRST_COMPLETED)
        # Whatever still runs goes with the process.
        os._exit(0)

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        for order in orders():
            for keyword in order.keywords:
                loop.call_soon_threadsafe(self._waiting.put_nowait, (order.user, keyword))

    async def _write(self) -> None:
        create = self._client.chat.completions.create
        loop = asyncio.get_running_loop()
        while True:
            user, keyword = await self._waiting.get()
            first, second = (work.arguments(one) for one in work.requests(keyword))
            body, metadata = await asyncio.gather(create(**first), create(**second))
            values = work.row(user, keyword, body, metadata)
            await loop.run_in_executor(self._threads, work.store, values)


def run_loop() -> None:
    """Serve orders with asyncio, uvloop and openai on aiohttp."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(Loop().run())


def run_threads() -> None:
    """Serve orders with 50 threads and openai's blocking client."""
    threads = ThreadPoolExecutor(work.AT_ONCE)
    work.client()

    def take(order: Order) -> None:
        for keyword in order.keywords:
            threads.submit(work.write, order.user, keyword, series=order.series)

    for order in orders():
        take(order)
    os._exit(0)


KINDS: dict[str, Callable[[], None]] = {"asyncio": run_loop, "threads": run_threads}

if __name__ == "__main__":
    KINDS[sys.argv[1]]()
