"""The work that every tool but ours does: two calls, clean HTML, one row in one transaction.

The product's own prompts, cleaning and slugs, and its table of articles. Nothing here keeps an
account, and nothing is done again after a failure.
"""

import json
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import MySQLdb
import openai
from slugify import slugify

from articles.providers.base import CompletionRequest
from articles.writing import html, prompts
from articles.writing.brief import Brief

AT_ONCE = 50
COLUMNS = (
    "user_id", "keyword", "title", "slug", "meta_title", "meta_description", "content", "outline",
    "language", "status", "model", "word_count", "tokens_used", "needs_review", "issues",
)  # fmt: skip
INSERT = (
    f"INSERT INTO articles ({', '.join(COLUMNS)}, created_at, updated_at)"
    f" VALUES ({', '.join(['%s'] * len(COLUMNS))}, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))"
)
_thread = threading.local()


def requests(keyword: str) -> tuple[CompletionRequest, CompletionRequest]:
    """What is asked for an article: its body and its metadata."""
    brief = Brief(
        keyword, "openai", "gpt-4o-mini", language="vi", tone="professional", length="short"
    )
    return prompts.body(brief), prompts.metadata(brief)


def arguments(request: CompletionRequest) -> dict[str, Any]:
    """A call of ``chat.completions.create``, as the product makes it."""
    chosen: dict[str, Any] = {
        "model": request.model,
        "messages": [
            {"role": "system", "content": request.system},
            {"role": "user", "content": request.user},
        ],
        "max_completion_tokens": request.max_output_tokens,
    }
    if request.schema is not None:
        schema = {"name": request.purpose, "schema": request.schema, "strict": True}
        chosen["response_format"] = {"type": "json_schema", "json_schema": schema}
    return chosen


def row(user: int, keyword: str, body: Any, metadata: Any) -> tuple[Any, ...]:
    """The article that two answers make, cleaned, as values of ``COLUMNS``."""
    content = html.from_answer(body.choices[0].message.content)
    plan = json.loads(metadata.choices[0].message.content)
    title = html.line(plan["title"], 200)
    tokens = body.usage.total_tokens + metadata.usage.total_tokens
    return (
        user, keyword, title, slugify(title, max_length=80, word_boundary=True),
        html.line(plan["metaTitle"], 60), html.line(plan["metaDescription"], 160), content, "",
        "vi", "draft", "gpt-4o-mini", html.count_words(content), tokens, False, "[]",
    )  # fmt: skip


def store(values: tuple[Any, ...]) -> None:
    """Insert an article and commit, on this thread's connection."""
    if not hasattr(_thread, "connection"):
        url = urlsplit(os.environ["DATABASE_URL"])
        _thread.connection = MySQLdb.connect(
            host=url.hostname, port=url.port, user=url.username, database=url.path[1:],
            charset="utf8mb4",
        )  # fmt: skip
    with _thread.connection.cursor() as cursor:
        cursor.execute(INSERT, values)
    _thread.connection.commit()


@cache
def client() -> openai.OpenAI:
    """The process's blocking client."""
    return openai.OpenAI(max_retries=0)


@cache
def beside() -> ThreadPoolExecutor:
    """The threads that make one of an article's two calls while its own makes the other."""
    return ThreadPoolExecutor(AT_ONCE)


def write(
    user: int,
    keyword: str,
    *,
    series: bool,
    keep: Callable[[tuple[Any, ...]], None] = store,
) -> None:
    """Write one article in this thread; in ``series`` it makes one call after the other."""
    create = client().chat.completions.create
    first, second = (arguments(request) for request in requests(keyword))
    if series:
        body, metadata = create(**first), create(**second)
    else:
        other = beside().submit(create, **second)
        body, metadata = create(**first), other.result()
    keep(row(user, keyword, body, metadata))
