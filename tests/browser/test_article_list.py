"""Changing many articles in the list, and the way back."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import User
from articles.models import Article
from jobs import leases
from jobs.models import BatchJob
from tests.browser.conftest import Watched
from tests.browser.test_accessibility import violations
from tests.jobs.conftest import submit, write_all

pytestmark = pytest.mark.browser
__all__ = ["submit"]
BUTTONS = {
    "vi": ("Đánh dấu đã xuất bản", "Xóa", "Hoàn tác", "Đã xóa 2 bài viết."),
    "en": ("Mark as published", "Delete", "Undo", "2 articles are deleted."),
}


@pytest.mark.parametrize(
    ("language", "width", "scheme"), [("vi", 390, "dark"), ("en", 1280, "light")]
)
def test_it_changes_many_and_takes_it_back(
    visit: Callable[..., Watched],
    alice: User,
    submit: Callable[..., BatchJob],
    language: str,
    width: int,
    scheme: str,
) -> None:
    submit(alice, 3)
    write_all(leases.register())
    publish, delete, undo, deleted = BUTTONS[language]
    window = visit(language, width, scheme)
    window.log_in(alice)
    page = window.go("/account?tab=articles&sort=title")
    boxes = page.locator(".article-row input")
    button = page.get_by_role("button", name=publish, exact=True)
    expect(button).to_be_disabled()
    page.locator("#mark-all").check()
    expect(boxes.nth(2)).to_be_checked()
    boxes.nth(0).uncheck()
    expect(page.locator("#marked-count")).to_contain_text("2")
    assert not violations(page)
    button.click()
    expect(page.locator(".status-published")).to_have_count(2)
    expect(page.locator("#sort")).to_have_value("title")

    page.locator("nav a[href*='status=published']").click()
    expect(boxes).to_have_count(2)
    page.locator("#mark-all").check()
    page.get_by_role("button", name=delete, exact=True).click()
    expect(page.locator("form.notice")).to_contain_text(deleted)
    expect(boxes).to_have_count(0)
    assert Article.objects.of(alice).count() == 1
    assert not violations(page)
    assert window.is_as_wide_as_its_window()
    page.get_by_role("button", name=undo, exact=True).click()
    expect(boxes).to_have_count(2)
    assert Article.objects.of(alice).count() == 3
