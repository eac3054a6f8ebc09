"""A provider on loopback that speaks OpenAI's and Gemini's protocols to the real libraries.

It keeps its own bill, notes every call and whether its caller stayed for the answer, and fails
on demand: by fault name for calls whose text holds a keyword. In a test it runs in a thread of
its own; it counts as another machine, and shares nothing with what is tested.
"""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

USAGE = {"body": (300, 500), "metadata": (100, 40), "outline": (120, 160)}
TITLE = "Học Forex Cơ Bản: Hướng Dẫn Chi Tiết"


@dataclass
class Call:
    """One request as the provider saw it."""

    protocol: str
    model: str
    purpose: str
    text: str
    body: dict[str, Any]
    headers: dict[str, str]
    started: float
    answered: bool = False
    dropped_at: float | None = None
    tokens: int = 0


@dataclass
class Fault:
    """``name`` for calls whose text holds ``keyword``, the next ``times`` times."""

    name: str
    keyword: str = ""
    purpose: str = ""
    times: int = 10**9
    seconds: float = 0.0

    def meets(self, call: Call) -> bool:
        """Whether ``call`` is one of those that fail."""
        return self.times > 0 and self.keyword in call.text and self.purpose in ("", call.purpose)


@dataclass
class FakeProvider:
    """The server; use it as a context manager."""

    latency: float = 0.0
    words: int | None = None
    calls: list[Call] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    usage: dict[str, tuple[int, int]] = field(default_factory=lambda: dict(USAGE))
    answer: Callable[[Call], str] | None = None

    def __enter__(self) -> "FakeProvider":
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._ready.wait(10), "the fake provider did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

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

    def of(self, keyword: str) -> list[Call]:
        """The calls whose text holds ``keyword``."""
        return [call for call in self.calls if keyword in call.text]

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._run())
        finally:
            self._loop.close()

    async def _run(self) -> None:
        self._stop = asyncio.Event()
        app = web.Application(client_max_size=10**7)
        app.router.add_post("/v1/chat/completions", self._openai)
        app.router.add_post("/v1beta/models/{model}", self._gemini)
        runner = web.AppRunner(
            app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None
        )
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

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

    def _note(
        self, request: web.Request, protocol: str, model: str, text: str, body: dict[str, Any]
    ) -> Call:
        purpose = "body"
        if "one JSON object" in text:
            purpose = "outline" if '"outline"' in text else "metadata"
        call = Call(protocol, model, purpose, text, body, dict(request.headers), time.monotonic())
        self.calls.append(call)
        return call

    async def _reply(
        self,
        request: web.Request,
        call: Call,
        shape: Callable[[Call, str, tuple[int, int]], dict[str, Any]],
    ) -> web.StreamResponse:
        try:
            fault = next((one for one in self.faults if one.meets(call)), None)
            if fault is not None:
                fault.times -= 1
                return await misbehave(request, call, fault, shape, self.usage[call.purpose])
            await asyncio.sleep(self.latency)
            call.tokens = sum(self.usage[call.purpose])
            call.answered = True
            text = (self.answer or self._text)(call)
            return web.json_response(shape(call, text, self.usage[call.purpose]))
        except asyncio.CancelledError:
            call.dropped_at = time.monotonic()
            raise

    def _text(self, call: Call) -> str:
        if call.purpose == "body":
            return article(self.words or _words_asked(call.text))
        plan: dict[str, Any] = {
            "title": TITLE,
            "metaTitle": "Học Forex Cơ Bản",
            "metaDescription": "Hướng dẫn chi tiết về forex cơ bản cho người mới bắt đầu.",
        }
        if call.purpose == "outline":
            plan["outline"] = [{"heading": "Forex là gì", "points": ["Khái niệm"]}]
        return json.dumps(plan, ensure_ascii=False)


def _words_asked(text: str) -> int:
    return int(text.rpartition("- Length: ")[2].partition(" words")[0])


def article(words: int) -> str:
    """An article of exactly ``words`` words, with headings, a list and a table."""
    head = "<h2>Khái niệm và cách bắt đầu</h2><ul><li>một</li><li>hai</li></ul>"
    table = "<table><tr><td>ba</td><td>bốn</td></tr></table>"
    left = words - 10
    paragraphs = []
    while left > 0:
        count = min(left, 60)
        paragraphs.append("<p>" + " ".join(f"chữ{left - n}" for n in range(count)) + "</p>")
        left -= count
    return head + "".join(paragraphs) + table


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


OPENAI_ERRORS: dict[str, tuple[int, dict[str, str], dict[str, Any]]] = {
    "rate_limit": (429, {"retry-after": "0.05"}, {"code": "rate_limit_exceeded"}),
    "long_rate_limit": (429, {"retry-after": "600"}, {"code": "rate_limit_exceeded"}),
    "quota": (429, {}, {"code": "insufficient_quota"}),
    "error_500": (500, {}, {"code": "server_error"}),
    "error_503": (503, {"retry-after": "0.05"}, {"code": "overloaded"}),
    "key": (401, {}, {"code": "invalid_api_key", "message": "Wrong key sk-CANARY1234567890"}),
    "forbidden": (403, {}, {"code": "unsupported_country_region_territory"}),
    "no_model": (404, {}, {"code": "model_not_found"}),
    "context": (400, {}, {"code": "context_length_exceeded"}),
    "policy": (400, {}, {"code": "content_policy_violation"}),
    "bad_request": (400, {}, {"code": "invalid_value", "message": "no sk-CANARY1234567890"}),
    "no_max_completion_tokens": (
        400,
        {},
        {
            "code": "unsupported_parameter",
            "param": "max_completion_tokens",
            "message": "Unsupported parameter: 'max_completion_tokens'",
        },
    ),
    "no_response_format": (400, {}, {"message": "response_format is not supported"}),
}
GEMINI_ERRORS: dict[str, tuple[int, dict[str, str], dict[str, Any]]] = {
    "rate_limit": (429, {"retry-after": "0.05"}, {"status": "RESOURCE_EXHAUSTED"}),
    "long_rate_limit": (429, {"retry-after": "600"}, {"status": "RESOURCE_EXHAUSTED"}),
    "quota": (
        429,
        {},
        {"status": "RESOURCE_EXHAUSTED", "message": "GenerateRequestsPerDayPerProject"},
    ),
    "error_500": (500, {}, {"status": "INTERNAL"}),
    "error_503": (503, {"retry-after": "0.05"}, {"status": "UNAVAILABLE"}),
    "key": (
        400,
        {},
        {"status": "INVALID_ARGUMENT", "message": "API key not valid. API_KEY_INVALID"},
    ),
    "forbidden": (403, {}, {"status": "PERMISSION_DENIED"}),
    "no_model": (404, {}, {"status": "NOT_FOUND"}),
    "context": (400, {}, {"message": "The input token count exceeds the maximum"}),
    "bad_request": (400, {}, {"message": "no AIzaCANARY1234567890"}),
}
FINISHES = {
    "cut": ("length", "MAX_TOKENS"),
    "filter": ("content_filter", "SAFETY"),
    "recitation": ("stop", "RECITATION"),
}


async def misbehave(
    request: web.Request,
    call: Call,
    fault: Fault,
    shape: Callable[[Call, str, tuple[int, int]], dict[str, Any]],
    usage: tuple[int, int],
) -> web.StreamResponse:
    """Answer ``call`` in the way that ``fault`` names."""
    errors = OPENAI_ERRORS if call.protocol == "openai" else GEMINI_ERRORS
    if fault.name in errors:
        status, headers, error = errors[fault.name]
        detail = {"message": fault.name, "code": status, **error}
        return web.json_response({"error": detail}, status=status, headers=headers)
    if fault.name in WIRE_FAULTS:
        return await WIRE_FAULTS[fault.name](request, fault)
    return web.json_response(_spoilt(call, fault.name, shape, usage))


def _spoilt(
    call: Call,
    name: str,
    shape: Callable[[Call, str, tuple[int, int]], dict[str, Any]],
    usage: tuple[int, int],
) -> dict[str, Any]:
    """A well-formed answer of status 200 that is of no use."""
    text = "" if name == "empty" else "<p>cut off in the mid"
    answer = shape(call, text, usage)
    choice = answer.get("choices", answer.get("candidates"))[0]
    openai = call.protocol == "openai"
    if name in FINISHES:
        choice["finish_reason" if openai else "finishReason"] = FINISHES[name][0 if openai else 1]
    elif name == "refusal":
        choice["message"] |= {"content": None, "refusal": "I can't help with that."}
    elif name == "no_choices":
        answer["choices"] = answer["candidates"] = None if openai else []
    elif name == "blocked":
        answer["candidates"] = []
        answer["promptFeedback"] = {"blockReason": "SAFETY"}
    elif name == "no_usage":
        answer = shape(call, article(600), usage)
        answer.pop("usage", None)
        answer.pop("usageMetadata", None)
    return answer


async def _html_page(request: web.Request, fault: Fault) -> web.StreamResponse:
    return web.Response(text="<html><body>Welcome</body></html>", content_type="text/html")


async def _broken_json(request: web.Request, fault: Fault) -> web.StreamResponse:
    return web.Response(text='{"choices": [', content_type="application/json")


async def _not_an_object(request: web.Request, fault: Fault) -> web.StreamResponse:
    return web.json_response([1, 2, 3])


async def _reset(request: web.Request, fault: Fault) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _cut_short(request: web.Request, fault: Fault) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "5000"})
    await response.prepare(request)
    await response.write(b'{"id": "x"')
    assert request.transport is not None
    request.transport.abort()
    return response


async def _hang(request: web.Request, fault: Fault) -> web.StreamResponse:
    await asyncio.sleep(fault.seconds or 60)
    return web.Response(status=500)


async def _drip(request: web.Request, fault: Fault) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.02)


WIRE_FAULTS = {
    "html": _html_page,
    "broken_json": _broken_json,
    "not_an_object": _not_an_object,
    "reset": _reset,
    "cut_short": _cut_short,
    "hang": _hang,
    "drip": _drip,
}
