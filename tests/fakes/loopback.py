"""A server of the test's own on loopback, on an event loop in a thread of its own."""

import asyncio
import threading
from abc import abstractmethod
from typing import Self

from aiohttp import web

START_SECONDS = 10


class LoopbackServer:
    """Serves ``applications``, each on a free port; use it as a context manager.

    A request whose caller hangs up is cancelled. It counts as another machine, and shares nothing
    with what is tested.
    """

    ports: list[int]

    @abstractmethod
    def applications(self) -> list[web.Application]:
        """What is served; called once, on the loop that serves it."""

    def __enter__(self) -> Self:
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._ready.wait(START_SECONDS), "the server did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(START_SECONDS)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._run())
        finally:
            self._loop.close()

    async def _run(self) -> None:
        self._stop = asyncio.Event()
        runners = [
            web.AppRunner(one, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
            for one in self.applications()
        ]
        for runner in runners:
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.ports = [runner.addresses[0][1] for runner in runners]
        self._ready.set()
        await self._stop.wait()
        for runner in runners:
            await runner.cleanup()
