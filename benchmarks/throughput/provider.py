"""A provider that costs next to no processor time, so that it never limits what is measured.

``python -m benchmarks.throughput.provider``: OpenAI's chat protocol over bare sockets, on a port
of its own, which it prints. Every answer takes the latency that was set; its text is made
beforehand. Tokens are counted as the product estimates them, three bytes each. ``GET /stats``
tells what was seen, ``GET /reset?latency=0.25`` begins anew.
"""

import asyncio
import json
import os
import socket
import sys
import threading
import time
from collections import Counter
from functools import lru_cache
from typing import Any, cast

import uvloop

from tests.fakes.provider_texts import article

WORDS = 600
BYTES_PER_TOKEN = 3
OUTLINE = [{"heading": f"Phần {n} của bài", "points": ["Khái niệm", "Ví dụ"]} for n in range(3)]


class Seen:
    """What the provider saw since it was reset. Moments are on the machine's monotonic clock."""

    def __init__(self, latency: float) -> None:
        self.latency = latency
        self.first_call = self.last_call = self.last_answer = self.last_drop = 0.0
        self.at_once = self.most_at_once = self.answered = self.dropped = 0
        self.purposes: Counter[str] = Counter()
        self.prompt_tokens = self.completion_tokens = 0
        self.late: list[float] = []
        self.busy = time.process_time()

    def begin(self, purpose: str) -> None:
        """A call has come."""
        self.last_call = time.monotonic()
        self.first_call = self.first_call or self.last_call
        self.purposes[purpose] += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)

    def answer(self, due: float, prompt: int, completion: int) -> None:
        """A call was answered that should have been at ``due``."""
        self.at_once -= 1
        self.answered += 1
        self.last_answer = time.monotonic()
        self.late.append(self.last_answer - due)
        self.prompt_tokens += prompt
        self.completion_tokens += completion

    def drop(self) -> None:
        """A caller has hung up before its answer."""
        self.at_once -= 1
        self.dropped += 1
        self.last_drop = time.monotonic()

    def told(self) -> dict[str, Any]:
        """As JSON; ``late_ms`` is what 99 in 100 answers were late at most."""
        late = sorted(self.late) or [0.0]
        shown = {name: value for name, value in vars(self).items() if name not in ("late", "busy")}
        return {
            **shown,
            "calls": sum(self.purposes.values()),
            "late_ms": round(late[len(late) * 99 // 100] * 1000, 2),
            "busy_seconds": round(time.process_time() - self.busy, 3),
        }


def purpose_of(body: bytes) -> str:
    """Which of an article's calls this is, by the words of its prompt."""
    if b"one JSON object" in body:
        return "outline" if b'\\"outline\\"' in body else "metadata"
    return "body" if b"- Length: " in body else "title"


def text_of(purpose: str, keyword: str) -> str:
    """What the model writes."""
    title = f"{keyword}: hướng dẫn chi tiết"
    if purpose == "body":
        return article(WORDS, keyword)
    if purpose == "title":
        return title
    plan: dict[str, Any] = {
        "title": title,
        "metaTitle": title,
        "metaDescription": f"Hướng dẫn chi tiết từng bước về {keyword} cho người mới bắt đầu.",
    }
    return json.dumps(plan | ({"outline": OUTLINE} if purpose == "outline" else {}))


@lru_cache(maxsize=2000)
def answer_of(purpose: str, keyword: str) -> tuple[bytes, int]:
    """The start of a chat completion, all but its usage, and the tokens of its text."""
    text = text_of(purpose, keyword)
    message = {"role": "assistant", "content": text, "refusal": None}
    answer = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "bench",
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
    }
    start = json.dumps(answer, ensure_ascii=False).encode().removesuffix(b"}")
    return start, len(text.encode()) // BYTES_PER_TOKEN


def completed(body: bytes, purpose: str) -> tuple[bytes, int, int]:
    """The answer to a call, and the tokens of its prompt and of its text."""
    data = body.partition(b"<<<data ")[2].split(b"\\n", 2)
    keyword = data[1].decode() if len(data) > 1 else ""
    start, completion = answer_of(purpose, keyword)
    prompt = len(body) // BYTES_PER_TOKEN
    usage = b'%b, "usage": {"prompt_tokens": %d, "completion_tokens": %d, "total_tokens": %d}}'
    return usage % (start, prompt, completion, prompt + completion), prompt, completion


def packed(body: bytes) -> bytes:
    """An HTTP answer."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


class Connection(asyncio.Protocol):
    """One caller, who waits for an answer before the next call."""

    seen = Seen(0.0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._buffer = b""
        self._waiting: asyncio.TimerHandle | None = None
        self._counted_by = self.seen

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return
        size = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if len(body) < int(size or 0):
            return
        self._buffer = b""
        if head.startswith(b"GET"):
            self._transport.write(packed(json.dumps(self._steer(head)).encode()))
        else:
            self._call(body)

    def connection_lost(self, error: Exception | None) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._counted_by.drop()

    def _steer(self, head: bytes) -> dict[str, Any]:
        told = Connection.seen.told()
        if b"/reset?latency=" in head:
            Connection.seen = Seen(float(head.partition(b"latency=")[2].split(b" ", 1)[0]))
        return told

    def _call(self, body: bytes) -> None:
        seen = self._counted_by = Connection.seen
        purpose = purpose_of(body)
        seen.begin(purpose)
        due = time.monotonic() + seen.latency
        loop = asyncio.get_running_loop()
        self._waiting = loop.call_later(seen.latency, self._answer, body, purpose, due)

    def _answer(self, body: bytes, purpose: str, due: float) -> None:
        self._waiting = None
        answer, prompt, completion = completed(body, purpose)
        self._transport.write(packed(answer))
        self._counted_by.answer(due, prompt, completion)


def leave_with_parent() -> None:
    """End when standard input does: whoever started us is gone then."""
    sys.stdin.read()
    os._exit(0)


async def serve() -> None:
    """Serve as long as standard input is open; prints the port."""
    threading.Thread(target=leave_with_parent, daemon=True).start()
    listener = socket.create_server(("127.0.0.1", 0), backlog=2000)
    server = await asyncio.get_running_loop().create_server(Connection, sock=listener)
    print(listener.getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve())
