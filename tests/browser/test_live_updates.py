"""An update of a job disturbs nobody, and is asked for no more often than it is looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from jobs import leases
from jobs.handles import Lease
from jobs.models import BatchJob
from tests.browser.conftest import Watched
from tests.jobs.conftest import claim, start, submit, write

pytestmark = pytest.mark.browser
__all__ = ["submit"]
POLLS = "**/jobs/live*"


@dataclass
class Followed:
    """A window of somebody whose job is being written."""

    window: Watched
    job: BatchJob
    lease: Lease

    def write(self, number: int) -> None:
        """Write so many more articles."""
        for started in start(self.lease, number):
            write(started)

    def change(self, tokens: int) -> None:
        """Change the card, and wait until that is seen."""
        BatchJob.objects.filter(pk=self.job.pk).update(tokens_used=tokens)
        expect(self.window.job()).to_contain_text(str(tokens))


@pytest.fixture
def followed(
    visit: Callable[..., Watched], alice: User, submit: Callable[..., BatchJob]
) -> Followed:
    """A job of 80 keywords; 60 articles of it are written."""
    job = submit(alice, 80)
    found = Followed(visit(), job, claim(leases.register()))
    found.write(60)
    found.window.log_in(alice)
    return found


def test_it_leaves_the_reader_where_he_is(followed: Followed) -> None:
    """Scroll positions of the page, and of lists and tables in it."""
    page = followed.window.go("/account?tab=batch-jobs")
    page.set_viewport_size({"width": 600, "height": 300})
    articles = page.locator(".job-articles")
    articles.evaluate("(list) => { list.scrollTop = 120; }")
    page.evaluate("scrollTo(0, 200)")
    followed.change(777)
    assert articles.evaluate("(list) => list.scrollTop") == 120
    assert page.evaluate("scrollY") == 200
    followed.window.go(f"/jobs/{followed.job.pk}")
    table = page.locator("#items-scroll")
    table.evaluate("(box) => { box.scrollLeft = 100; }")
    page.evaluate("scrollTo(0, 900)")
    followed.change(888)
    assert table.evaluate("(box) => box.scrollLeft") == 100
    assert page.evaluate("scrollY") == 900


def test_it_keeps_what_is_read_while_articles_appear(followed: Followed) -> None:
    """A marked title and the focus on its link go with it when newer ones come before it."""
    page = followed.window.go("/account?tab=batch-jobs")
    links = page.locator(".job-articles a")
    title = str(links.nth(3).text_content())
    links.nth(3).focus()
    links.nth(3).evaluate("(link) => getSelection().selectAllChildren(link)")
    followed.write(2)
    expect(links.nth(5)).to_have_text(title)
    assert page.evaluate("document.activeElement.textContent") == title
    assert page.evaluate("getSelection().toString()") == title


def test_it_keeps_details_open(followed: Followed) -> None:
    followed.job.items.filter(position=0).update(
        status="failed", article=None, error_code="refused", error_message="No."
    )
    page = followed.window.go(f"/jobs/{followed.job.pk}")
    details = page.locator("#why-0")
    details.locator("summary").click()
    followed.change(777)
    expect(details).to_have_attribute("open", "")
    expect(details.locator("code")).to_be_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_it_says_changes_of_state_and_no_ticks(followed: Followed) -> None:
    page = followed.window.go("/account?tab=batch-jobs")
    announcer = page.locator("#announcer")
    followed.change(777)
    expect(announcer).to_be_empty()
    assert page.locator("[aria-live]").count() == 2, "toasts and the announcer speak, nothing else"
    followed.write(20)
    expect(announcer).to_have_text(f"#{followed.job.pk}: Hoàn thành")


def test_it_shows_in_the_title_how_far_it_is(followed: Followed) -> None:
    page = followed.window.go("/account?tab=batch-jobs")
    expect(page).to_have_title("(60/80) Batch job · Batchwriter")
    followed.write(5)
    expect(page).to_have_title("(65/80) Batch job · Batchwriter")
    followed.write(15)
    expect(page).to_have_title("(80/80) Batch job · Batchwriter")
    page.reload()
    expect(page).to_have_title("Batch job · Batchwriter")


NOTIFICATIONS = """
window.asked = 0;
window.shown = [];
window.Notification = class {
  static permission = "default";
  static async requestPermission() {
    window.asked += 1;
    return (window.Notification.permission = "ANSWER");
  }
  constructor(title, options) { window.shown.push(`${title}: ${options.body}`); }
};
"""


def test_it_notifies_those_who_want_it(followed: Followed, wait_for: Callable[..., Any]) -> None:
    page = followed.window.page
    page.add_init_script(NOTIFICATIONS.replace("ANSWER", "granted"))
    followed.window.go("/account?tab=batch-jobs")
    button = page.get_by_role("button", name="Báo cho tôi khi xong", exact=True)
    expect(button).to_have_attribute("aria-pressed", "false")
    followed.change(777)
    assert page.evaluate("asked") == 0
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("asked") == 1
    followed.write(20)
    shown = wait_for(lambda: page.evaluate("shown"))
    assert len(shown) == 1
    assert "từ khóa 1" in shown[0]
    assert "Hoàn thành · 80 / 80" in shown[0] or "Hoàn thành · " in shown[0]
    expect(button).to_be_hidden()


def test_it_notifies_nobody_else(followed: Followed) -> None:
    page = followed.window.page
    page.add_init_script(NOTIFICATIONS.replace("ANSWER", "denied"))
    followed.window.go("/account?tab=batch-jobs")
    button = page.locator("#notify")
    button.click()
    expect(page.locator("#announcer")).to_contain_text("Trình duyệt đang chặn thông báo")
    expect(button).to_have_attribute("aria-pressed", "false")
    followed.write(20)
    expect(followed.window.job()).to_have_attribute("data-status", "completed")
    assert page.evaluate("shown") == []


def polls_of(page: Page) -> list[str]:
    """The addresses of the updates that are asked for from now on."""
    found: list[str] = []
    page.on("request", lambda one: found.append(one.url) if "/jobs/live" in one.url else None)
    return found


def test_it_asks_seldom_while_nobody_looks(followed: Followed) -> None:
    page = followed.window.page
    page.clock.install()
    followed.window.go("/account?tab=batch-jobs")
    asked = polls_of(page)
    with page.expect_response(POLLS):
        page.clock.run_for(2_500)
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    page.clock.run_for(12_000)
    assert len(asked) == 1
    with page.expect_response(POLLS):
        page.clock.run_for(5_000)
    assert len(asked) == 2
    page.evaluate("Object.defineProperty(document, 'hidden', {value: false, configurable: true})")
    with page.expect_response(POLLS):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_it_asks_ever_more_seldom_while_nobody_answers(
    visit: Callable[..., Watched], alice: User, submit: Callable[..., BatchJob]
) -> None:
    submit(alice, 2)
    window = visit(quiet=False)
    window.log_in(alice)
    page = window.page
    page.clock.install()
    window.go("/account?tab=batch-jobs")
    page.route(POLLS, lambda route: route.abort())
    asked = polls_of(page)
    for _ in range(60):
        page.clock.run_for(1_000)
    # After 2, 6, 14 and 30 seconds, and then every 30 at most.
    assert 3 <= len(asked) <= 5
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator("#announcer")).to_contain_text("Mất kết nối")
    page.unroute(POLLS)
    with page.expect_response(POLLS):
        page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#offline")).to_be_hidden()
