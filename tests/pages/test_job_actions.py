"""Pause, resume, cancel and retry from the pages."""

import re

import pytest
from django.test import Client

from jobs.models import BatchItem, BatchJob
from tests.pages.conftest import World

HTMX = {"HX-Request": "true"}


def status_of(job: BatchJob) -> str:
    """As it is now."""
    return BatchJob.objects.values_list("status", flat=True).get(pk=job.pk)


def test_it_pauses_resumes_and_cancels(alice: Client, world: World) -> None:
    for action, status in [("pause", "paused"), ("resume", "pending"), ("cancel", "cancelled")]:
        answer = alice.post(f"/jobs/{world.job.pk}/{action}")
        assert (answer.status_code, answer["Location"]) == (302, "/account?tab=batch-jobs")
        assert status_of(world.job) == status


def test_it_goes_back_to_the_page_of_the_job(alice: Client, world: World) -> None:
    came_from = f"http://testserver/jobs/{world.job.pk}"
    answer = alice.post(f"/jobs/{world.job.pk}/pause", headers={"Referer": came_from})
    assert answer["Location"] == came_from
    elsewhere = {"Referer": "https://evil.example/"}
    answer = alice.post(f"/jobs/{world.job.pk}/resume", headers=elsewhere)
    assert answer["Location"] == "/account?tab=batch-jobs"


def test_it_sends_a_script_the_card_and_the_poll(alice: Client, world: World) -> None:
    ids = f"{world.job.pk},{world.done.pk}"
    fragment = alice.post(
        f"/jobs/{world.job.pk}/pause", {"ids": ids}, headers=HTMX
    ).content.decode()
    assert f'data-job="{world.job.pk}" data-status="paused"' in fragment
    assert f'data-job="{world.done.pk}"' not in fragment
    assert "hx-get" not in fragment
    resumed = alice.post(
        f"/jobs/{world.job.pk}/resume", {"ids": ids}, headers=HTMX
    ).content.decode()
    assert f'hx-get="/jobs/live?live={world.job.pk}"' in resumed


def test_it_sends_the_page_of_a_job_its_keywords(alice: Client, world: World) -> None:
    fragment = alice.post(
        f"/jobs/{world.job.pk}/pause", {"items": "page=1"}, headers=HTMX
    ).content.decode()
    assert 'id="items"' in fragment


def test_it_says_what_is_not_possible(alice: Client, world: World) -> None:
    answer = alice.post(f"/jobs/{world.done.pk}/pause", follow=True)
    assert "Job này đang ở trạng thái Hoàn thành" in answer.content.decode()
    fragment = alice.post(f"/jobs/{world.done.pk}/pause", headers=HTMX).content.decode()
    assert 'hx-swap-oob="beforeend:#toasts"' in fragment
    assert "Job này đang ở trạng thái Hoàn thành" in fragment


def test_it_asks_before_it_cancels(alice: Client, world: World) -> None:
    page = alice.get(f"/jobs/{world.job.pk}/cancel").content.decode()
    assert f"Hủy job #{world.job.pk}?" in page
    assert re.search(r">Không</a>", page)
    assert status_of(world.job) == "pending"
    card = alice.get("/account").content.decode()
    dialog = card[card.index(f'<dialog id="cancel-{world.job.pk}"') :]
    dialog = dialog[: dialog.index("</dialog>")]
    assert "data-close>Không</button>" in dialog
    assert ">Hủy</button>" not in dialog


@pytest.mark.parametrize("action", ["pause", "resume", "retry"])
def test_it_does_nothing_by_get(alice: Client, world: World, action: str) -> None:
    assert alice.get(f"/jobs/{world.job.pk}/{action}").status_code == 302
    assert status_of(world.job) == "pending"


def test_it_knows_no_other_action(alice: Client, world: World) -> None:
    assert alice.post(f"/jobs/{world.job.pk}/destroy").status_code == 404


def test_it_retries_what_failed(alice: Client, world: World) -> None:
    item = BatchItem.objects.filter(job=world.job).earliest("position")
    BatchItem.objects.filter(pk=item.pk).update(status="failed", error_code="x")
    BatchItem.objects.filter(job=world.job).exclude(pk=item.pk).update(status="cancelled")
    BatchJob.objects.filter(pk=world.job.pk).update(
        status="failed", failed_items=2, finished_at=world.job.created_at
    )
    alice.post(f"/jobs/{world.job.pk}/retry")
    assert status_of(world.job) == "pending"
