"""Long texts by sections: side by side, told of one another, each step bought once."""

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest

from articles.providers.base import Completion, CompletionRequest, TryAgain
from articles.providers.offline import OfflineProvider
from articles.writing import html, pipeline
from articles.writing.booking import Spend
from articles.writing.brief import Brief
from articles.writing.draft import Draft
from articles.writing.steps import StepResult
from tests import aio

SIX = "\n".join(f"Phần {n} về giao dịch forex\n- ý của phần {n}" for n in range(1, 7))


def brief(**changes: Any) -> Brief:
    """A long article along the owner's outline of six headings."""
    order = Brief("giao dịch forex", "offline", "m", "vi", "casual", "long",
                  outline_option="custom-outline", custom_outline=SIX)  # fmt: skip
    return replace(order, **changes)


class Slow(OfflineProvider):
    """The offline writer, a little slow, whose calls are noted; some fail."""

    def __init__(self, seconds: float = 0.0, fails: str = "") -> None:
        self.seconds = seconds
        self.fails = fails
        self.requests: list[CompletionRequest] = []

    async def complete(self, request: CompletionRequest) -> Completion:
        self.requests.append(request)
        name = f"{request.part.number}" if request.part else request.purpose
        await asyncio.sleep(self.seconds)
        if name == self.fails:
            raise TryAgain("server_error", "Down.", attempts=1, outage=True)
        return await super().complete(request)

    @property
    def purposes(self) -> list[str]:
        return sorted(request.purpose for request in self.requests)


def write(provider: Slow, order: Brief, spent: Spend | None = None, **more: Any) -> Draft:
    """The draft of ``order``."""
    return aio.run(pipeline.write(order, provider, spent or Spend(), **more))


def test_sections_are_written_side_by_side() -> None:
    started = time.monotonic()
    draft = write(Slow(0.5), brief(outline_option="ai-outline", custom_outline=""))
    # The longest chain is the outline and one section.
    assert time.monotonic() - started < 1.6 * 2 * 0.5
    assert draft.issues == []


def test_each_section_is_told_its_part_and_the_whole() -> None:
    provider = Slow()
    draft = write(provider, brief())
    sections = [one for one in provider.requests if one.purpose == "section"]
    assert len(sections) == 6
    for number, one in enumerate(sections, 1):
        assert f"You write part {number} of 6" in one.user
        assert all(f"Phần {n} về giao dịch forex" in one.user for n in range(1, 7))
        assert ("the article's beginning" in one.user) == (number == 1)
        assert ("the article's end" in one.user) == (number == 6)
        assert one.user.count(f"ý của phần {number}") == 2
    headings = [f"<h2>Phần {n} về giao dịch forex</h2>" for n in range(1, 7)]
    places = [draft.content.index(heading) for heading in headings]
    assert places == sorted(places)
    assert draft.outline.startswith("Phần 1 về giao dịch forex\n")


def test_a_step_that_was_bought_is_not_asked_for_again() -> None:
    bought: dict[str, StepResult] = {}

    async def keep(result: StepResult) -> None:
        bought[result.name] = result

    whole = Slow()
    first = write(whole, brief(), on_bought=keep)
    assert sorted(bought) == ["metadata", *[f"section {n}/6" for n in range(1, 7)]]
    again, spent = Slow(), Spend()
    assert write(again, brief(), spent, bought=bought) == first
    assert again.requests == []
    assert spent.kept == first.usage


def test_what_was_bought_before_a_failure_is_used_after_it() -> None:
    bought: dict[str, StepResult] = {}

    async def keep(result: StepResult) -> None:
        bought[result.name] = result

    order = brief(outline_option="ai-outline", custom_outline="")
    # Its error comes after the others' answers: they are bought.
    broken = Slow(fails="4")

    async def later(request: CompletionRequest) -> Completion:
        if request.part and request.part.number == 4:
            while len(bought) < 4:
                await asyncio.sleep(0)
        return await Slow.complete(broken, request)

    broken_provider: Any = type("Late", (), {"complete": staticmethod(later)})()
    with pytest.raises(TryAgain):
        aio.run(pipeline.write(order, broken_provider, Spend(), on_bought=keep))
    assert "outline" in bought and "section 4/6" not in bought and len(bought) >= 4
    rest = Slow()
    draft = write(rest, order, bought=dict(bought))
    assert len(rest.requests) == 7 - len(bought)
    assert draft.issues == []


def test_what_cannot_be_kept_ends_the_article() -> None:
    async def broken(result: StepResult) -> None:
        raise RuntimeError("no place for it")

    with pytest.raises(RuntimeError, match="no place"):
        write(Slow(), brief(), on_bought=broken)


def test_an_outline_of_one_heading_is_written_in_one_call() -> None:
    provider = Slow()
    draft = write(provider, brief(custom_outline="Chỉ một phần"))
    assert provider.purposes == ["body", "metadata"]
    assert html.count_words(draft.content) > 2000


def test_articles_of_one_job_differ_by_plan() -> None:
    def asked(variation: int) -> str:
        provider = Slow()
        order = brief(length="short", outline_option="no-outline", variation=variation)
        write(provider, order)
        return next(one.user for one in provider.requests if one.purpose == "body")

    texts = [asked(number) for number in range(12)]
    assert len(set(texts)) == 12
    assert asked(3) == asked(3)
