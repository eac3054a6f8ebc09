"""Every search backend against its protocol, and against its documented errors."""

from typing import Any

import pytest
from django.conf import LazySettings

from articles.search import gemini, registry
from articles.search.base import Found, SearchBackend, is_web_address
from articles.service_errors import ServiceError
from tests import aio
from tests.fakes.services import FakeServices

BACKENDS = ["serper", "serpapi", "gemini"]
KEYWORD = "giá cà phê"


def find(settings: LazySettings, name: str, query: str = KEYWORD) -> Found:
    settings.SEARCH_BACKEND = name
    backend: SearchBackend | None = registry.get_backend()
    assert backend is not None
    return aio.run(backend.find(query, "vi"))


def refused(settings: LazySettings, name: str) -> str:
    with pytest.raises(ServiceError) as caught:
        find(settings, name)
    return caught.value.code


@pytest.mark.parametrize("name", BACKENDS)
def test_it_finds_pages_with_what_they_say(
    settings: LazySettings, fake: FakeServices, name: str
) -> None:
    found = find(settings, name)
    assert found.backend == name
    assert [one.title for one in found.sources] == ["Trang 1", "Trang 2", "Trang 3"]
    assert found.sources[0].snippet == "Giá năm 2026 là 1.000 đồng."
    assert found.sources[0].host == "trang-1.example"
    assert len(fake.of(name)) == 1


def test_it_speaks_as_the_services_document_it(settings: LazySettings, fake: FakeServices) -> None:
    find(settings, "serper")
    (asked,) = fake.of("serper")
    assert (asked.headers["X-API-KEY"], asked.body) == (
        "serper-key", {"q": KEYWORD, "hl": "vi", "num": 6})  # fmt: skip
    find(settings, "serpapi")
    (asked,) = fake.of("serpapi")
    assert asked.query == {"engine": "google", "q": KEYWORD, "hl": "vi", "num": "6",
                           "api_key": "serpapi-key"}  # fmt: skip
    settings.SEARCH_MODEL = "gemini-search-model"
    found = find(settings, "gemini")
    (asked,) = fake.of("gemini")
    assert asked.path == "/v1beta/models/gemini-search-model:generateContent"
    assert asked.headers["x-goog-api-key"] == "openai-or-google-key"
    assert asked.body["tools"] == [{"googleSearch": {}}]
    assert "<<<data " in asked.body["contents"][0]["parts"][0]["text"]
    assert (found.queries, found.tokens) == (("giá cà phê 2026",), 100)


def test_it_names_the_page_where_google_names_its_own(
    settings: LazySettings, fake: FakeServices
) -> None:
    assert find(settings, "gemini").sources[0].url == "https://trang-1.example/bai"
    settings.FETCH_ALLOWED_HOSTS = []
    assert find(settings, "gemini").sources[0].url.startswith(f"{fake.url}{gemini.REDIRECT}")


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("key_refused", "key_refused"), ("quota", "quota_exhausted"),
        ("rate_limited", "rate_limited"), ("down", "server_error"), ("silent", "timeout"),
        ("not_json", "invalid_answer"), ("a_list", "invalid_answer"), ("bad_request", "refused"),
    ],
)  # fmt: skip
def test_it_says_what_a_failure_means(
    settings: LazySettings, fake: FakeServices, monkeypatch: pytest.MonkeyPatch, name: str,
    fault: str, code: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(gemini, "SECONDS", 1.0)
    fake.faults[name] = fault
    assert refused(settings, name) == code


@pytest.mark.parametrize("name", BACKENDS)
def test_it_waits_for_a_short_pause(settings: LazySettings, fake: FakeServices, name: str) -> None:
    fake.faults[name], fake.times[name] = "briefly_limited", 1
    assert len(find(settings, name).sources) == 3
    assert len(fake.of(name)) == 2


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("fault", ["quota", "rate_limited", "key_refused"])
def test_it_leaves_a_service_alone_that_refuses(
    settings: LazySettings, fake: FakeServices, name: str, fault: str
) -> None:
    fake.faults[name] = fault
    assert refused(settings, name) == refused(settings, name)
    assert len(fake.of(name)) == 1


@pytest.mark.parametrize("name", BACKENDS)
def test_it_finds_nothing_where_there_is_nothing(
    settings: LazySettings, fake: FakeServices, name: str
) -> None:
    fake.results = []
    assert find(settings, name).sources == ()


def test_it_cannot_be_reached(settings: LazySettings, fake: FakeServices) -> None:
    settings.SERPER_BASE_URL = settings.SERPAPI_BASE_URL = "http://127.0.0.1:9"
    settings.GEMINI_BASE_URL = "http://127.0.0.1:9"
    assert {refused(settings, name) for name in BACKENDS} == {"unreachable"}


def test_it_cuts_and_drops_what_is_of_no_use(settings: LazySettings, fake: FakeServices) -> None:
    rows: list[Any] = [
        {"title": "<b>Một</b>\u0000", "link": "https://a.example/1", "snippet": "x " * 400},
        {"title": "twice", "link": "https://a.example/1"},
        {"title": "script", "link": "javascript:alert(1)"},
        {"title": "account", "link": "https://me:pw@a.example/"},
        {"title": 7, "link": "https://b.example/", "snippet": ["x"], "date": 5},
        {"title": "none"}, "text", None,
        *({"title": str(n), "link": f"https://c.example/{n}"} for n in range(20)),
    ]  # fmt: skip
    fake.results = rows
    for name in ("serper", "serpapi"):
        sources = find(settings, name).sources
        assert len(sources) == 6
        assert (sources[0].title, len(sources[0].snippet)) == ("Một", 499)
        assert (sources[1].title, sources[1].snippet, sources[1].date) == ("b.example", "", "")


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://a.example/x?y=1#z", True), ("http://a.example", True), ("ftp://a.example", False),
        ("//a.example", False), ("https://", False), ('https://a.example/"x', False),
        ("https://a.example/ x", False), ("https://[1", False), ("https://a.example/" + "x" * 1000,
        False),
    ],
)  # fmt: skip
def test_it_knows_addresses_that_readers_may_be_sent_to(url: str, good: bool) -> None:
    assert is_web_address(url) is good


def test_it_needs_a_backend_and_its_key(settings: LazySettings) -> None:
    assert registry.get_backend() is None
    settings.SEARCH_BACKEND = "serper"
    assert not registry.is_configured()
    settings.SERPER_API_KEY = "k"
    assert registry.is_configured()
