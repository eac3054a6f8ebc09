"""Items with title, note, language and length of their own, from the call to the article."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from articles.models import Article
from articles.providers.base import Usage
from articles.writing import pipeline, prompts
from articles.writing.booking import Spend
from batchwriter.errors import InvalidInput
from jobs import keywords, lifecycle, settlement, submission
from jobs.handles import Start
from jobs.models import BatchItem, BatchJob
from tests.aio import run
from tests.api.conftest import World, client_of, world
from tests.jobs.conftest import claim, draft, start, submit

__all__ = ["submit", "world"]
SETTINGS = {"model": "offline", "language": "vi", "length": "short"}
ITEMS: list[dict[str, Any]] = [
    {"keyword": "cà phê", "title": "  Tất cả  về cà phê ", "note": "Nhắc đến Đà Lạt.\r\nNgắn gọn."},
    {"keyword": "coffee", "language": "en", "length": "long", "title": None},
    {"keyword": "trà"},
]


@pytest.fixture
def client(world: World) -> APIClient:
    """Alice's client."""
    return client_of(world.alice)


def made(user: User, items: list[dict[str, Any]]) -> BatchJob:
    """A job of these items."""
    return lifecycle.create(user, submission.parse(user, None, SETTINGS, items))[0]


def test_it_makes_a_job_of_items(client: APIClient) -> None:
    answer = client.post("/api/batch-jobs", {"items": ITEMS, "settings": SETTINGS})
    assert answer.status_code == 201
    rows = client.get(f"/api/batch-jobs/{answer.json()['jobId']}/items").json()["results"]
    shown = [[row[key] for key in keywords.ITEM_KEYS] for row in rows]
    assert shown == [
        ["cà phê", "Tất cả về cà phê", "Nhắc đến Đà Lạt.\nNgắn gọn.", None, None],
        ["coffee", None, None, "en", "long"],
        ["trà", None, None, None, None],
    ]


def test_it_sets_aside_what_each_item_needs(client: APIClient) -> None:
    body = {"items": ITEMS, "settings": SETTINGS}
    estimated = client.post("/api/batch-jobs/estimate", body).json()["estimatedTokens"]
    job = client.post("/api/batch-jobs", body).json()["jobId"]
    held = list(BatchItem.objects.filter(job=job).values_list("tokens_estimated", flat=True))
    assert sum(held) == estimated
    assert held[1] > held[0] > held[2]


@pytest.mark.parametrize(
    ("items", "fields"),
    [
        ([{"keyword": "a"}, {"keyword": "b", "foo": 1}], {"items[1].foo"}),
        ([{"keyword": "a"}, "b"], {"items[1]"}),
        ([{"title": "a"}], {"items[0].keyword"}),
        ([{"keyword": " "}], {"items[0].keyword"}),
        ([{"keyword": "x" * 201}], {"items[0].keyword"}),
        ([{"keyword": "a", "title": "x" * 201}], {"items[0].title"}),
        ([{"keyword": "a", "note": "x" * 1001}], {"items[0].note"}),
        ([{"keyword": "a", "note": 5}], {"items[0].note"}),
        ([{"keyword": "a", "language": "xx"}], {"items[0].language"}),
        ([{"keyword": "a", "length": "huge", "language": "??"}],
         {"items[0].language", "items[0].length"}),
        ([{"keyword": "a\x00"}], {"items[0].keyword"}),
        ([], {"items"}),
        ("a", {"items"}),
        ([{"keyword": f"k{n}"} for n in range(1001)], {"items"}),
    ],
)  # fmt: skip
def test_it_names_what_is_wrong(client: APIClient, items: Any, fields: set[str]) -> None:
    for path in ("/api/batch-jobs", "/api/batch-jobs/estimate"):
        answer = client.post(path, {"items": items, "settings": SETTINGS})
        assert answer.status_code == 400
        assert set(answer.json()["error"]["fields"]) == fields


def test_it_says_no_more_than_can_be_read(client: APIClient) -> None:
    answer = client.post("/api/batch-jobs", {"items": [{}] * 1000, "settings": SETTINGS})
    assert len(answer.json()["error"]["fields"]) == 100


def test_it_takes_keywords_or_items(client: APIClient) -> None:
    both = {"keywords": ["a"], "items": [{"keyword": "b"}], "settings": SETTINGS}
    assert set(client.post("/api/batch-jobs", both).json()["error"]["fields"]) == {"items"}
    neither = client.post("/api/batch-jobs", {"settings": SETTINGS}).json()
    assert set(neither["error"]["fields"]) == {"keywords"}


def test_it_drops_repeats_but_not_those_of_another_language(client: APIClient) -> None:
    items = [
        {"keyword": "forex"}, {"keyword": "Forex", "title": "A"},
        {"keyword": "forex", "language": "en"}, {"keyword": "FOREX", "language": "vi"},
    ]  # fmt: skip
    answer = client.post("/api/batch-jobs/estimate", {"items": items, "settings": SETTINGS}).json()
    assert (answer["totalItems"], answer["duplicates"]) == (2, ["Forex", "FOREX"])


@pytest.fixture
def started(alice: User, worker: str) -> list[Start]:
    """The starts of the three items."""
    made(alice, ITEMS)
    return start(claim(worker), 3)


def test_it_tells_the_writer_what_the_item_says(started: list[Start]) -> None:
    first, second, third = (one.brief() for one in started)
    assert (first.title, first.note) == ("Tất cả về cà phê", "Nhắc đến Đà Lạt.\nNgắn gọn.")
    assert (first.language, first.length) == ("vi", "short")
    assert (second.language, second.length, second.title) == ("en", "long", "")
    assert (third.language, third.length) == ("vi", "short")


@pytest.mark.parametrize("make", [prompts.body, prompts.metadata, prompts.outline])
def test_it_fences_title_and_note_as_data(started: list[Start], make: Callable[..., Any]) -> None:
    request = make(started[0].brief())
    for text in ("Tất cả về cà phê", "Nhắc đến Đà Lạt.\nNgắn gọn."):
        before, _, after = request.user.partition(text)
        assert before.splitlines()[-1].startswith("<<<data ")
        assert after.startswith("\n") and after.splitlines()[1].endswith(" data>>>")
        assert text not in request.system
    assert "headline" not in make(started[2].brief()).user


def test_it_gives_the_article_its_title(started: list[Start]) -> None:
    from articles.providers.offline import OfflineProvider

    written = run(pipeline.write(started[0].brief(), OfflineProvider(), Spend()))
    article = Article.objects.get(pk=settlement.settle(started[0], written, Usage()))
    assert (article.title, article.slug) == ("Tất cả về cà phê", "tat-ca-ve-ca-phe")


def test_it_stores_the_language_of_the_item(started: list[Start]) -> None:
    languages = [
        Article.objects.get(pk=settlement.settle(one, draft(one), Usage())).language
        for one in started
    ]
    assert languages == ["vi", "en", "vi"]


@pytest.mark.parametrize("language", [[], {}, None, 7, True])
def test_it_says_that_a_language_is_none(alice: User, language: Any) -> None:
    wrong = {"model": "offline", "language": language}
    with pytest.raises(InvalidInput) as refusal:
        submission.parse(alice, ["a", "b"], wrong)
    assert list(refusal.value.fields) == ["settings.language"]
