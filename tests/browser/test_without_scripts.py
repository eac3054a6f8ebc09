"""Where scripts are blocked, everything needed works with a reload."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import User
from jobs import leases
from jobs.models import BatchJob
from tests.browser.conftest import Watched
from tests.jobs.conftest import write_all

pytestmark = pytest.mark.browser


def test_it_works_with_a_reload(visit: Callable[..., Watched], alice: User) -> None:
    window = visit(scripts=False)
    page = window.go("/account/login")
    page.locator("[name=login]").fill("alice")
    page.locator("[name=password]").fill("correct horse")
    page.locator("main button[type=submit]").click()
    window.open_dialog()
    page.locator("[name=keywords]").fill("x" * 201)
    page.locator("#batch-submit").click()
    expect(page.locator("#batch-keywords_error")).to_be_visible()
    page.locator("[name=keywords]").fill("vàng, bạc")
    page.locator("#batch-submit").click()
    expect(page.locator("#toasts")).to_contain_text("Đã tạo batch job với 2 bài viết")
    card = window.job()
    window.press("pause")
    expect(card).to_have_attribute("data-status", "paused")
    window.press("resume")
    expect(card).to_have_attribute("data-status", "pending")
    write_all(leases.register())
    page.reload()
    expect(card).to_have_attribute("data-status", "completed")
    card.locator("a[href^='/articles/']").first.click()
    page.locator("[name=title]").fill("Tiêu đề mới")
    page.locator("[name=content]").fill("<h2>Mục</h2><p>Chữ mới.</p>")
    window.press("save", within=".article-bar")
    expect(page.locator("#toasts")).to_contain_text("Đã lưu bài viết.")
    expect(page.locator("article h1")).to_have_text("Tiêu đề mới")
    expect(page.locator("article")).to_contain_text("Chữ mới.")
    page.get_by_role("link", name="Phiên bản").click()
    page.get_by_role("button", name="Khôi phục bản này").click()
    expect(page.locator("article h1")).not_to_have_text("Tiêu đề mới")
    window.go("/account?tab=articles")
    page.locator("input[name=article]").first.check()
    page.get_by_role("button", name="Xóa", exact=True).click()
    expect(page.locator("input[name=article][type=checkbox]")).to_have_count(1)
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.locator("input[name=article][type=checkbox]")).to_have_count(2)


def test_it_asks_before_it_cancels(visit: Callable[..., Watched], alice: User) -> None:
    window = visit(scripts=False)
    window.log_in(alice)
    page = window.go("/account?tab=batch-jobs&write=1")
    page.locator("[name=keywords]").fill("vàng")
    page.locator("#batch-submit").click()
    window.press("cancel")
    page.get_by_role("link", name="Không", exact=True).click()
    assert BatchJob.objects.get(user=alice).status == "pending"
    window.press("cancel")
    window.press("yes")
    expect(window.job()).to_have_attribute("data-status", "cancelled")
