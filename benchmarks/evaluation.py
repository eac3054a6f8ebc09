"""How good a model's articles are, by the reviews that the product makes itself.

``python -m benchmarks.evaluation`` writes the 20 articles of ``SET`` with the offline writer;
``--provider openai --model gpt-4o-mini`` with a model, where its key is set. Run it before and
after a change of a prompt: docs/writing.md says how to read it.
"""

import argparse
import asyncio
import json
import os
import statistics
from collections import Counter
from itertools import combinations
from typing import Any

# Keyword, language, words, outline: both languages, every length, every kind of outline.
OWN_OUTLINE = "Khái niệm\n- định nghĩa\n- ví dụ\nCách làm\n- chuẩn bị\n- các bước\nLỗi hay gặp"
SET: list[tuple[str, str, int, str]] = [
    ("cách pha cà phê phin", "vi", 600, "no-outline"),
    ("mua nhà trả góp ở Hà Nội", "vi", 1200, "no-outline"),
    ("học tiếng Anh cho người đi làm", "vi", 2400, "no-outline"),
    ("du lịch Đà Lạt tự túc 3 ngày 2 đêm", "vi", 1200, "ai-outline"),
    ("giao dịch forex", "vi", 600, "custom-outline"),
    ("quản lý rủi ro trong đầu tư chứng khoán", "vi", 2400, "ai-outline"),
    ("phở bò", "vi", 300, "no-outline"),
    ("bảo hiểm nhân thọ là gì", "vi", 2400, "custom-outline"),
    ("chăm sóc da mụn tuổi dậy thì", "vi", 800, "ai-outline"),
    ("kinh doanh online cho người mới bắt đầu", "vi", 5000, "no-outline"),
    ("how to train for a first marathon", "en", 600, "no-outline"),
    ("best houseplants for dark rooms", "en", 1200, "no-outline"),
    ("remote team management", "en", 2400, "no-outline"),
    ("sourdough starter", "en", 600, "ai-outline"),
    ("electric bike maintenance", "en", 1200, "ai-outline"),
    ("small business bookkeeping basics", "en", 2400, "ai-outline"),
    ("password manager", "en", 300, "no-outline"),
    ("container gardening", "en", 1800, "no-outline"),
    ("travel insurance for seniors", "en", 900, "no-outline"),
    ("learn to play the guitar as an adult", "en", 5000, "ai-outline"),
]


def main() -> None:
    """Write the set, print a line an article and the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--provider", default="offline")
    parser.add_argument("--model", default="offline", help="the provider's own id")
    parser.add_argument("--limit", type=int, default=len(SET))
    parser.add_argument("--json", help="a file for the figures")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "batchwriter.settings")
    import django

    django.setup()
    trials = asyncio.run(write_all(options.provider, options.model, SET[: options.limit]))
    rows = [row(trial) for trial in trials]
    for one in rows:
        said = ", ".join(one["issues"]) or one["error"] or "-"
        print(
            f"{one['words']:>5}/{one['asked']:<5} {one['calls']:>2} calls {one['tokens']:>6} tokens"
            f"  {one['keyword']}  {said}"
        )
    figures = summary(rows, trials)
    for name, value in figures.items():
        print(f"{name}: {value}")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"figures": figures, "articles": rows}, file, ensure_ascii=False, indent=1)


async def write_all(
    provider: str, model: str, wanted: list[tuple[str, str, int, str]]
) -> list[Any]:
    """A trial for each of the set, four at once."""
    from articles.providers.registry import get_provider
    from articles.writing import trial
    from articles.writing.brief import Brief

    writer, four = get_provider(provider), asyncio.Semaphore(4)

    async def one(place: int, keyword: str, language: str, words: int, option: str) -> Any:
        brief = Brief(
            keyword, provider, model, language, "professional", "short", outline_option=option,
            custom_outline=OWN_OUTLINE if option == "custom-outline" else "",
            target_words=words, variation=place,
        )  # fmt: skip
        async with four:
            return await trial.run(brief, writer)

    try:
        return await asyncio.gather(*[one(place, *order) for place, order in enumerate(wanted)])
    finally:
        await writer.aclose()


def row(trial: Any) -> dict[str, Any]:
    """One article's figures."""
    draft = trial.draft
    return {
        "keyword": trial.brief.keyword,
        "asked": trial.brief.words,
        "words": draft.word_count if draft else 0,
        "calls": len(trial.calls),
        "repairs": sum(call.request.purpose in ("rewrite", "polish") for call in trial.calls),
        "tokens": trial.spent.total.total,
        "issues": [issue["code"] for issue in draft.issues] if draft else [],
        "error": trial.error,
    }


def summary(rows: list[dict[str, Any]], trials: list[Any]) -> dict[str, Any]:
    """What a change of a prompt is judged by."""
    from articles.writing import similarity

    written = [one for one in rows if not one["error"]]
    off = [abs(one["words"] - one["asked"]) / one["asked"] for one in written]
    drafts = [trial.draft for trial in trials if trial.draft]
    alike = [similarity.alike(a.signature, b.signature) for a, b in combinations(drafts, 2)]
    return {
        "articles": f"{len(written)} of {len(rows)}",
        "without an issue": sum(not one["issues"] for one in written),
        "words off, median": f"{statistics.median(off or [0]):.1%}",
        "words off, most": f"{max(off or [0]):.1%}",
        "repair calls": sum(one["repairs"] for one in rows),
        "calls": sum(one["calls"] for one in rows),
        "tokens": sum(one["tokens"] for one in rows),
        "issues": dict(Counter(code for one in rows for code in one["issues"])),
        "most alike pair": f"{max(alike or [0]):.0%}",
    }


if __name__ == "__main__":
    main()
