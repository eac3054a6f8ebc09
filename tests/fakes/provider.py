"""A provider on loopback that speaks OpenAI's and Gemini's protocols to the real libraries.

It keeps its own bill, notes every call and whether its caller stayed for the answer, and fails
on demand: by fault name (``tests/fakes/provider_faults.py``, or a text that is spoilt as in
``tests/fakes/provider_texts.py``) for calls whose text holds a keyword,
or by chance for a share of all calls. In a test it runs in a thread of its own; it counts as
another machine, and shares nothing with what is tested.
"""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.loopback import LoopbackServer
from tests.fakes.provider_faults import misbehave
from tests.fakes.provider_texts import SPOILT, answer, purpose_of

USAGE = {"body": (300, 500), "metadata": (100, 40), "outline": (120, 160),
         "section": (350, 300), "rewrite": (400, 200), "polish": (150, 60)}  # fmt: skip


@dataclass
class Call:
    """One request as the provider saw it.

    ``number`` counts the calls of its purpose for its article from 1. ``tokens`` is what a good
    answer is billed with, ``wasted`` a useless one, and ``perhaps_billed`` what a provider might
    bill for an answer that was not sent whole.
    """

    protocol: str
    model: str
    purpose: str
    text: str
    body: dict[str, Any]
    headers: dict[str, str]
    started: float
    usage: tuple[int, int]
    number: int = 1
    fault: str = ""
    answered: bool = False
    dropped_at: float | None = None
    tokens: int = 0
    wasted: int = 0
    perhaps_billed: int = 0

    @property
    def keyword(self) -> str:
        """The subject of the article, which stands between the first markers."""
        return self.text.partition("<<<data ")[2].partition("\n")[2].partition("\n")[0]


@dataclass
class Fault:
    """``name`` for calls whose text holds ``keyword``, the next ``times`` times.

    ``first``: for so many of the first calls of each purpose for each article alone.
    """

    name: str
    keyword: str = ""
    purpose: str = ""
    times: int = 10**9
    seconds: float = 0.0
    first: int = 10**9

    def meets(self, call: Call) -> bool:
        """Whether ``call`` is one of those that fail."""
        return (
            self.times > 0
            and call.number <= self.first
            and self.purpose in ("", call.purpose)
            and self.keyword in call.text
        )


@dataclass
class FakeProvider(LoopbackServer):
    """The server; use it as a context manager."""

    latency: float = 0.0
    words: int | None = None
    calls: list[Call] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    usage: dict[str, tuple[int, int]] = field(default_factory=lambda: dict(USAGE))
    answer: Callable[[Call], str] | None = None
    # How much the usage of one call differs from that of another, in tokens.
    spread: int = 1
    # Requests that reached another host by a redirection.
    strangers: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._by_keyword: dict[str, list[Call]] = defaultdict(list)
        self._chance: Callable[[], str] = str

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.ports[0]

    @property
    def openai_url(self) -> str:
        """What OPENAI_BASE_URL is set to."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def gemini_url(self) -> str:
        """What GEMINI_BASE_URL is set to."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def bill(self) -> int:
        """Tokens of all answers that were given out whole."""
        return sum(call.tokens for call in self.calls)

    def fail(self, name: str, keyword: str = "", **more: Any) -> Fault:
        """From now on, calls whose text holds ``keyword`` meet the fault."""
        fault = Fault(name, keyword, **more)
        self.faults.append(fault)
        return fault

    def chaos(self, share: float, names: list[str], seed: int) -> None:
        """From now on, a ``share`` of all calls (0 to 1) meets a fault of ``names`` by chance."""
        chance = random.Random(seed)
        self._chance = lambda: chance.choice(names) if chance.random() < share else ""

    def about(self, keyword: str) -> list[Call]:
        """The calls for the article about exactly ``keyword``, in order."""
        return self._by_keyword[keyword]

    def of(self, keyword: str) -> list[Call]:
        """The calls whose text holds ``keyword``."""
        return [call for call in self.calls if keyword in call.text]

    def applications(self) -> list[web.Application]:
        """Both protocols, and a place that redirections lead to."""
        app = web.Application(client_max_size=10**7)
        app.router.add_post("/v1/chat/completions", self._openai)
        app.router.add_post("/v1beta/models/{model}", self._gemini)
        app.router.add_route("*", "/elsewhere", self._elsewhere)
        return [app]

    async def _openai(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        text = "\n".join(message["content"] for message in body["messages"])
        call = self._note(request, "openai", body["model"], text, body)
        return await self._reply(request, call, openai_answer)

    async def _gemini(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        texts = [part["text"] for part in body["systemInstruction"]["parts"]]
        texts += [part["text"] for content in body["contents"] for part in content["parts"]]
        model = request.match_info["model"].partition(":")[0]
        call = self._note(request, "gemini", model, "\n".join(texts), body)
        return await self._reply(request, call, gemini_answer)

    async def _elsewhere(self, request: web.Request) -> web.StreamResponse:
        self.strangers.append(dict(request.headers))
        return web.json_response({})

    def _note(
        self, request: web.Request, protocol: str, model: str, text: str, body: dict[str, Any]
    ) -> Call:
        purpose = purpose_of(text)
        headers, prompt, completion = dict(request.headers), *self.usage[purpose]
        usage = prompt, completion + len(self.calls) % self.spread
        call = Call(protocol, model, purpose, text, body, headers, time.monotonic(), usage)
        self.calls.append(call)
        article = self._by_keyword[call.keyword]
        article.append(call)
        call.number = sum(other.purpose == purpose for other in article)
        return call

    async def _reply(
        self,
        request: web.Request,
        call: Call,
        shape: Callable[[Call, str, tuple[int, int]], dict[str, Any]],
    ) -> web.StreamResponse:
        try:
            fault = next((one for one in self.faults if one.meets(call)), None)
            fault = fault or Fault(self._chance())
            fault.times -= 1
            call.fault = fault.name
            if fault.name and fault.name not in SPOILT:
                good = shape(call, (self.answer or self._text)(call), call.usage)
                return await misbehave(request, call, fault, good)
            await asyncio.sleep(self.latency)
            call.tokens = sum(call.usage)
            call.answered = True
            text = SPOILT.get(fault.name, str)((self.answer or self._text)(call))
            return web.json_response(shape(call, text, call.usage))
        except asyncio.CancelledError:
            call.dropped_at = time.monotonic()
            call.perhaps_billed = sum(call.usage)
            raise

    def _text(self, call: Call) -> str:
        return answer(call.purpose, call.keyword, call.text, self.words)


def openai_answer(call: Call, text: str, usage: tuple[int, int]) -> dict[str, Any]:
    """The body of a chat completion."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": call.model,
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": text, "refusal": None},
            }
        ],
        "usage": {
            "prompt_tokens": usage[0],
            "completion_tokens": usage[1],
            "total_tokens": sum(usage),
        },
    }


def gemini_answer(call: Call, text: str, usage: tuple[int, int]) -> dict[str, Any]:
    """The body of a generateContent answer."""
    return {
        "candidates": [
            {
                "content": {"role": "model", "parts": [{"text": text}]},
                "finishReason": "STOP",
                "index": 0,
            }
        ],
        "usageMetadata": {
            "promptTokenCount": usage[0],
            "candidatesTokenCount": usage[1],
            "totalTokenCount": sum(usage),
        },
        "modelVersion": call.model,
    }
