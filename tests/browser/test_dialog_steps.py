"""The dialog as one works with it: the review, files, presets, the fold, the examples."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from accounts.models import User
from jobs.models import BatchJob, SettingsPreset
from tests.browser.conftest import Watched
from tests.browser.test_accessibility import violations
from tests.browser.test_dialog_drafts import CSV, choose_file

pytestmark = pytest.mark.browser
ELEVEN = "\n".join(f"từ {number}" for number in range(11))


def jobs(user: User) -> int:
    """How many jobs the user has."""
    return BatchJob.objects.filter(user=user).count()


@pytest.mark.parametrize(
    ("language", "width", "scheme"), [("vi", 390, "dark"), ("en", 1280, "light")]
)
def test_it_asks_once_more_above_ten(
    visit: Callable[..., Watched], alice: User, language: str, width: int, scheme: str
) -> None:
    window = visit(language, width, scheme)
    window.log_in(alice)
    page = window.go("/account?tab=batch-jobs")
    window.fill_dialog(ELEVEN)
    page.locator("#batch-submit").click()
    expect(page.locator("#batch-review")).to_be_visible()
    submit = page.get_by_role("button", name=window.words["submit"].format(11), exact=True)
    expect(submit).to_be_focused()
    assert jobs(alice) == 0
    assert not violations(page)
    assert window.is_as_wide_as_its_window()
    page.locator("[name=tone]").select_option("casual")
    expect(page.locator("#batch-review")).to_have_count(0)
    submit.click()
    expect(page.locator("#batch-review")).to_be_visible()
    submit.click()
    expect(window.job()).to_be_visible()
    assert jobs(alice) == 1


@pytest.mark.parametrize("way", ["double click", "held key"])
def test_it_does_not_confirm_a_review_unread(window: Watched, alice: User, way: str) -> None:
    page = window.page
    window.fill_dialog(ELEVEN)
    submit = page.locator("#batch-submit")
    if way == "double click":
        submit.dblclick(delay=80)
    else:
        submit.focus()
        page.keyboard.down("Enter")
        expect(page.locator("#batch-review")).to_be_visible()
        for _ in range(5):
            page.keyboard.down("Enter")
        page.keyboard.up("Enter")
    expect(page.locator("#batch-review")).to_be_visible()
    expect(submit).to_be_enabled()
    assert jobs(alice) == 0
    submit.press("Enter")
    expect(window.job()).to_be_visible()
    assert jobs(alice) == 1


def test_it_says_what_the_list_is_like(window: Watched) -> None:
    page = window.page
    window.fill_dialog("cà phê, ca phe,, Cà Phê, trà")
    expect(page.locator("#feedback")).to_contain_text("2 mục bị bỏ")
    page.locator("#feedback summary").nth(0).click()
    assert not violations(page)
    expect(page.locator("#feedback li").nth(0)).to_have_text("“Cà Phê”: lặp lại")
    expect(page.locator("#feedback")).to_contain_text("1 từ khóa gần giống")
    expect(page.locator("#forecast dl")).to_be_visible()
    page.locator("[name=keywords]").fill("")
    expect(page.locator("#feedback details")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_imports_a_file(visit: Callable[..., Watched], alice: User, scheme: str) -> None:
    window = visit(width=390, scheme=scheme)
    window.log_in(alice)
    page = window.go("/account?tab=batch-jobs")
    window.open_dialog()
    choose_file(page, CSV + b";thi\xe1\xba\xbfu\n")
    expect(page.locator(".wrong-rows")).to_contain_text("Dòng 4")
    expect(page.locator("#batch-submit")).to_have_text("Tạo 2 bài viết")
    expect(page.locator("#estimate [data-total='2']")).to_be_visible()
    page.locator("#batch-submit").click()
    expect(page.locator("#batch-skipWrong_error")).to_be_visible()
    assert not violations(page)
    assert window.is_as_wide_as_its_window()
    page.locator("[name=skipWrong]").check()
    page.locator("#batch-submit").click()
    expect(window.job()).to_be_visible()
    assert BatchJob.objects.get(user=alice).total_items == 2


def test_it_takes_a_file_that_is_dropped(window: Watched) -> None:
    page = window.page
    window.open_dialog()
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["cà phê\\ntrà"], "a.txt", { type: "text/plain" }));
            document.querySelector("#batch-write").dispatchEvent(
                new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data })
            );
        }"""
    )
    expect(page.locator("[name=keywords]")).to_have_value("cà phê\ntrà")
    expect(page.locator("#batch-submit")).to_have_text("Tạo 2 bài viết")


def test_it_refuses_a_large_file_at_once(window: Watched) -> None:
    page = window.page
    window.open_dialog()
    page.locator("#batch-import > summary").click()
    page.locator("#batch-file").set_input_files(
        files=[{"name": "a.txt", "mimeType": "text/plain", "buffer": b"a" * 1_000_001}]
    )
    expect(page.locator("#batch-file-error")).to_contain_text("lớn hơn 1 MB")


def test_it_keeps_settings_under_a_name(window: Watched, alice: User) -> None:
    page = window.page
    window.fill_dialog("giữ lại")
    page.locator("[name=tone]").select_option("creative")
    page.locator("#batch-presets > summary").click()
    page.locator("[name=presetName]").fill("Blog")
    page.keyboard.press("Enter")
    expect(page.locator("#batch-presets")).to_contain_text("Đã lưu thiết lập với tên “Blog”")
    assert jobs(alice) == 0
    assert SettingsPreset.objects.get(user=alice).settings["tone"] == "creative"
    assert not violations(page)
    page.locator("[name=tone]").select_option("casual")
    page.locator("#step-use-preset").click()
    expect(page.locator("[name=tone]")).to_have_value("creative")
    expect(page.locator("[name=keywords]")).to_have_value("giữ lại")
    page.locator("#step-delete-preset").click()
    expect(page.locator("[name=preset]")).to_have_count(0)


def test_it_folds_the_rest_on_a_phone(browser: Browser, live_server: Any, alice: User) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True, locale="vi-VN"
    )
    window = Watched(context.new_page(), context, live_server.url, {"write": "Viết bài hàng loạt"})
    window.log_in(alice)
    page = window.go("/account?tab=batch-jobs")
    window.fill_dialog("vàng")
    outline = page.locator("[name=outlineOption]")
    expect(outline).to_be_hidden()
    page.locator("#batch-advanced > summary").click()
    outline.select_option("custom-outline")
    page.locator("#batch-advanced > summary").click()
    expect(outline).to_be_hidden()
    page.locator("#batch-submit").click()
    expect(page.locator("#batch-customOutline_error")).to_be_visible()
    context.close()


def test_it_is_open_elsewhere_and_remembers(window: Watched) -> None:
    page = window.page
    window.open_dialog()
    outline = page.locator("[name=outlineOption]")
    expect(outline).to_be_visible()
    page.locator("#batch-advanced > summary").click()
    expect(outline).to_be_hidden()
    page.reload()
    window.open_dialog()
    expect(outline).to_be_hidden()


def test_it_teaches_with_three_examples(window: Watched, alice: User) -> None:
    page = window.page
    page.get_by_role("link", name="Thử ba từ khóa này").click()
    expect(page.locator("#batch-submit")).to_have_text("Tạo 3 bài viết")
    page.locator("#batch-submit").click()
    expect(window.job()).to_be_visible()
    assert jobs(alice) == 1


def test_it_makes_one_job_after_going_back(window: Watched, alice: User) -> None:
    page = window.page
    window.fill_dialog("vàng, bạc")
    page.locator("#batch-submit").click()
    expect(window.job()).to_be_visible()
    page.go_back()
    page.go_forward()
    expect(window.job()).to_be_visible()
    assert jobs(alice) == 1


def test_it_works_where_scripts_are_blocked(visit: Callable[..., Watched], alice: User) -> None:
    window = visit(scripts=False)
    window.log_in(alice)
    page = window.go("/account?tab=batch-jobs&write=1")
    page.locator("[name=keywords]").fill("gõ tay")
    page.locator("#batch-import > summary").click()
    page.locator("#batch-file").set_input_files(
        files=[{"name": "a.csv", "mimeType": "text/csv", "buffer": "A;B\ntrà;lạnh\n".encode()}]
    )
    page.locator("#step-import").click()
    page.locator("#column-1").select_option("keyword")
    page.locator("#step-columns").click()
    expect(page.locator("#sheet-title")).to_contain_text("1 bài viết")
    page.locator("#step-discard").click()
    expect(page.locator("[name=keywords]")).to_have_value("gõ tay")
    page.locator("[name=keywords]").fill(ELEVEN)
    page.locator("#batch-submit").click()
    expect(page.locator("#batch-review")).to_be_visible()
    assert jobs(alice) == 0
    page.get_by_role("button", name="Tạo 11 bài viết", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Đã tạo batch job với 11 bài viết")
    assert jobs(alice) == 1


def test_it_only_checks_on_enter_where_scripts_are_blocked(
    visit: Callable[..., Watched], alice: User
) -> None:
    window = visit(scripts=False)
    window.log_in(alice)
    page = window.go("/account?tab=batch-jobs&write=1")
    page.locator("[name=keywords]").fill("vàng")
    page.locator("#batch-presets > summary").click()
    page.locator("[name=presetName]").press("Enter")
    expect(page.locator("[name=keywords]")).to_have_value("vàng")
    assert page.url.endswith("/jobs/form")
    assert jobs(alice) == 0
