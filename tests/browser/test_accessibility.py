"""axe-core finds nothing, in light and dark, narrow and wide; everything fits; keys suffice."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from articles import store
from articles.models import Article, Website
from jobs import leases, lifecycle
from jobs.models import BatchJob
from tests.browser.conftest import Watched
from tests.jobs.conftest import submit, write_all

pytestmark = pytest.mark.browser
__all__ = ["submit"]


@pytest.fixture
def pages(alice: User, submit: Callable[..., BatchJob]) -> list[str]:
    """Addresses of every kind of page, with something on each."""
    submit(alice, 3)
    done = write_all(leases.register())
    BatchJob.objects.filter(pk=done.pk).update(failed_items=1, completed_items=2)
    lifecycle.pause(submit(alice, 3).pk, by=alice)
    poor = submit(alice, 3)
    BatchJob.objects.filter(pk=poor.pk).update(status="paused", pause_reason="out_of_tokens")
    lifecycle.cancel(submit(alice, 2).pk, by=alice)
    job = submit(alice, ["một từ khóa dài không có dấu cách " + "x" * 150, "hai"])
    article = Article.objects.filter(user=alice).latest("pk")
    store.edit(article, title="Tựa khác")
    Article.objects.filter(pk=article.pk).update(
        content="<h2>Mục</h2><table><tr><th>a</th><td>" + "x" * 200 + "</td></tr></table>",
        needs_review=True,
        issues=[{"code": "short", "message": "Ngắn."}],
        updated_at=timezone.now(),
    )
    site = Website.objects.create(user=alice, name="Blog", url="https://example.com")
    return [
        "/", "/account?tab=batch-jobs", "/account?tab=articles", "/account?tab=websites",
        "/account?tab=profile", f"/jobs/{job.pk}", f"/jobs/{done.pk}", f"/articles/{article.pk}",
        f"/articles/{article.pk}/versions?from=1",
        f"/websites/{site.pk}", f"/jobs/{job.pk}/cancel", "/account/password/change",
        "/account/email", "/no/such/page",
    ]  # fmt: skip


STRANGERS = ["/", "/account/login", "/account/signup", "/account/password/reset"]


def violations(page: Page) -> list[str]:
    """What axe-core finds, in a few words."""
    return [
        f"{page.url} {one['id']}: {[node['html'][:120] for node in one['nodes']][:3]}"
        for one in Axe().run(page).response["violations"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_has_no_violations(
    visit: Callable[..., Watched], alice: User, pages: list[str], scheme: str
) -> None:
    window = visit(width=390, scheme=scheme, quiet=False)
    found: list[str] = []
    for path in STRANGERS:
        found += violations(window.go(path))
    window.log_in(alice)
    for path in pages:
        page = window.go(path)
        if page.locator("#article-form").count():
            expect(page.locator("#article-form")).to_have_attribute("data-editor", "ready")
        found += violations(page)
    window.go("/account?tab=articles&write=1")
    window.page.locator("[name=keywords]").fill("\n".join(map(str, range(11))))
    found += violations(window.page)
    window.page.locator("[name=outlineOption]").select_option("custom-outline")
    window.page.locator("#batch-submit").click()
    expect(window.page.locator("#batch-customOutline_error")).to_be_visible()
    found += violations(window.page)
    window.go("/account?tab=batch-jobs")
    window.press("cancel", within="[data-job]:first-of-type > .actions > form")
    found += violations(window.page)
    assert not found


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_never_scrolls_sideways(
    visit: Callable[..., Watched], alice: User, pages: list[str], language: str, width: int
) -> None:
    window = visit(language, width, quiet=False)
    for path in STRANGERS:
        window.go(path)
        assert window.is_as_wide_as_its_window(), path
    window.log_in(alice)
    for path in pages:
        window.go(path)
        assert window.is_as_wide_as_its_window(), path


def test_it_skips_to_the_content_by_key(visit: Callable[..., Watched], alice: User) -> None:
    window = visit()
    window.log_in(alice)
    page = window.go("/account?tab=batch-jobs")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_it_keeps_the_chosen_theme(visit: Callable[..., Watched]) -> None:
    window = visit(scheme="dark")
    page = window.go("/")
    root, switch = page.locator("html"), page.locator("[data-theme-switch]")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    expect(switch).to_have_attribute("aria-pressed", "true")
    switch.click()
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.reload()
    expect(root).to_have_attribute("data-bs-theme", "light")
