"""OpenAI, and every server that speaks its chat protocol (``OPENAI_BASE_URL``)."""

import asyncio
import json
from typing import Any

import httpx2
import openai
from django.conf import settings

from articles.connections import bound
from articles.providers import failures
from articles.providers.allowance import allowance
from articles.providers.base import (
    MOST_BYTES,
    Completion,
    CompletionRequest,
    GiveUp,
    ProviderError,
    TooLarge,
    Usage,
    reported_usage,
)
from articles.providers.redact import redacted

CONNECT_SECONDS = 5.0
CONNECTIONS = 1000
KEPT_ALIVE = 100

# Parameters that some servers and models refuse, by the word that names them in the refusal.
ADAPTABLE = ("max_completion_tokens", "temperature", "response_format", "json_schema")


class OpenAIProvider:
    """Calls ``chat.completions`` with the library's own retries off."""

    def __init__(self) -> None:
        timeout = httpx2.Timeout(settings.AI_TIMEOUT_SECONDS, connect=CONNECT_SECONDS)
        self._client = openai.AsyncOpenAI(
            api_key=settings.OPENAI_API_KEY,
            base_url=settings.OPENAI_BASE_URL or None,
            max_retries=0,
            timeout=timeout,
            http_client=openai.DefaultAioHttpClient(
                timeout=timeout,
                # A redirection leads away from the API; prompts and key do not follow it.
                follow_redirects=False,
                event_hooks={"response": [bound(MOST_BYTES)]},
                limits=httpx2.Limits(
                    max_connections=CONNECTIONS, max_keepalive_connections=KEPT_ALIVE
                ),
            ),
        )
        # Whole, so that the library need not put it together for each call.
        self._address = str(self._client.base_url.join("chat/completions"))
        self._refused: dict[str, set[str]] = {}

    async def complete(self, request: CompletionRequest) -> Completion:
        """The model's answer; see the protocol."""
        try:
            # Read time-outs start anew with each byte; only a deadline ends a dripping answer.
            async with asyncio.timeout(settings.AI_TIMEOUT_SECONDS):
                answer = await self._create(request)
            return _judge(request, answer)
        except ProviderError:
            raise
        except TimeoutError as error:
            raise failures.timed_out() from error
        except openai.APIStatusError as error:
            raise _refusal(error) from error
        except openai.APIConnectionError as error:
            raise _no_answer(error) from error
        except Exception as error:
            raise failures.invalid_answer() from error

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def _create(self, request: CompletionRequest) -> httpx2.Response:
        """One call; again without a parameter that this model turns out not to take.

        ``post`` and not ``chat.completions``: the library's models of request and answer take as
        long as all the rest of a call, and stumble over answers that are none.
        """
        while True:
            try:
                return await self._client.post(
                    self._address, cast_to=httpx2.Response, body=self._arguments(request)
                )
            except openai.BadRequestError as error:
                if not self._learn(request.model, error):
                    raise

    def _learn(self, model: str, error: openai.BadRequestError) -> bool:
        """Note the parameter that the refusal names. False where it names none, or a known one."""
        text = f"{error.param or ''} {error}".lower()
        known = self._refused.setdefault(model, set())
        for name in ADAPTABLE:
            if name in text and name not in known:
                known.add(name)
                return True
        return False

    def _arguments(self, request: CompletionRequest) -> dict[str, Any]:
        refused = self._refused.get(request.model, set())
        arguments: dict[str, Any] = {
            "model": request.model,
            "messages": [
                {"role": "system", "content": request.system},
                {"role": "user", "content": request.user},
            ],
        }
        budget = "max_tokens" if "max_completion_tokens" in refused else "max_completion_tokens"
        arguments[budget] = request.max_output_tokens
        if request.temperature is not None and "temperature" not in refused:
            arguments["temperature"] = request.temperature
        if request.schema is not None and not refused & {"response_format", "json_schema"}:
            arguments["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": request.purpose, "schema": request.schema, "strict": True},
            }
        return arguments


def _no_answer(error: openai.APIConnectionError) -> ProviderError:
    """Why no answer came, by what the transport said."""
    cause = error.__cause__
    if isinstance(cause, TooLarge):
        return failures.invalid_answer()
    if isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout):
        return failures.not_connected()
    if isinstance(error, openai.APITimeoutError):
        return failures.timed_out()
    return failures.connection_lost()


def _judge(request: CompletionRequest, response: httpx2.Response) -> Completion:
    """Read the usage, then see what the answer is worth."""
    answer = _object(response)
    choice = _first(answer)
    message = choice.get("message")
    if not isinstance(message, dict):
        raise failures.invalid_answer()
    text = message.get("content")
    text = text if isinstance(text, str) else ""
    usage = _usage(request, answer, text)
    if choice.get("finish_reason") == "content_filter":
        raise GiveUp("filtered", "The provider's content filter stopped the answer.", usage=usage)
    if message.get("refusal"):
        said = redacted(str(message["refusal"]))
        raise GiveUp("refused", f"The model refused: {said}", usage=usage)
    if choice.get("finish_reason") == "length":
        raise failures.truncated(usage)
    if not text.strip():
        raise failures.empty(usage)
    return Completion(
        text,
        usage,
        str(answer.get("id") or ""),
        str(answer.get("model") or ""),
        allowance(response.headers, usage.total),
    )


def _object(response: httpx2.Response) -> dict[str, Any]:
    """The JSON object that was answered."""
    try:
        answer = json.loads(response.content)
    except (ValueError, RecursionError):
        page = response.content.lstrip().startswith(b"<")
        raise (failures.misconfigured() if page else failures.invalid_answer()) from None
    if not isinstance(answer, dict):
        raise failures.invalid_answer()
    return answer


def _first(answer: dict[str, Any]) -> dict[str, Any]:
    """The first choice of an answer."""
    choices = answer.get("choices")
    if not choices:
        raise _error_inside(answer)
    if not isinstance(choices, list) or not isinstance(choices[0], dict):
        raise failures.invalid_answer()
    choice: dict[str, Any] = choices[0]
    return choice


def _error_inside(answer: dict[str, Any]) -> ProviderError:
    """Servers that pass calls on to others answer 200 with the other's error inside."""
    error = answer.get("error")
    if not isinstance(error, dict):
        return failures.invalid_answer()
    code = error.get("code")
    if type(code) is int:
        return _meaning(code, "", redacted(str(error.get("message", ""))), None)
    if code == "insufficient_quota":
        return failures.quota_exhausted()
    return failures.invalid_answer()


def _usage(request: CompletionRequest, answer: dict[str, Any], text: str) -> Usage:
    reported = answer.get("usage")
    counts = reported if isinstance(reported, dict) else {}
    return reported_usage(
        request, text, counts.get("prompt_tokens"), counts.get("completion_tokens")
    )


def _refusal(error: openai.APIStatusError) -> ProviderError:
    """What an error status means for the keyword, the model and the key."""
    headers = error.response.headers
    if error.status_code in (404, 405) and "html" in headers.get("content-type", ""):
        return failures.misconfigured()
    wait = failures.wait_of(headers.get("retry-after"))
    return _meaning(error.status_code, str(error.code or ""), str(error.message), wait)


def _meaning(status: int, code: str, text: str, wait: float | None) -> ProviderError:
    if code == "insufficient_quota":
        return failures.quota_exhausted()
    if code == "model_not_found":
        return failures.model_not_found()
    known = failures.by_status(status, wait)
    if known is not None:
        return known
    if "context_length" in code:
        return failures.context_too_long()
    if "policy" in code or "safety" in code or "policy" in text.lower():
        return GiveUp("policy", "The provider's content policy refuses this keyword.")
    return GiveUp("bad_request", f"The provider does not accept the request: {redacted(text)}")
