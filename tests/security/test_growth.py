"""Threats 19, 21 and 22: inputs that take long, or that no parser expects.

What the API answers to each kind of body stands in ``tests/api/test_jobs.py``, whatever else may
come in ``test_any_input.py``.
"""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from articles import store
from articles.providers.redact import redacted
from articles.writing import html
from jobs import keywords
from tests.api.conftest import World, client_of

UNITS = ["a", " ", "\n", "<", "<a ", "<h1 ", "</h1 ", "<p>", "<b>", "</p>", "&", "```\n", "*", "[",
         "`", "![", "<br>", "<p> ", "- ", "> ", "|a", "<!--", "<li>", "<table>", "\u0301", "<svg>",
         "<math>", "<blockquote>", ",", "<a href='", "sk-", "key=", "<p><br>"]  # fmt: skip
CHARACTERS = 16_000


def fenced(text: str) -> str:
    """An answer that begins like a fence and never ends it."""
    return html.from_answer("```\n" + text)


def seconds(work: Callable[[str], object], text: str) -> float:
    """How long it takes, at best of two."""
    taken = []
    for _turn in range(2):
        begun = time.perf_counter()
        work(text)
        taken.append(time.perf_counter() - begun)
    return min(taken)


@pytest.mark.parametrize(
    "work",
    [html.clean, fenced, html.plain_text, html.count_words, html.without_fence, store.slug_of,
     keywords.split, redacted],
    ids=lambda work: work.__name__,
)  # fmt: skip
def test_nothing_grows_faster_than_its_input(work: Callable[[str], object]) -> None:
    for unit in UNITS:
        text = unit * (CHARACTERS // len(unit))
        short, long = seconds(work, text), seconds(work, text * 4)
        assert long < 0.3 or long < 10 * short, f"{unit!r}: {short:.3f} s, then {long:.3f} s"
        assert long < 20, f"{unit!r}: {long:.3f} s"


def test_a_keyword_list_of_a_megabyte_is_answered_quickly(world: World) -> None:
    for some in ("a," * 400_000, "\n" * 400_000, ["x"] * 100_000, " " * 900_000):
        begun = time.perf_counter()
        body = {"keywords": some, "settings": {"model": "offline"}}
        answer = client_of(world.alice).post("/api/batch-jobs/estimate", body, format="json")
        assert answer.status_code in (200, 400)
        assert time.perf_counter() - begun < 20


NESTED = ["[" * 100_000, '{"keywords":' * 50_000, '{"keywords":' + "[" * 50_000,
          '{"a":1' + "0" * 5_000 + "}",
          '{"keywords": ["\\ud800"], "settings": {"model": "offline"}}',
          '{"keywords": ["a\\u0000"], "settings": {"model": "offline"}}',
          '{"keywords": [NaN], "settings": {"model": Infinity}}', '{"\\ud800": 1}',
          '{"settings": {"\\ud800": "\\ud800"}}', '{"username": "\\ud800", "password": "\\ud800"}',
          '{"title": "\\ud800", "content": "\\udfff", "slug": "\\ud800"}',
          '{"name": "\\ud800", "url": "https://\\ud800"}', '{"refresh": "\\ud800"}',
          "", "null", "\ufeff{}", "{'a': 1}", '{"a": 1} {"b": 2}']  # fmt: skip
CALLS = [("post", "/api/batch-jobs"), ("post", "/api/batch-jobs/estimate"),
         ("post", "/api/auth/token"), ("post", "/api/auth/token/refresh"),
         ("post", "/api/auth/logout"), ("post", "/api/websites"),
         ("patch", "/api/websites/{website}"), ("patch", "/api/articles/{article}"),
         ("post", "/api/batch-jobs/{job}/pause")]  # fmt: skip


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[1])
def test_deep_broken_and_unstorable_bodies_are_no_fault_of_ours(
    world: World, call: tuple[str, str]
) -> None:
    verb, path = call
    address = path.format(job=world.job.pk, article=world.article.pk, website=world.website.pk)
    for body in NESTED:
        client = client_of(world.alice)
        answer: Any = client.generic(verb.upper(), address, body, "application/json")
        assert answer.status_code < 500, body[:60]
        if answer.status_code >= 400:
            assert set(json.loads(answer.content)["error"]) <= {"code", "message", "fields"}
