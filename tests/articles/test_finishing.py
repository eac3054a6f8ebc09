"""Facts and pictures are steps like others: bought once, and never at the price of the text."""

import json
from typing import Any

import pytest
from django.conf import LazySettings

from articles.images import drawn
from articles.images.gallery import Gallery
from articles.providers.base import Usage
from articles.search import registry as search
from articles.search.base import Found, Source
from articles.service_errors import ServiceError
from articles.writing import pipeline
from articles.writing.booking import Spend
from articles.writing.brief import Brief
from articles.writing.draft import Draft
from articles.writing.steps import StepResult
from tests import aio
from tests.articles.test_offline_writer import OfflineProvider

BRIEF = Brief("phở bò", "offline", "offline", "vi", "casual", "short", search=True, images=2)


class Searching:
    """A search backend that counts."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[str] = []
        self.error = error

    async def find(self, query: str, language: str) -> Found:
        self.asked.append(query)
        if self.error is not None:
            raise self.error
        return Found("test", (query,), (Source("Trang", "https://trang.example/", "Giá 5"),), 7)


@pytest.fixture
def searching(monkeypatch: pytest.MonkeyPatch) -> Searching:
    """Who is asked for facts."""
    backend = Searching()
    monkeypatch.setattr(search, "get_backend", lambda: backend)
    return backend


def written(brief: Brief = BRIEF, **more: Any) -> tuple[Draft, Spend]:
    spent = Spend()
    return aio.run(pipeline.write(brief, OfflineProvider(), spent, **more)), spent


def codes(draft: Draft) -> list[str]:
    return [issue["code"] for issue in draft.issues]


def test_it_buys_facts_and_pictures_once(
    searching: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, StepResult] = {}

    async def keep(result: StepResult) -> None:
        kept[result.name] = result

    first, _spent = written(on_bought=keep)
    assert next(iter(kept)) == "search"
    assert {"picture 1/2", "picture 2/2"} <= kept.keys()
    assert all(kept[name].usage == Usage() for name in kept if name[:4] in ("sear", "pict"))
    monkeypatch.setattr(drawn.DrawnBackend, "find", None)
    again, _spent = written(bought=kept)
    assert searching.asked == ["phở bò"]
    assert again == first
    assert [image["url"] for image in first.images] == [
        json.loads(kept[f"picture {number}/2"].text)["url"] for number in (1, 2)
    ]


def test_it_costs_no_tokens(searching: Searching) -> None:
    draft, spent = written()
    assert codes(draft) == []
    assert spent.total == draft.usage
    assert spent.unconfirmed == 0


@pytest.mark.parametrize("error", [ServiceError("quota_exhausted"), TimeoutError()])
def test_a_failed_search_is_asked_again_next_time(searching: Searching, error: Exception) -> None:
    kept: dict[str, StepResult] = {}

    async def keep(result: StepResult) -> None:
        kept[result.name] = result

    searching.error = error
    draft, _spent = written(on_bought=keep)
    assert codes(draft) == ["search_failed"]
    assert "search" not in kept
    searching.error = None
    assert codes(written(bought=kept)[0]) == []


def test_pictures_that_cannot_be_kept_do_not_cost_the_text(
    searching: Searching, settings: LazySettings
) -> None:
    settings.MEDIA_ROOT = "/proc/no-such-folder"
    draft, _spent = written()
    assert codes(draft) == ["image_failed"]
    assert draft.issues[0]["message"] == "Pictures that could not be added: 2."
    assert "<h2>" in draft.content and "<img" not in draft.content


def test_a_worker_that_has_lost_its_lease_stops_there(
    searching: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Lost(Exception):
        pass

    async def lose(result: StepResult) -> None:
        if result.name.startswith("picture"):
            raise Lost

    with pytest.raises(Lost):
        written(on_bought=lose)
    monkeypatch.setattr(Gallery, "picture", None)
    assert written(Brief("phở", "offline", "offline", "vi", "casual", "short"))[0].images == ()
