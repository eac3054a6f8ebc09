"""Calls and tokens of an article for each length and outline, beside four calls in series.

``python -m benchmarks.writing_costs`` writes each article through the OpenAI adapter against the
tests' provider on this machine, and prints the table of docs/writing.md. Tokens are counted at
three bytes each, in prompts and answers alike, as the product estimates them.
"""

import asyncio
import os
from typing import Any

KEYWORD = "giao dịch forex"
LENGTHS: list[tuple[str, dict[str, Any]]] = [
    ("short (600)", {"length": "short"}),
    ("medium (1,200)", {"length": "medium"}),
    ("long (2,400)", {"length": "long"}),
    ("300 words", {"target_words": 300}),
    ("1,500 words", {"target_words": 1500}),
    ("5,000 words", {"target_words": 5000}),
]
OUTLINE = "\n".join(f"Phần {n} về giao dịch forex\n- ý một\n- ý hai" for n in range(1, 7))
OPTIONS = ("no-outline", "ai-outline", "custom-outline")


def main() -> None:
    """Print the table."""
    from tests import environment

    environment.apply()
    os.environ |= {"DJANGO_SETTINGS_MODULE": "batchwriter.settings",
                   "DATABASE_URL": "sqlite://:memory:"}  # fmt: skip
    import django

    django.setup()
    from django.conf import settings

    from tests.fakes.provider import FakeProvider

    with FakeProvider() as fake:
        settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL = "none", fake.openai_url
        print("| length | outline | calls | in series | prompt | answers | four calls in series |")
        print("|---|---|--:|--:|--:|--:|--:|")
        for name, size in LENGTHS:
            for option in OPTIONS:
                print(line(name, size, option))


def line(name: str, size: dict[str, Any], option: str) -> str:
    """A row of the table."""
    calls = asyncio.run(write(size, option))
    prompts, answers = sums(calls)
    before = sum(sums(four(size)))
    series = 2 if "outline" in {request.purpose for request, _ in calls} else 1
    return (
        f"| {name} | {option} | {len(calls)} | {series} | {prompts:,} | {answers:,} | {before:,} |"
    )


def brief(size: dict[str, Any], option: str) -> Any:
    """What is ordered."""
    from articles.writing.brief import Brief

    return Brief(
        KEYWORD, "openai", "m", "vi", "professional", size.get("length", "short"),
        outline_option=option, custom_outline=OUTLINE if option == "custom-outline" else "",
        target_words=size.get("target_words"),
    )  # fmt: skip


async def write(size: dict[str, Any], option: str) -> list[tuple[Any, str]]:
    """The calls of an article with their answers."""
    from articles.providers.registry import get_provider
    from articles.writing import trial

    provider = get_provider("openai")
    try:
        done = await trial.run(brief(size, option), provider)
    finally:
        await provider.aclose()
    assert done.draft is not None and not done.draft.issues, done.error
    return [(call.request, call.answer) for call in done.calls]


def four(size: dict[str, Any]) -> list[tuple[Any, str]]:
    """Title, outline, body and metadata, each by a call of its own, with the same prompts."""
    from articles.writing import plan, prompts
    from tests.fakes.provider_texts import answer

    order, calls = brief(size, "ai-outline"), []

    def ask(request: Any) -> str:
        text = answer(request.purpose, KEYWORD, request.system + request.user)
        calls.append((request, text))
        return text

    title = plan.read(ask(prompts.metadata(order)))
    outline = plan.read(ask(prompts.outline(order)))
    assert title is not None and outline is not None
    ask(prompts.body(order, outline.outline, title.title))
    ask(prompts.metadata(order))
    return calls


def sums(calls: list[tuple[Any, str]]) -> tuple[int, int]:
    """Tokens of the prompts and of the answers."""
    from articles.providers.base import estimated_usage

    usages = [estimated_usage(request, answer) for request, answer in calls]
    return sum(one.prompt_tokens for one in usages), sum(one.completion_tokens for one in usages)


if __name__ == "__main__":
    main()
