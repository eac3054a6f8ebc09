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
from django.utils.translation import gettext_noop

from articles.providers import failures
from articles.providers.base import (
    Completion,
    CompletionRequest,
    GiveUp,
    ProviderError,
    ProviderUnavailable,
    TryAgain,
    Usage,
    reported_usage,
)
from articles.providers.checked import CheckedAdapter
from articles.providers.droppable import Call
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
        raise failures.not_configured() from error
    return library


class GeminiProvider:
    """Calls ``generateContent`` with the library's own retries off."""

    def __init__(self) -> None:
        self._size = settings.BATCH_MAX_CONCURRENT_JOBS * settings.BATCH_ITEMS_IN_FLIGHT * 2
        # A call that waits for a thread is not yet made: its deadline begins when it has one.
        self._places = asyncio.Semaphore(self._size)
        self._threads = ThreadPoolExecutor(self._size, thread_name_prefix="gemini")
        self._library: Any = None
        self._client: Any = None
        self._starting = asyncio.Lock()

    async def complete(self, request: CompletionRequest) -> Completion:
        """The model's answer; see the protocol."""
        try:
            await self._start()
            return _judge(request, await self._call(request))
        except ProviderError:
            raise
        except TimeoutError as error:
            raise failures.timed_out() from error
        except Exception as error:
            raise _meaning(error) from error

    async def _call(self, request: CompletionRequest) -> Any:
        """The library's answer from a thread of its own; ended by the deadline or a cancel."""
        async with self._places:
            return await self._in_thread(request)

    async def _in_thread(self, request: CompletionRequest) -> Any:
        call = Call()
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._threads, self._blocking, call, request)
        try:
            async with asyncio.timeout(settings.AI_TIMEOUT_SECONDS):
                return await asyncio.shield(running)
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
            session.mount(scheme, CheckedAdapter(self._size))
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


def _meaning(error: Exception) -> ProviderError:
    """What an exception of the library, or of what it stands on, means."""
    from google.api_core import exceptions as google
    from requests import exceptions as requests

    if isinstance(error, google.GoogleAPICallError):
        return _refusal(error)
    if isinstance(error, requests.ConnectTimeout | requests.SSLError) or _was_not_connected(error):
        return failures.not_connected()
    if isinstance(error, requests.Timeout):
        return failures.timed_out()
    if isinstance(error, requests.ConnectionError | requests.ChunkedEncodingError):
        return failures.connection_lost()
    return failures.invalid_answer()


def _was_not_connected(error: Exception) -> bool:
    """Whether a connection was refused, or the host has no address."""
    from urllib3.exceptions import NewConnectionError

    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


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
    # Thinking is billed as output and stands in the total alone.
    prompt, total = int(reported.prompt_token_count), int(reported.total_token_count)
    return reported_usage(request, text, prompt, total - prompt)


def _refusal(error: Any) -> ProviderError:
    """What an error status means for the keyword, the model and the key."""
    status, text = int(error.code or 0), str(error)
    wait = _retry_after(error)
    if status == 429 and "perday" in text.lower().replace(" ", "").replace("_", ""):
        return ProviderUnavailable(
            "quota_exhausted",
            gettext_noop("The provider's quota of today is used up."),
            scope="model",
            retry_after=wait,
        )
    if "API_KEY_INVALID" in text or "API key not valid" in text:
        return failures.key_refused()
    if "FAILED_PRECONDITION" in text or "location is not supported" in text:
        return failures.not_permitted()
    known = failures.by_status(status, wait)
    if known is not None:
        return known
    if "token count" in text or "context" in text.lower():
        return failures.context_too_long()
    return GiveUp("bad_request", f"The provider does not accept the request: {redacted(text)}")


def _retry_after(error: Any) -> float | None:
    """The header, or the RetryInfo in the error's details."""
    headers = error.response.headers if error.response is not None else {}
    wait = failures.wait_of(headers.get("retry-after"))
    if wait is None:
        found = RETRY_DELAY.search(f"{error.details} {getattr(error.response, 'text', '')}")
        wait = failures.wait_of(found.group(1)) if found else None
    return wait
