"""How many calls the provider itself can answer, asked by a client that costs next to nothing."""

import asyncio
import time

from benchmarks.throughput.work import arguments, requests

CONNECTIONS = 100
CALLS = 20_000


async def _ask(port: int, request: bytes, number: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(number):
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.rpartition(b"Length: ")[2]))
    writer.close()


async def _ask_all(port: int, request: bytes) -> float:
    begun = time.monotonic()
    each = CALLS // CONNECTIONS
    await asyncio.gather(*(_ask(port, request, each) for _ in range(CONNECTIONS)))
    return CALLS / (time.monotonic() - begun)


def calls_a_second(port: int) -> float:
    """Ask for bodies over 100 connections, as fast as answers come."""
    import json

    import uvloop

    body = json.dumps(arguments(requests("từ khóa")[0]), ensure_ascii=False).encode()
    head = b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_ask_all(port, head + body))
