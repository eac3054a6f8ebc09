"""From the start page to an edited article, as a person would."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts import ledger
from accounts.models import User
from articles.models import Article
from jobs.models import BatchJob
from tests.browser.conftest import Watched

pytestmark = [pytest.mark.browser, pytest.mark.both]
KEYWORDS = "forex cơ bản, giao dịch forex\nForex Cơ Bản\n\nsàn forex uy tín"


@pytest.mark.parametrize(
    ("language", "width", "scheme"), [("vi", 390, "light"), ("en", 1280, "dark")]
)
def test_it_leads_from_sign_up_to_an_edited_article(
    visit: Callable[..., Watched],
    writer: Callable[..., Any],
    transactional_db: None,
    language: str,
    width: int,
    scheme: str,
) -> None:
    writer()
    window = visit(language, width, scheme)
    page = window.go("/account/signup")
    for name, value in {
        "username": "charlie",
        "email": "charlie@example.com",
        "password1": "a long enough secret",
        "password2": "a long enough secret",
    }.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/account?tab=batch-jobs")
    charlie = User.objects.get(username="charlie")
    ledger.grant(charlie, 1_000_000)
    window.go("/account?tab=articles")

    window.fill_dialog(KEYWORDS)
    submit = page.locator("#batch-submit")
    expect(submit).to_have_text(window.words["submit"].format(3))
    expect(page.locator("#estimate [data-total='3']")).to_be_visible()
    submit.click()

    page.wait_for_url("**/account?tab=batch-jobs")
    expect(page.locator("#toasts")).to_contain_text(window.words["toast"].format(3))
    card = window.job()
    expect(card).to_have_attribute("data-status", "completed", timeout=30_000)
    expect(card.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "3")
    expect(card.locator("a[href^='/articles/']")).to_have_count(3)
    assert window.is_as_wide_as_its_window()

    card.locator("a[href^='/articles/']").first.click()
    page.wait_for_url("**/articles/*")
    page.locator("[name=title]").fill("Một tiêu đề khác")
    text = page.frame_locator("iframe.tox-edit-area__iframe").locator("body")
    text.fill("Chữ mới.")
    window.press("save", within=".article-bar")
    expect(page.locator("#save-state")).to_contain_text(window.words["saved"])
    page.reload()
    expect(page.locator("article h1")).to_have_text("Một tiêu đề khác")
    expect(text).to_have_text("Chữ mới.")
    assert window.is_as_wide_as_its_window()
    assert BatchJob.objects.filter(user=charlie).count() == 1
    assert Article.objects.filter(user=charlie, title="Một tiêu đề khác").exists()
