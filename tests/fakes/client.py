"""A plain HTTP client that follows no redirect and keeps no state."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

ANSWER_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)


def send(
    method: str,
    url: str,
    *,
    headers: dict[str, str] | None = None,
    data: object = None,
    form: dict[str, str] | None = None,
) -> Answer:
    """One request, with ``data`` as JSON or ``form`` as a browser sends it, or with no body.

    Raises OSError or http.client.HTTPException where nobody answers.
    """
    parts = urlsplit(url)
    sent, body = dict(headers or {}), None
    if form is not None:
        body, sent["Content-Type"] = urlencode(form), "application/x-www-form-urlencoded"
    elif data is not None:
        body, sent["Content-Type"] = json.dumps(data), "application/json"
    connection = HTTPConnection(parts.netloc, timeout=ANSWER_SECONDS)
    try:
        connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""),
                           body, sent)  # fmt: skip
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.getheaders()), answer.read().decode())
    finally:
        connection.close()
