"""What was typed into the dialog survives a reload, a lost session, and the job before it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from jobs.models import BatchJob
from tests.browser.conftest import Watched
from tests.jobs.conftest import person

pytestmark = pytest.mark.browser
CSV = "Từ khóa;Ghi chú gì đó\ncà phê;nóng\ntrà;lạnh\n".encode()


def choose_file(page: Page, data: bytes = CSV, name: str = "a.csv") -> None:
    """Choose a file in the dialog."""
    page.locator("#batch-import > summary").click()
    page.locator("#batch-file").set_input_files(
        files=[{"name": name, "mimeType": "text/csv", "buffer": data}]
    )
    expect(page.locator(".sheet")).to_be_visible()


def test_it_brings_back_what_was_typed(window: Watched) -> None:
    page = window.page
    window.fill_dialog("giữ lại\ncả cái này")
    page.locator("[name=tone]").select_option("creative")
    page.locator("[name=autoInsertImages]").check()
    page.reload()
    expect(page.locator("#batch-write")).to_be_hidden()
    window.open_dialog()
    expect(page.locator("#draft-note")).to_be_visible()
    expect(page.locator("[name=keywords]")).to_have_value("giữ lại\ncả cái này")
    expect(page.locator("[name=tone]")).to_have_value("creative")
    expect(page.locator("[name=autoInsertImages]")).to_be_checked()
    expect(page.locator("#batch-submit")).to_have_text("Tạo 2 bài viết")
    page.locator("#draft-discard").click()
    expect(page.locator("[name=keywords]")).to_have_value("")
    expect(page.locator("[name=keywords]")).to_be_focused()
    expect(page.locator("#draft-note")).to_be_hidden()
    page.reload()
    window.open_dialog()
    expect(page.locator("[name=keywords]")).to_have_value("")


def test_it_brings_back_imported_rows(window: Watched) -> None:
    page = window.page
    window.open_dialog()
    choose_file(page)
    page.locator("#column-2").select_option("note")
    expect(page.locator("#column-2")).to_have_value("note")
    page.reload()
    window.open_dialog()
    expect(page.locator(".sheet")).to_be_visible()
    expect(page.locator("#column-2")).to_have_value("note")
    page.locator("#batch-submit").click()
    expect(window.job()).to_be_visible()
    notes = BatchJob.objects.get().items.order_by("position").values_list("note", flat=True)
    assert list(notes) == ["nóng", "lạnh"]
    window.open_dialog()
    expect(page.locator("[name=keywords]")).to_have_value("")


def test_it_forgets_the_draft_of_a_job_that_was_made(window: Watched) -> None:
    page = window.page
    window.fill_dialog("vàng")
    page.locator("#batch-submit").click()
    expect(window.job()).to_be_visible()
    window.open_dialog()
    expect(page.locator("#draft-note")).to_be_hidden()
    expect(page.locator("[name=keywords]")).to_have_value("")


def test_it_makes_one_job_of_a_reload_in_mid_submit(window: Watched, alice: User) -> None:
    """The answer never arrives: the job is made, and the page is loaded again."""
    page = window.page
    held: list[Route] = []

    def hold(route: Route) -> None:
        route.fetch(max_redirects=0)
        held.append(route)

    page.route("**/jobs", hold)
    window.fill_dialog("vàng, bạc")
    with page.expect_request("**/jobs"):
        page.locator("#batch-submit").click()
    while not held:
        page.wait_for_timeout(20)
    # With its handler the held request would go on, and its answer would lead elsewhere.
    page.reload()
    page.unroute("**/jobs")
    expect(window.job()).to_be_visible()
    window.open_dialog()
    expect(page.locator("[name=keywords]")).to_have_value("")
    assert BatchJob.objects.filter(user=alice).count() == 1


def test_it_shows_nothing_of_one_user_to_another(window: Watched, alice: User) -> None:
    page = window.page
    window.fill_dialog("bí mật của alice")
    page.reload()
    window.log_in(person("bob"))
    window.go("/account?tab=batch-jobs")
    window.open_dialog()
    expect(page.locator("[name=keywords]")).to_have_value("")
    window.log_in(alice)
    window.go("/account?tab=articles")
    window.open_dialog()
    expect(page.locator("[name=keywords]")).to_have_value("bí mật của alice")


def test_it_survives_a_lost_session(visit: Callable[..., Watched], alice: User) -> None:
    window = visit(quiet=False)
    window.log_in(alice)
    page = window.go("/account?tab=batch-jobs")
    window.fill_dialog("không được mất")
    window.context.clear_cookies(name="sessionid")
    page.locator("#batch-submit").click()
    expect(page.locator("#batch-write .notice-text")).to_contain_text("Bạn đã bị đăng xuất")
    page.reload()
    window.log_in(alice)
    window.go("/account?tab=batch-jobs")
    window.open_dialog()
    expect(page.locator("[name=keywords]")).to_have_value("không được mất")


def test_it_offers_what_was_cut_off_for_the_next_job(window: Watched, alice: User) -> None:
    page = window.page
    User.objects.filter(pk=alice.pk).update(article_limit=2)
    window.fill_dialog("một, hai, ba, bốn")
    page.locator("#step-trim").click()
    expect(page.locator(".later li")).to_have_text(["ba", "bốn"])
    expect(page.locator("#batch-submit")).to_have_text("Tạo 2 bài viết")
    page.locator("#batch-submit").click()
    expect(window.job()).to_be_visible()
    window.open_dialog()
    expect(page.locator("#draft-note")).to_be_visible()
    expect(page.locator("[name=keywords]")).to_have_value("ba\nbốn")


def test_it_does_not_mix_a_draft_into_a_copy(window: Watched, alice: User) -> None:
    page = window.page
    window.fill_dialog("bản nháp")
    window.go("/account?tab=batch-jobs&write=1&examples=1")
    expect(page.locator("[name=keywords]")).to_have_value(
        "cà phê Đà Lạt\ncách pha cà phê phin\nhạt cà phê ngon"
    )
    expect(page.locator("#draft-note")).to_be_hidden()
