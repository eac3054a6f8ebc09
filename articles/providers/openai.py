"""OpenAI, and every server that speaks its chat protocol (``OPENAI_BASE_URL``)."""

import asyncio
from typing import Any

import httpx2
import openai
from django.conf import settings

from articles.providers import failures
from articles.providers.base import (
    Completion,
    CompletionRequest,
    GiveUp,
    ProviderError,
    ProviderUnavailable,
    Usage,
    estimated_usage,
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
                limits=httpx2.Limits(
                    max_connections=CONNECTIONS, max_keepalive_connections=KEPT_ALIVE
                ),
            ),
        )
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
        except openai.APITimeoutError as error:
            raise _no_answer(error) from error
        except openai.APIStatusError as error:
            raise _refusal(error) from error
        except openai.APIConnectionError as error:
            raise failures.connection_lost() from error
        except Exception as error:
            raise failures.invalid_answer() from error

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def _create(self, request: CompletionRequest) -> Any:
        """One call; again without a parameter that this model turns out not to take."""
        while True:
            try:
                return await self._client.chat.completions.create(**self._arguments(request))
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


def _no_answer(error: openai.APITimeoutError) -> ProviderError:
    """The transport calls a connection that the server closed a time-out of the connection."""
    if isinstance(error.__cause__, httpx2.ConnectTimeout):
        return failures.connection_lost()
    return failures.timed_out()


def _judge(request: CompletionRequest, answer: Any) -> Completion:
    """Read the usage, then see what the answer is worth."""
    if isinstance(answer, str):
        raise ProviderUnavailable(
            "misconfigured",
            "The provider's address answers with a web page: OPENAI_BASE_URL is not its API.",
            scope="provider",
        )
    choice = answer.choices[0] if answer.choices else None
    message = choice.message if choice else None
    text = (message.content if message else None) or ""
    usage = _usage(request, answer, text)
    if choice is None or message is None:
        raise failures.invalid_answer()
    if choice.finish_reason == "content_filter":
        raise GiveUp("filtered", "The provider's content filter stopped the answer.", usage=usage)
    if message.refusal:
        raise GiveUp("refused", f"The model refused: {redacted(message.refusal)}", usage=usage)
    if choice.finish_reason == "length":
        raise failures.truncated(usage)
    if not text.strip():
        raise failures.empty(usage)
    return Completion(text, usage, str(answer.id or ""), str(answer.model or ""))


def _usage(request: CompletionRequest, answer: Any, text: str) -> Usage:
    reported = answer.usage
    if reported is None or reported.prompt_tokens is None or reported.completion_tokens is None:
        return estimated_usage(request, text) if text else Usage()
    return Usage(int(reported.prompt_tokens), int(reported.completion_tokens))


def _retry_after(error: openai.APIStatusError) -> float | None:
    try:
        return max(float(error.response.headers["retry-after"]), 0.0)
    except (KeyError, ValueError):
        return None


def _refusal(error: openai.APIStatusError) -> ProviderError:
    """What an error status means for the keyword, the model and the key."""
    code, status = str(error.code or ""), error.status_code
    if status == 429 and code != "insufficient_quota":
        return failures.rate_limited(_retry_after(error))
    if status in (402, 429):
        return failures.quota_exhausted()
    if status == 401:
        return failures.key_refused()
    if status == 403:
        return failures.not_permitted()
    if status == 404 or code == "model_not_found":
        return failures.model_not_found()
    if status in (408, 409) or status >= 500:
        return failures.server_error(_retry_after(error))
    return _bad_request(code, error)


def _bad_request(code: str, error: openai.APIStatusError) -> GiveUp:
    if "context_length" in code:
        return GiveUp("context_too_long", "The text is too long for this model.")
    if "policy" in code or "safety" in code or "policy" in str(error).lower():
        return GiveUp("policy", "The provider's content policy refuses this keyword.")
    return GiveUp(
        "bad_request", f"The provider does not accept the request: {redacted(error.message)}"
    )
