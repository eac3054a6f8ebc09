"""A provider that fails, and workers that call it."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from articles.models import WritingModel
from tests.fakes.provider import FakeProvider
from tests.fakes.worker import WorkerProcess
from tests.jobs.conftest import submit

__all__ = ["submit"]
LONG = os.environ.get("CHAOS") == "long"


@pytest.fixture
def fake(settings: Any) -> Iterator[FakeProvider]:
    """The provider; the web side has keys for it."""
    settings.OPENAI_API_KEY = settings.GOOGLE_API_KEY = "for-the-test"
    with FakeProvider(spread=50) as server:
        yield server


@pytest.fixture
def run_worker(
    worker_process: Callable[..., WorkerProcess], fake: FakeProvider
) -> Callable[..., WorkerProcess]:
    """Start a worker that calls the fake provider and repeats calls fast."""

    def start(*args: str, **environment: str) -> WorkerProcess:
        return worker_process(
            {
                "OPENAI_API_KEY": "sk-for-the-test",
                "OPENAI_BASE_URL": fake.openai_url,
                "GOOGLE_API_KEY": "AIza-for-the-test",
                "GEMINI_BASE_URL": fake.gemini_url,
                "AI_RETRY_BASE_SECONDS": "0.01",
                "AI_TIMEOUT_SECONDS": "6" if LONG else "3",
                "PROVIDER_RETRY_SECONDS": "0.3",
                "BATCH_LEASE_SECONDS": "5",
                **environment,
            },
            args,
        )

    return start


def model_of(protocol: str, name: str) -> WritingModel:
    """A model of its own, so that its circuit is nobody else's."""
    code = f"{protocol}-{name}"
    return WritingModel.objects.create(code=code, label=code, provider=protocol, model=code)
