"""What may come back from a provider over ``requests``: a JSON object of a bounded size.

The library behind Gemini reads whatever comes and follows redirections with the key. This
transport ends both, and says what came instead of an answer.
"""

import json
from typing import Any

from requests import PreparedRequest, Response

from articles.providers import failures
from articles.providers.base import MOST_BYTES, MOST_TOKENS, TooLarge
from articles.providers.droppable import DroppableAdapter

PART_BYTES = 65_536
COUNTS = ("promptTokenCount", "candidatesTokenCount", "totalTokenCount")


class CheckedAdapter(DroppableAdapter):
    """A transport whose answers of status 200 are objects; raises ProviderError otherwise.

    Other statuses are left to the library, but for those with which it would call again.
    """

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Send, and look at what came."""
        response = super().send(request, *args, **{**kwargs, "stream": True})
        try:
            if 300 <= response.status_code < 400:
                raise failures.misconfigured()
            if response.status_code == 401:
                # The library would take the key for a token that has run out, and call again.
                raise failures.key_refused()
            content = _read(response)
        finally:
            response.close()
        if response.status_code == 200:
            content = _checked(response, content)
        elif response.status_code in (404, 405) and _is_page(response):
            raise failures.misconfigured()
        response._content = content
        return response


def _read(response: Response) -> bytes:
    content = bytearray()
    for part in response.iter_content(PART_BYTES):
        content += part
        if len(content) > MOST_BYTES:
            raise TooLarge
    return bytes(content)


def _is_page(response: Response) -> bool:
    return "html" in response.headers.get("content-type", "")


def _checked(response: Response, content: bytes) -> bytes:
    """An object without counts that cannot be; the library would refuse the whole for those."""
    try:
        answer = json.loads(content)
    except ValueError:
        raise (
            failures.misconfigured() if _is_page(response) else failures.invalid_answer()
        ) from None
    if not isinstance(answer, dict):
        raise failures.invalid_answer()
    usage = answer.get("usageMetadata")
    if usage is not None and not _is_usage(usage):
        del answer["usageMetadata"]
        return json.dumps(answer).encode()
    return content


def _is_usage(usage: Any) -> bool:
    return isinstance(usage, dict) and all(
        type(usage.get(name, 0)) is int and 0 <= usage.get(name, 0) <= MOST_TOKENS
        for name in COUNTS
    )
