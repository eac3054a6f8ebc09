"""The dialog as one types into it."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from accounts.models import User
from jobs import keywords
from jobs.models import BatchJob
from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser

LISTS = [
    "",
    " \n,, ",
    "a,b\nc\r\nd",
    "A,a,Á,á, á ,a\u0301",
    "straße,STRASSE,strasse",
    "ΟΔΟΣ,οδος,οδοσ",
    "İstanbul,i̇stanbul,istanbul,ısı,isi,ISI",
    "ﬁ,fi,FI",
    "\ufeffa,a,\x85a\x85,\x1ca,\u200ba,\u3000a",
    "ſ,s,S,K,k,Å,å,ǅ,ǆ,Ǆ",
    "ᾳ,αι,ᾼ,ͅ,ι",
    "Ꭰ,ꭰ,Ꮞ,ᲀ,В,в,ẞ,ß,ss",
    "cà phê,Cà Phê,CÀ PHÊ,ca phe",
]


def test_it_counts_as_the_server_counts(window: Watched, alice: User) -> None:
    window.open_dialog()
    for text in LISTS:
        window.page.locator("[name=keywords]").evaluate(
            "(field, text) => { field.value = text;"
            " field.dispatchEvent(new Event('input', {bubbles: true})); }",
            text,
        )
        # A text area turns every line break into one character.
        kept = keywords.kept(keywords.from_keywords(text, keywords.Problems()) or [], "vi").items
        submit = window.page.locator("#batch-submit")
        expect(submit).to_have_text(f"Tạo {len(kept)} bài viết")
        expect(submit).to_be_disabled() if not kept else expect(submit).to_be_enabled()


def test_it_is_disabled_at_none_and_warns_above_ten(window: Watched) -> None:
    page = window.page
    window.open_dialog()
    submit, warning = page.locator("#batch-submit"), page.locator("#many-articles")
    expect(submit).to_be_disabled()
    expect(submit).to_have_text("Tạo 0 bài viết")
    page.locator("[name=keywords]").fill("\n".join(f"từ {n}" for n in range(10)))
    expect(submit).to_have_text("Tạo 10 bài viết")
    expect(warning).to_be_hidden()
    page.locator("[name=keywords]").press_sequentially(", mười một")
    expect(submit).to_have_text("Tạo 11 bài viết")
    expect(warning).to_be_visible()


def test_it_shows_fields_only_where_they_count(window: Watched) -> None:
    page = window.page
    window.open_dialog()
    outline, images = page.locator("[name=customOutline]"), page.locator("[name=maxImages]")
    expect(outline).to_be_hidden()
    page.locator("[name=outlineOption]").select_option("custom-outline")
    expect(outline).to_be_visible()
    expect(images).to_be_hidden()
    page.locator("[name=autoInsertImages]").check()
    expect(images).to_be_visible()
    expect(page.locator("[name=useGoogleSearch]")).to_be_disabled()


def test_it_gives_the_focus_back(window: Watched) -> None:
    opener = window.page.get_by_role("button", name="Viết bài hàng loạt", exact=True)
    for leave in ("Escape", "button"):
        opener.focus()
        window.page.keyboard.press("Enter")
        dialog = window.page.locator("#batch-write")
        expect(dialog).to_be_visible()
        expect(window.page.locator("[name=keywords]")).to_be_focused()
        if leave == "Escape":
            window.page.keyboard.press("Escape")
        else:
            dialog.locator(".dialog-foot [data-close]").click()
        expect(dialog).to_be_hidden()
        expect(opener).to_be_focused()


def test_it_keeps_the_focus_inside(window: Watched) -> None:
    window.open_dialog()
    for _ in range(25):
        window.page.keyboard.press("Tab")
        outside = window.page.evaluate(
            "document.activeElement !== document.body && !document.activeElement.closest('dialog')"
        )
        assert not outside


def test_it_shows_errors_in_the_open_dialog(window: Watched) -> None:
    page = window.page
    window.fill_dialog("giữ lại\n" + "x" * 201)
    page.locator("[name=tone]").select_option("creative")
    page.locator("#batch-submit").click()
    expect(page.locator("#batch-keywords_error")).to_contain_text("dài hơn 200 ký tự")
    expect(page.locator("#batch-write")).to_be_visible()
    expect(page.locator("[name=keywords]")).to_be_focused()
    assert page.locator("[name=keywords]").input_value().startswith("giữ lại\n")
    expect(page.locator("[name=tone]")).to_have_value("creative")
    expect(page.locator("#batch-submit")).to_have_text("Tạo 2 bài viết")
    page.locator("[name=keywords]").fill("giữ lại")
    page.locator("#batch-submit").click()
    expect(window.job()).to_be_visible()


@pytest.mark.parametrize("way", ["double click", "enter", "reload", "back"])
def test_it_makes_one_job_however_it_is_sent(window: Watched, alice: User, way: str) -> None:
    page = window.page
    window.fill_dialog("vàng, bạc")
    submit = page.locator("#batch-submit")
    if way == "double click":
        submit.dblclick()
    elif way == "enter":
        page.locator("[name=autoInsertImages]").check()
        page.locator("[name=maxImages]").focus()
        for _ in range(5):
            page.keyboard.press("Enter")
    else:
        submit.click()
    expect(window.job()).to_be_visible()
    if way == "reload":
        page.reload()
    if way == "back":
        page.go_back()
        page.go_forward()
    expect(window.job()).to_be_visible()
    assert BatchJob.objects.filter(user=alice).count() == 1


def test_it_loses_nothing_when_the_server_is_away(
    visit: Callable[..., Watched], alice: User
) -> None:
    window = visit(quiet=False)
    window.log_in(alice)
    page = window.go("/account?tab=batch-jobs")
    window.fill_dialog("không được mất")
    failing = {"on": True}

    def fail(route: Route) -> Any:
        return route.abort() if failing["on"] else route.continue_()

    page.route("**/jobs", fail)
    page.locator("#batch-submit").click()
    expect(page.locator("#batch-write .notice-text")).to_contain_text("Máy chủ không phản hồi")
    expect(page.locator("[name=keywords]")).to_have_value("không được mất")
    failing["on"] = False
    page.locator("#batch-submit").click()
    expect(window.job()).to_be_visible()


def test_it_loses_nothing_when_the_session_ends(visit: Callable[..., Watched], alice: User) -> None:
    window = visit(quiet=False)
    window.log_in(alice)
    page = window.go("/account?tab=batch-jobs")
    window.fill_dialog("không được mất")
    window.context.clear_cookies(name="sessionid")
    page.locator("#batch-submit").click()
    expect(page.locator("#batch-write .notice-text")).to_contain_text("Bạn đã bị đăng xuất")
    window.log_in(alice)
    page.locator("#batch-submit").click()
    expect(window.job()).to_be_visible()


def test_it_stays_within_a_narrow_window(visit: Callable[..., Watched], alice: User) -> None:
    window = visit(width=360)
    window.log_in(alice)
    window.go("/account?tab=articles")
    window.fill_dialog(uuid.uuid4().hex * 6)
    assert window.is_as_wide_as_its_window()
    dialog = window.page.locator("#batch-write")
    assert dialog.evaluate("(d) => d.scrollWidth <= d.clientWidth")
