"""The ways in which the fake provider fails, by name, for both protocols.

``misbehave`` gets the good answer and spoils it. ERRORS are statuses with a body; FINISHES, TEXTS,
CHOICES and USAGES are answers of status 200; WIRE is everything below that.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.provider_errors import ERRORS, Answer

if TYPE_CHECKING:
    from tests.fakes.provider import Call, Fault

# Name: the finish that OpenAI and Gemini give for it.
FINISHES = {
    "cut": ("length", "MAX_TOKENS"),
    "thought_too_long": ("length", "MAX_TOKENS"),
    "filter": ("content_filter", "SAFETY"),
    "recitation": ("stop", "RECITATION"),
}
# Name: what stands where the usage should be; None leaves it out.
USAGES: dict[str, Any] = {
    "no_usage": None,
    "usage_null": "null",
    "usage_text": "many",
    "usage_negative": -500,
    "usage_fraction": 12.5,
    "usage_huge": 10**18,
    "usage_zero": 0,
}


async def misbehave(
    request: web.Request, call: "Call", fault: "Fault", good: Answer
) -> web.StreamResponse:
    """Answer ``call`` in the way that ``fault`` names; ``good`` is what it would have got."""
    name = fault.name
    if name in ERRORS:
        status, headers, openai, gemini = ERRORS[name]
        detail = {"message": name, "code": status}
        detail |= openai if call.protocol == "openai" else gemini
        return web.json_response({"error": detail}, status=status, headers=headers)
    if name in WIRE:
        call.perhaps_billed = sum(call.usage) if name in PERHAPS_BILLED else 0
        return await WIRE[name](request, fault)
    if name in USAGES:
        call.tokens, call.answered = sum(call.usage), True
        return web.json_response(_with_usage(call, good, USAGES[name]))
    call.wasted = sum(call.usage)
    return web.json_response(_useless(call, name, good))


def _with_usage(call: "Call", answer: Answer, value: Any) -> Answer:
    name = "usage" if call.protocol == "openai" else "usageMetadata"
    if value is None:
        del answer[name]
    elif value == "null":
        answer[name] = None
    else:
        answer[name] = dict.fromkeys(answer[name], value)
    return answer


def _useless(call: "Call", name: str, answer: Answer) -> Answer:
    """A well-formed answer of status 200 that is of no use."""
    openai = call.protocol == "openai"
    choices = "choices" if openai else "candidates"
    choice = answer[choices][0]
    if name in FINISHES:
        choice["finish_reason" if openai else "finishReason"] = FINISHES[name][0 if openai else 1]
        _say(choice, "<p>cut off in the mid" if name != "thought_too_long" else "")
    elif name == "refusal":
        choice["message"] |= {"content": None, "refusal": "I can't help with that."}
    elif name == "blocked":
        answer |= {choices: [], "promptFeedback": {"blockReason": "SAFETY"}}
    elif name in TEXTS:
        _say(choice, TEXTS[name])
    else:
        answer |= {choices: CHOICES[name]}
        if name == "error_inside":
            answer = {"error": {"message": "upstream", "code": 502}}
        call.wasted = 0
    return answer


def _say(choice: Answer, text: str) -> None:
    if "message" in choice:
        choice["message"]["content"] = text
    elif text:
        choice["content"]["parts"] = [{"text": text}]
    else:
        del choice["content"]


# Texts that are no article or no metadata.
TEXTS = {
    "empty": "",
    "blank": " \n\t ",
    "newline_flood": "\n" * 20_000,
    "cut_json": '{"title": "Học forex", "metaTitle": "Học',
}
# What stands where the list of choices should be.
CHOICES: dict[str, Any] = {
    "no_choices": [],
    "choices_null": None,
    "choices_not_a_list": {"0": "x"},
    "choice_null": [None],
    "message_null": [{"index": 0, "finish_reason": "stop", "message": None}],
    "error_inside": None,
}

Wire = Callable[[web.Request, "Fault"], Awaitable[web.StreamResponse]]


def _sent(
    body: str | bytes, content_type: str = "application/json", status: int = 200, **headers: str
) -> Wire:
    """A whole answer of these bytes."""
    data = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer(request: web.Request, fault: "Fault") -> web.StreamResponse:
        return web.Response(body=data, status=status, content_type=content_type, headers=named)

    return answer


def _redirect(status: int) -> Wire:
    """To the same server by another name, which counts as another host."""

    async def answer(request: web.Request, fault: "Fault") -> web.StreamResponse:
        assert request.transport is not None
        port = request.transport.get_extra_info("sockname")[1]
        location = {"Location": f"http://localhost:{port}/elsewhere"}
        return web.Response(status=status, headers=location)

    return answer


def _abort(request: web.Request) -> None:
    assert request.transport is not None
    request.transport.abort()


async def _reset(request: web.Request, fault: "Fault") -> web.StreamResponse:
    _abort(request)
    return web.Response()


async def _cut_short(request: web.Request, fault: "Fault") -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "5000"})
    await response.prepare(request)
    await response.write(b'{"id": "x"')
    _abort(request)
    return response


async def _hang(request: web.Request, fault: "Fault") -> web.StreamResponse:
    await asyncio.sleep(fault.seconds or 60)
    return web.Response(status=500)


async def _slow_headers(request: web.Request, fault: "Fault") -> web.StreamResponse:
    assert request.transport is not None
    request.transport.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        request.transport.write(b"x")
        await asyncio.sleep(0.02)


def _endless(part: bytes, pause: float) -> Wire:
    async def answer(request: web.Request, fault: "Fault") -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        while True:
            await response.write(part)
            await asyncio.sleep(pause)

    return answer


WIRE: dict[str, Wire] = {
    "html": _sent("<html><body>Welcome</body></html>", "text/html"),
    "html_404": _sent("<html><body>Nothing here</body></html>", "text/html", 404),
    "html_502": _sent("<html><body>Bad gateway</body></html>", "text/html", 502),
    "redirect_301": _redirect(301),
    "redirect_302": _redirect(302),
    "redirect_307": _redirect(307),
    "broken_json": _sent('{"choices": ['),
    "not_an_object": _sent(json.dumps([1, 2, 3])),
    "null": _sent("null"),
    "deep": _sent("[" * 100_000),
    "no_body": _sent(b""),
    "not_utf8": _sent(b'{"choices": "\xff\xfe\xc3"}'),
    "plain_text": _sent("busy", "text/plain"),
    "not_gzip": _sent(b"no gzip at all", Content_Encoding="gzip"),
    "long_header": _sent("{}", X_Long="x" * 200_000),
    "fifty_megabytes": _sent(b" " * 50_000_000),
    "reset": _reset,
    "cut_short": _cut_short,
    "hang": _hang,
    "drip": _endless(b" ", 0.02),
    "slow_headers": _slow_headers,
    "flood": _endless(b" " * 100_000, 0.0),
}
# Those for which a provider may have written an answer before it went wrong.
PERHAPS_BILLED = {"broken_json", "reset", "cut_short", "hang", "drip", "slow_headers", "flood"}
