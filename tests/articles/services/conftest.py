"""Local search and image services, and settings that point at them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from articles import services
from articles.images import openai, openverse, pexels
from articles.search import gemini, serpapi, serper
from tests.fakes.services import FakeServices


@pytest.fixture
def fake(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[FakeServices]:
    """The services; nobody remembers what they did in an earlier test."""
    adapters: tuple[Any, ...] = (gemini, serpapi, serper, openai, openverse, pexels)
    for adapter in adapters:
        monkeypatch.setattr(adapter, "service", services.Service(adapter.service.name))
    monkeypatch.setitem(services.Service.ask.__kwdefaults__, "seconds", 1.0)
    with FakeServices() as server:
        for name in ("SERPER", "SERPAPI", "PEXELS", "OPENVERSE", "GEMINI"):
            setattr(settings, f"{name}_BASE_URL", server.url)
            setattr(settings, f"{name}_API_KEY", f"{name.lower()}-key")
        settings.OPENAI_BASE_URL = f"{server.url}/v1"
        settings.OPENAI_API_KEY = settings.GOOGLE_API_KEY = "openai-or-google-key"
        settings.FETCH_ALLOWED_HOSTS = [server.host]
        settings.MEDIA_ROOT = str(tmp_path)
        settings.AI_TIMEOUT_SECONDS = 1.0
        yield server
