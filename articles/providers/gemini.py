"""Gemini through google-generativeai over REST.

The library only blocks, so each call has a thread of a pool of our own. Its maker has ended it;
a successor takes its place in the registry by a dotted path.
"""

import asyncio
import re
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings

from articles.providers import failures
from articles.providers.base import (
    Completion,
    CompletionRequest,
    GiveUp,
    ProviderError,
    ProviderUnavailable,
    TryAgain,
    Usage,
    estimated_usage,
)
from articles.providers.droppable import Call, DroppableAdapter
from articles.providers.redact import redacted

RETRY_DELAY = re.compile(r"retry_?delay\D{0,20}?(\d+(?:\.\d+)?)", re.IGNORECASE)
BLOCKED = {"SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "IMAGE_SAFETY"}


def load_library() -> Any:
    """The google.generativeai module, without the farewell that it prints at its import."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import google.generativeai as library
    except ImportError as error:
        raise ProviderUnavailable(
            "not_installed",
            "Gemini needs the package google-generativeai, which is not installed here.",
            scope="provider",
        ) from error
    return library


class GeminiProvider:
    """Calls ``generateContent`` with the library's own retries off."""

    def __init__(self) -> None:
        self._size = settings.BATCH_MAX_CONCURRENT_JOBS * settings.BATCH_ITEMS_IN_FLIGHT * 2
        self._threads = ThreadPoolExecutor(self._size, thread_name_prefix="gemini")
        self._library: Any = None
        self._client: Any = None
        self._starting = asyncio.Lock()

    async def complete(self, request: CompletionRequest) -> Completion:
        """The model's answer; see the protocol."""
        await self._start()
        call = Call()
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._threads, self._blocking, call, request)
        try:
            async with asyncio.timeout(settings.AI_TIMEOUT_SECONDS):
                answer = await asyncio.shield(running)
            return _judge(request, answer)
        except ProviderError:
            raise
        except TimeoutError as error:
            raise failures.timed_out() from error
        except Exception as error:
            raise self._meaning(error) from error
        finally:
            if not running.done():
                call.drop()
                running.add_done_callback(_forget)

    async def aclose(self) -> None:
        """Take no further calls; threads that still sit in one are left behind."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _start(self) -> None:
        async with self._starting:
            if self._client is None:
                loop = asyncio.get_running_loop()
                self._client = await loop.run_in_executor(self._threads, self._make_client)

    def _make_client(self) -> Any:
        """A client of our own: the library's own configuration is one for the whole process."""
        self._library = load_library()
        from google.generativeai.client import _ClientManager

        options = {"api_endpoint": settings.GEMINI_BASE_URL} if settings.GEMINI_BASE_URL else None
        manager = _ClientManager()
        manager.configure(api_key=settings.GOOGLE_API_KEY, transport="rest", client_options=options)
        client = manager.get_default_client("generative")
        session = client.transport._session
        for scheme in ("https://", "http://"):
            session.mount(scheme, DroppableAdapter(self._size))
        return client

    def _blocking(self, call: Call, request: CompletionRequest) -> Any:
        model = self._library.GenerativeModel(request.model, system_instruction=request.system)
        model._client = self._client
        with call.tracked():
            return model.generate_content(
                request.user,
                generation_config=_generation_config(request),
                request_options={"retry": None, "timeout": settings.AI_TIMEOUT_SECONDS},
            )

    def _meaning(self, error: Exception) -> ProviderError:
        """What an exception of the library, or of what it stands on, means."""
        from google.api_core import exceptions as google
        from requests import exceptions as requests

        if isinstance(error, google.GoogleAPICallError):
            return _refusal(error)
        if isinstance(error, requests.Timeout):
            return failures.timed_out()
        if isinstance(error, requests.ConnectionError | requests.ChunkedEncodingError):
            return failures.connection_lost()
        return failures.invalid_answer()


def _forget(running: "asyncio.Future[Any]") -> None:
    """Fetch the outcome of a dropped call, so that nobody complains that it was not."""
    if not running.cancelled():
        running.exception()


def _generation_config(request: CompletionRequest) -> dict[str, Any]:
    config: dict[str, Any] = {"max_output_tokens": request.max_output_tokens}
    if request.temperature is not None:
        config["temperature"] = request.temperature
    if request.schema is not None:
        config["response_mime_type"] = "application/json"
    return config


def _judge(request: CompletionRequest, answer: Any) -> Completion:
    """Read the usage, then see what the answer is worth."""
    candidate = answer.candidates[0] if answer.candidates else None
    parts = candidate.content.parts if candidate is not None else []
    text = "".join(part.text for part in parts)
    usage = _usage(request, answer, text)
    if candidate is None:
        reason = answer.prompt_feedback.block_reason
        if reason:
            raise GiveUp("blocked", "The provider blocked this keyword.", usage=usage)
        raise failures.invalid_answer()
    finish = candidate.finish_reason.name
    if finish == "MAX_TOKENS":
        raise failures.truncated(usage)
    if finish == "RECITATION":
        raise TryAgain("recitation", "The model recited a known text.", usage=usage, attempts=2)
    if finish in BLOCKED:
        raise GiveUp("safety", "The provider's safety filter stopped the answer.", usage=usage)
    if not text.strip():
        raise failures.empty(usage)
    return Completion(text, usage, "", request.model)


def _usage(request: CompletionRequest, answer: Any, text: str) -> Usage:
    reported = answer.usage_metadata
    if not reported or not reported.total_token_count:
        return estimated_usage(request, text) if text else Usage()
    # Thinking is billed as output and stands in the total alone.
    prompt = int(reported.prompt_token_count)
    return Usage(prompt, int(reported.total_token_count) - prompt)


def _refusal(error: Any) -> ProviderError:
    """What an error status means for the keyword, the model and the key."""
    status, text = int(error.code or 0), str(error)
    wait = _retry_after(error)
    if status == 429:
        if "perday" in text.lower().replace(" ", "").replace("_", ""):
            return ProviderUnavailable(
                "quota_exhausted",
                "The provider's quota of today is used up.",
                scope="model",
                retry_after=wait,
            )
        return failures.rate_limited(wait)
    if status == 401 or "API_KEY_INVALID" in text or "API key not valid" in text:
        return failures.key_refused()
    if status == 403 or "FAILED_PRECONDITION" in text or "location is not supported" in text:
        return failures.not_permitted()
    if status == 404:
        return failures.model_not_found()
    if status >= 500 or status in (408, 409):
        return failures.server_error(wait)
    if "token count" in text or "context" in text.lower():
        return GiveUp("context_too_long", "The text is too long for this model.")
    return GiveUp("bad_request", f"The provider does not accept the request: {redacted(text)}")


def _retry_after(error: Any) -> float | None:
    """The header, or the RetryInfo in the error's details."""
    header = error.response.headers.get("retry-after") if error.response is not None else None
    try:
        return max(float(header or ""), 0.0)
    except ValueError:
        found = RETRY_DELAY.search(f"{error.details} {getattr(error.response, 'text', '')}")
        return float(found.group(1)) if found else None
