"""Watching jobs, and pressing their buttons."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from accounts.models import User
from jobs.models import BatchJob
from tests.browser.conftest import Watched
from tests.jobs.conftest import submit

pytestmark = pytest.mark.browser
__all__ = ["submit"]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_it_pauses_resumes_and_cancels(
    visit: Callable[..., Watched],
    writer: Callable[..., Any],
    alice: User,
    submit: Callable[..., BatchJob],
    language: str,
) -> None:
    submit(alice, 40)
    window = visit(language, 390 if language == "vi" else 1280)
    window.log_in(alice)
    page = window.go("/account?tab=batch-jobs")
    card = window.job()
    expect(card).to_have_attribute("data-status", "pending")
    writer(seconds=0.3, in_flight=1)
    expect(card).to_have_attribute("data-status", "processing")
    expect(card.locator("a[href^='/articles/']").first).to_be_visible()
    window.press("pause")
    expect(card).to_have_attribute("data-status", "paused")
    expect(page.locator("#announcer")).not_to_be_empty()
    window.press("resume")
    expect(card).to_have_attribute("data-status", "processing")
    window.press("cancel", within="[data-job] > .actions > form")
    dialog = card.locator("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name=window.words["no"], exact=True).click()
    expect(dialog).to_be_hidden()
    expect(card).to_have_attribute("data-status", "processing")
    window.press("cancel", within="[data-job] > .actions > form")
    dialog.get_by_role("button", name=window.words["yes"], exact=True).click()
    expect(card).to_have_attribute("data-status", "cancelled")
    expect(page.locator("[data-poll]")).to_have_count(0)


def test_it_is_silent_once_nothing_is_live(
    visit: Callable[..., Watched],
    writer: Callable[..., Any],
    alice: User,
    submit: Callable[..., BatchJob],
) -> None:
    submit(alice, 3)
    window = visit()
    window.log_in(alice)
    page = window.go("/account?tab=batch-jobs")
    writer()
    with page.expect_response("**/jobs/live*"):
        pass
    expect(window.job()).to_have_attribute("data-status", "completed", timeout=30_000)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    expect(page.locator("[data-poll]")).to_have_count(0)
    page.clock.install()
    page.clock.fast_forward(60_000)
    assert not asked


def test_it_disturbs_nobody_when_it_updates(
    visit: Callable[..., Watched], alice: User, submit: Callable[..., BatchJob]
) -> None:
    """Focus, an open dialog and marked text outlive an update that changes the card."""
    job = submit(alice, 5)
    window = visit()
    window.log_in(alice)
    page = window.go("/account?tab=batch-jobs")
    card = window.job()
    name = card.locator("h2 a")
    pause = card.get_by_role("button", name="Tạm dừng", exact=True)
    pause.focus()
    name.evaluate("(link) => getSelection().selectAllChildren(link)")
    BatchJob.objects.filter(pk=job.pk).update(tokens_used=777)
    expect(card).to_contain_text("777")
    expect(pause).to_be_focused()
    assert page.evaluate("getSelection().toString()").startswith("từ khóa 1")
    window.press("cancel", within="[data-job] > .actions > form")
    BatchJob.objects.filter(pk=job.pk).update(tokens_used=888)
    expect(card).to_contain_text("888")
    expect(card.locator("dialog")).to_be_visible()


def test_it_says_when_the_connection_is_gone(
    visit: Callable[..., Watched], alice: User, submit: Callable[..., BatchJob]
) -> None:
    job = submit(alice, 2)
    window = visit(quiet=False)
    window.log_in(alice)
    page = window.go("/account?tab=batch-jobs")
    broken = {"on": True}

    def breaking(route: Route) -> Any:
        return route.abort() if broken["on"] else route.continue_()

    page.route("**/jobs/live*", breaking)
    expect(page.locator("#offline")).to_be_visible()
    broken["on"] = False
    BatchJob.objects.filter(pk=job.pk).update(tokens_used=777)
    expect(window.job()).to_contain_text("777", timeout=30_000)
    expect(page.locator("#offline")).to_be_hidden()


def test_it_follows_the_keywords_of_one_job(
    visit: Callable[..., Watched],
    writer: Callable[..., Any],
    alice: User,
    submit: Callable[..., BatchJob],
) -> None:
    job = submit(alice, 4)
    window = visit()
    window.log_in(alice)
    page = window.go(f"/jobs/{job.pk}")
    expect(page.locator("#items .status-pending")).to_have_count(4)
    writer()
    expect(page.locator("#items .status-completed")).to_have_count(4, timeout=30_000)
    expect(page.locator("#items a[href^='/articles/']")).to_have_count(4)
    expect(page.locator("[data-poll]")).to_have_count(0)
