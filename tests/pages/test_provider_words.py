"""What a user reads while the provider of a job is not answering."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from jobs import progress, wording
from jobs.models import BatchJob, ProviderCircuit, ProviderPace
from jobs.status import JobStatus, PauseReason
from tests.pages.conftest import World

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def job(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[BatchJob]:
    """A job that waits for its provider, at noon; read in English."""
    BatchJob.objects.filter(pk=world.job.pk).update(
        status=JobStatus.PAUSED,
        pause_reason=PauseReason.PROVIDER,
        error_message="The provider had an error.",
    )
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    with translation.override("en"):
        yield world.job


def advice(job: BatchJob) -> str:
    """What the page says."""
    return wording.advice(progress.shown(BatchJob.objects.filter(pk=job.pk)).get())


def circuit(job: BatchJob, subject: str, minutes: float, **more: object) -> None:
    """An open circuit that is tried again in ``minutes``."""
    kind, _, name = subject.partition(":")
    ProviderCircuit.objects.create(
        subject=subject,
        provider=name if kind == "key" else job.writing_model.provider,
        writing_model=job.writing_model if kind == "model" else None,
        opened_at=NOON,
        retry_at=NOON + timedelta(minutes=minutes),
        **more,
    )


def test_it_says_when_the_provider_is_tried_again(job: BatchJob) -> None:
    label = job.writing_model.label
    assert advice(job) == f"{label} was not answering; the job goes on by itself."
    circuit(job, f"model:{job.writing_model_id}", 125)
    head = f"{label} is not answering (The provider had an error). "
    assert advice(job) == f"{head}Next try 14:05 UTC, by itself."
    circuit(job, f"key:{job.writing_model.provider}", 180)
    assert advice(job) == f"{head}Next try 15:00 UTC, by itself."
    circuit(job, "key:another", 600)
    assert "15:00" in advice(job)


def test_it_names_the_day_where_it_is_another(job: BatchJob) -> None:
    circuit(job, f"key:{job.writing_model.provider}", 24 * 60)
    assert "11/25/2026 12:00 UTC" in advice(job)


def test_it_says_that_it_is_being_tried(job: BatchJob) -> None:
    circuit(job, f"key:{job.writing_model.provider}", 2, probing=True)
    assert advice(job).endswith("It is being tried right now.")


def test_it_says_so_in_vietnamese(job: BatchJob) -> None:
    circuit(job, f"key:{job.writing_model.provider}", 125)
    with translation.override("vi"):
        said = advice(job)
    assert "(Nhà cung cấp gặp lỗi)" in said
    assert "lúc 14:05 UTC" in said


def test_it_says_why_a_job_is_written_slowly(job: BatchJob) -> None:
    changes = {"status": "processing", "pause_reason": None, "lease_owner": "w"}
    BatchJob.objects.filter(pk=job.pk).update(**changes)
    assert advice(job) == ""
    ProviderPace.objects.create(
        writing_model=job.writing_model, calls=12.6, threshold=12, reason="rate_limit",
        changed_at=timezone.now(),
    )  # fmt: skip
    label = job.writing_model.label
    assert advice(job) == (
        f"{label} is called 12 times at once for now: the provider's rate limit was reached."
    )
    with translation.override("vi"):
        assert advice(job) == (
            f"Hiện {label} chỉ được gọi 12 lần cùng lúc: đã chạm giới hạn tốc độ của nhà cung cấp."
        )
