"""Operators check everything in a browser, with and without scripts, wide and narrow."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from accounts.models import User
from jobs.invariants import INVARIANTS
from jobs.models import BatchJob
from tests.browser.conftest import Watched
from tests.jobs.conftest import submit

pytestmark = pytest.mark.browser
__all__ = ["submit"]


@pytest.fixture
def operator(alice: User, submit: Callable[..., BatchJob]) -> User:
    """Somebody who may see everything; one number is off."""
    submit(alice, 3)
    User.objects.filter(pk=alice.pk).update(tokens_remaining=7)
    made: User = User.objects.create_superuser("olga", password="correct horse")
    return made


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_it_checks_one_after_the_other(
    visit: Callable[..., Watched], operator: User, width: int, scheme: str
) -> None:
    window = visit(language="en", width=width, scheme=scheme)
    window.log_in(operator)
    page = window.go("/admin/")
    page.get_by_role("link", name="Audit: check that every number adds up").click()
    page.get_by_role("link", name="Check all").click()
    expect(page.get_by_role("status")).to_have_text("1 of 26 invariants are broken.")
    expect(page.locator(".audit-sound")).to_have_count(len(INVARIANTS) - 1)
    assert page.url.endswith("/admin/audit/")
    expect(page.locator("#I01 td").nth(1)).to_have_text("7")
    assert window.is_as_wide_as_its_window()
    found = Axe().run(page, context="#content").response["violations"]
    assert not [violation["id"] for violation in found]

    User.objects.filter(username="alice").update(tokens_remaining=1_000_000)
    page.get_by_role("link", name="Check I01").click()
    expect(page.locator("#I01")).to_have_class("audit-sound")


def test_it_checks_without_scripts(visit: Callable[..., Watched], operator: User) -> None:
    window = visit(language="vi", scripts=False)
    window.log_in(operator)
    page = window.go("/admin/audit/")
    page.get_by_role("link", name="Kiểm tra I01").click()
    expect(page.locator("#I01")).to_have_class("audit-broken")
    expect(page.locator(".audit-waiting")).to_have_count(len(INVARIANTS) - 1)
    page.get_by_role("link", name="Kiểm tra tất cả").click()
    expect(page.get_by_role("status")).to_have_text(f"1/{len(INVARIANTS)} điều kiện không đúng.")
