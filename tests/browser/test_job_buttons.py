"""Buttons of jobs act at once, and the server has the last word."""

from collections.abc import Callable

import pytest
from playwright.sync_api import APIResponse, Route, expect

from accounts.models import User
from articles.providers.base import Usage
from jobs import leases
from jobs.models import BatchJob
from jobs.settlement import Failure, fail
from tests.browser.conftest import Watched
from tests.jobs.conftest import claim, start, submit, write

pytestmark = pytest.mark.browser
__all__ = ["submit"]
CANCEL = "[data-job] > .actions > form"


class Slow:
    """A server that takes its time with an action, until it is told to answer."""

    def __init__(self, window: Watched, action: str) -> None:
        self.waiting: list[Route] = []
        window.page.route(f"**/{action}", lambda route: self.waiting.append(route))

    def answer(self) -> None:
        """Let the request through."""
        self.waiting.pop().continue_()


@pytest.fixture
def window(visit: Callable[..., Watched], alice: User, submit: Callable[..., BatchJob]) -> Watched:
    """The list with one job that waits."""
    submit(alice, 3)
    found = visit()
    found.log_in(alice)
    found.go("/account?tab=batch-jobs")
    return found


def test_it_shows_at_once_what_is_being_done(window: Watched) -> None:
    slow, card = Slow(window, "pause"), window.job()
    word = card.locator("[data-status-word]")
    pause = card.get_by_role("button", name="Tạm dừng", exact=True)
    pause.focus()
    window.page.keyboard.press("Enter")
    expect(word).to_have_text("Đang tạm dừng…")
    expect(card).to_have_attribute("aria-busy", "true")
    expect(pause).to_be_disabled()
    expect(card.get_by_role("button", name="Hủy", exact=True)).to_be_disabled()
    expect(window.page.locator("#announcer")).to_have_text("Đang tạm dừng…")
    window.page.keyboard.press("Enter")
    assert len(slow.waiting) == 1
    slow.answer()
    expect(card).to_have_attribute("data-status", "paused")
    expect(card).not_to_have_attribute("aria-busy", "true")
    expect(word).to_have_text("Bạn đã tạm dừng")
    resume = card.get_by_role("button", name="Tiếp tục", exact=True)
    expect(resume).to_be_enabled()
    expect(resume).to_be_focused()


@pytest.mark.parametrize("before", [True, False])
def test_it_drops_answers_from_before(window: Watched, before: bool) -> None:
    """An update that was made before the button was pressed does not take back what is shown."""
    held: list[tuple[Route, APIResponse]] = []
    window.page.route("**/jobs/live*", lambda route: held.append((route, route.fetch())))
    with window.page.expect_request("**/jobs/live*"):
        pass
    slow, card = Slow(window, "pause"), window.job()
    window.press("pause")
    expect(card).to_have_attribute("aria-busy", "true")
    (route, old) = held.pop()
    if before:
        with window.page.expect_response("**/jobs/live*"):
            route.fulfill(response=old)
        expect(card).to_have_attribute("aria-busy", "true")
    slow.answer()
    expect(card).to_have_attribute("data-status", "paused")
    if not before:
        with window.page.expect_response("**/jobs/live*"):
            route.fulfill(response=old)
    expect(card).to_have_attribute("data-status", "paused")
    expect(card.get_by_role("button", name="Tiếp tục", exact=True)).to_be_enabled()
    expect(window.page.locator("#offline")).to_be_hidden()


def test_it_takes_back_what_did_not_happen(
    visit: Callable[..., Watched], alice: User, submit: Callable[..., BatchJob]
) -> None:
    submit(alice, 3)
    window = visit(quiet=False)
    window.log_in(alice)
    window.go("/account?tab=batch-jobs")
    window.page.route("**/pause", lambda route: route.abort())
    card = window.job()
    window.press("pause")
    expect(window.page.locator("#toasts")).to_contain_text("Máy chủ không phản hồi")
    expect(card).not_to_have_attribute("aria-busy", "true")
    expect(card.locator("[data-status-word]")).to_have_text("Đang chờ")
    pause = card.get_by_role("button", name="Tạm dừng", exact=True)
    expect(pause).to_be_enabled()
    expect(pause).to_be_focused()
    assert BatchJob.objects.get().status == "pending"


def test_it_says_what_stays_and_cancels_at_once(window: Watched) -> None:
    lease = claim(leases.register())
    write(start(lease)[0])
    card = window.job()
    expect(card).to_contain_text("1/3")
    slow = Slow(window, "cancel")
    window.press("cancel", within=CANCEL)
    dialog = card.locator("dialog")
    expect(dialog).to_contain_text("1 bài đã xong được giữ lại")
    dialog.get_by_role("button", name=window.words["yes"], exact=True).click()
    expect(card.locator("[data-status-word]")).to_have_text("Đang hủy…")
    slow.answer()
    expect(card).to_have_attribute("data-status", "cancelled")
    expect(card.get_by_role("link", name="Nhân bản", exact=True)).to_be_focused()
    expect(window.page.locator("#job-chip-cancelled")).to_contain_text("1")


@pytest.mark.parametrize("scripts", [True, False])
def test_it_retries_one_keyword_and_then_all(
    visit: Callable[..., Watched],
    alice: User,
    submit: Callable[..., BatchJob],
    scripts: bool,
) -> None:
    job = submit(alice, 3)
    first, second, third = start(claim(leases.register()), 3)
    for one in (first, second):
        fail(one, Failure("refused", "The model refused: no."), Usage())
    write(third)
    window = visit(scripts=scripts)
    window.log_in(alice)
    page = window.go(f"/jobs/{job.pk}?status=failed")
    row = page.locator("#item-1")
    expect(row).to_contain_text("Model từ chối viết về từ khóa này.")
    row.get_by_role("button", name="Thử lại từ khóa 2: từ khóa 2", exact=True).click()
    card = window.job()
    expect(card).to_have_attribute("data-status", "pending")
    expect(page.locator("#item-1")).to_have_count(0)
    expect(page.locator("#item-chip-failed")).to_contain_text("1")
    expect(page.locator("#item-0 button")).to_have_count(0)
    write(start(claim(leases.register()))[0])
    if not scripts:
        page.reload()
    expect(card).to_have_attribute("data-status", "completed")
    window.press("retry", within="[data-job]")
    expect(card).to_have_attribute("data-status", "pending")
    expect(card).to_contain_text("2/3")
