"""Writing an article: nothing is lost, everything is saved by itself, nothing is overwritten."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Dialog, Locator, expect

from accounts.models import User
from articles import store
from articles.models import Article, ArticleVersion
from jobs import leases
from jobs.models import BatchJob
from tests.browser.conftest import Watched
from tests.browser.test_accessibility import violations
from tests.browser.texts import RICH
from tests.jobs.conftest import submit, write_all

pytestmark = pytest.mark.browser
__all__ = ["submit"]
Where = tuple[str, int, str]
Open = Callable[..., Watched]
EVERYWHERE = pytest.mark.parametrize(
    "where", [("vi", 390, "dark"), ("en", 1280, "light")], ids=["vi", "en"]
)
SAID = {
    "vi": {"keep": "Giữ bản của tôi", "take": "Lấy bản kia", "compare": "So với bản hiện tại",
           "restore": "Khôi phục bản này", "html": "Sao chép HTML",
           "markdown": "Sao chép Markdown"},
    "en": {"keep": "Keep mine as the newest", "take": "Take the other one",
           "compare": "Compare with now", "restore": "Bring back", "html": "Copy as HTML",
           "markdown": "Copy as Markdown"},
}  # fmt: skip


@pytest.fixture
def article(alice: User, submit: Callable[..., BatchJob], transactional_db: None) -> Article:
    """An article with a rich text, as it was written."""
    submit(alice, ["cà phê"])
    write_all(leases.register())
    Article.objects.filter(user=alice).update(content=RICH)
    return Article.objects.get(user=alice)


def state(window: Watched) -> Locator:
    """Where the page says what is saved."""
    return window.page.locator("#save-state")


def body(window: Watched) -> Locator:
    """The text in the editor."""
    return window.page.frame_locator("iframe.tox-edit-area__iframe").locator("body")


@pytest.fixture
def open_article(visit: Open, alice: User, article: Article) -> Open:
    """The page of the article with its editor, in a window like ``visit`` opens them."""

    def open_window(*where: Any, **options: Any) -> Watched:
        window = visit(*where, **options)
        window.log_in(alice)
        window.go(f"/articles/{article.pk}")
        expect(window.page.locator("#article-form")).to_have_attribute("data-editor", "ready")
        return window

    return open_window


def type_at_end(window: Watched, words: str) -> None:
    """Put the cursor behind the last paragraph, and type."""
    body(window).locator("p").last.click()
    window.page.keyboard.press("Control+End")
    window.page.keyboard.type(words)


def flat(text: str) -> str:
    """``text`` without the blanks that no reader sees: those between blocks, and line breaks."""
    return re.sub(r"(?<=>) (?=<)", "", re.sub(r"[ \n]+", " ", text))


def saved(window: Watched) -> None:
    """Wait until the page says that all is saved."""
    expect(state(window)).to_have_attribute("data-level", "good")
    expect(state(window)).to_contain_text(window.words["saved"])


@EVERYWHERE
def test_it_loses_nothing(open_article: Open, article: Article, where: Where) -> None:
    window = open_article(*where)
    window.press("save", within=".article-bar")
    saved(window)
    untouched = Article.objects.get(pk=article.pk)
    assert (untouched.content, untouched.revision) == (RICH, 1)
    assert not ArticleVersion.objects.exists()

    type_at_end(window, " Hết.")
    expect(state(window)).not_to_have_attribute("data-level", "good")
    saved(window)
    typed = Article.objects.get(pk=article.pk)
    assert flat(typed.content) == flat(RICH.replace("🌸</p>", "🌸 Hết.</p>"))
    assert "<pre><code>dòng 1\n  dòng 2</code></pre>" in typed.content
    assert [version.content for version in ArticleVersion.objects.all()] == [RICH]
    assert typed.source == Article.Source.AUTOSAVE
    assert window.is_as_wide_as_its_window()


@EVERYWHERE
def test_it_overwrites_nobody(open_article: Open, article: Article, where: Where) -> None:
    one, two = open_article(*where), open_article(*where)
    type_at_end(one, " Của một.")
    saved(one)
    two.page.locator("[name=title]").fill("Của hai")
    notice = two.page.locator("#conflict .conflict")
    expect(notice).to_be_visible()
    expect(notice).to_be_focused()
    notice.locator("summary").click()
    expect(notice.locator("del").filter(has_text="Của một.")).to_be_visible()
    expect(notice.locator("ins").filter(has_text="hai")).to_be_visible()
    assert Article.objects.get(pk=article.pk).title == article.title
    expect(two.page.locator("[name=title]")).to_have_value("Của hai")
    assert not violations(two.page)

    two.page.get_by_role("button", name=SAID[where[0]]["keep"], exact=True).click()
    saved(two)
    expect(notice).to_be_hidden()
    now = Article.objects.get(pk=article.pk)
    assert now.title == "Của hai"
    assert "Của một." not in now.content
    assert "Của một." in now.versions.all()[0].content

    one.page.locator("[name=slug]").fill("cua-mot")
    take = one.page.get_by_role("link", name=SAID[where[0]]["take"], exact=True)
    take.click()
    expect(one.page.locator("[name=title]")).to_have_value("Của hai")
    assert Article.objects.get(pk=article.pk).slug == article.slug


def test_it_guards_what_is_not_saved(open_article: Open, article: Article) -> None:
    window = open_article(quiet=False)
    page = window.page
    page.route("**/save", lambda route: route.abort())
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    type_at_end(window, " Chưa lưu.")
    expect(state(window)).to_have_attribute("data-level", "bad")
    page.close(run_before_unload=True)
    expect(body(window)).to_contain_text("Chưa lưu.")
    assert asked == ["beforeunload"]
    page.unroute("**/save")
    window.press("save", within=".article-bar")
    saved(window)
    page.reload()
    assert asked == ["beforeunload"]
    expect(body(window)).to_contain_text("Chưa lưu.")


def test_it_says_what_is_wrong_and_saves_once_it_is_right(
    open_article: Open, article: Article
) -> None:
    window = open_article()
    slug = window.page.locator("[name=slug]")
    slug.fill("Có dấu")
    slug.press("Control+s")
    expect(slug).to_have_attribute("aria-invalid", "true")
    expect(slug).to_be_focused()
    expect(slug).to_have_accessible_description(re.compile("a-z, 0-9"))
    assert not violations(window.page)
    slug.fill("khong-dau")
    saved(window)
    expect(slug).not_to_have_attribute("aria-invalid", "true")
    assert Article.objects.get(pk=article.pk).slug == "khong-dau"


@EVERYWHERE
def test_it_compares_and_brings_back(open_article: Open, article: Article, where: Where) -> None:
    store.edit(article, title="Tựa khác", content="<p>Ngắn.</p>")
    window = open_article(*where)
    words, page = SAID[where[0]], window.page
    page.locator(f"a[href='/articles/{article.pk}/versions']").click()
    page.get_by_role("link", name=words["compare"]).click()
    expect(page.locator("ins").filter(has_text="Ngắn.")).to_be_visible()
    expect(page.locator("del").filter(has_text="Cà phê là gì?")).to_be_visible()
    assert not violations(page)
    assert window.is_as_wide_as_its_window()
    page.get_by_role("button", name=words["restore"]).click()
    expect(body(window)).to_contain_text("Cà phê là gì?")
    assert Article.objects.get(pk=article.pk).content == RICH
    assert article.versions.count() == 2


@pytest.mark.parametrize("may", [True, False], ids=["clipboard", "by hand"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_it_copies(open_article: Open, article: Article, language: str, may: bool) -> None:
    window = open_article(language)
    page = window.page
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    if not may:
        page.evaluate(
            "() => { navigator.clipboard.writeText = () => Promise.reject(new Error('closed')) }"
        )
    for kind, start in (("html", "<h2>Cà phê là gì?</h2>"), ("markdown", "# Về cà phê\n\n## Cà")):
        page.get_by_role("link", name=SAID[language][kind], exact=True).click()
        expect(page.locator("#copy-state")).to_contain_text(
            "HTML" if kind == "html" else "Markdown"
        )
        assert page.evaluate("navigator.clipboard.readText()").startswith(start)


def test_it_follows_what_is_typed_beside_the_text(open_article: Open, article: Article) -> None:
    window = open_article()
    page = window.page

    def passes(name: str) -> Any:
        return expect(page.locator(f"[data-check={name}] .check-yes"))

    passes("title").to_be_visible()
    passes("first").to_be_hidden()
    passes("heading").to_be_visible()
    page.locator("[name=title]").fill("CÀ  PHÊ đá")
    passes("title").to_be_visible()
    for other in ("Cá phê", "Cà phêu", "Hoa"):
        page.locator("[name=title]").fill(other)
        passes("title").to_be_hidden()
    body(window).locator("p").first.click()
    page.keyboard.press("Home")
    page.keyboard.type("Cà phê: ")
    passes("first").to_be_visible()
    page.locator("[name=metaTitle]").fill("Tựa cho máy tìm kiếm")
    page.locator("[name=metaDescription]").fill("x" * 156)
    expect(page.locator(".snippet-title")).to_have_text("Tựa cho máy tìm kiếm")
    expect(page.locator(".snippet-text")).to_have_text("x" * 154 + "…")
    expect(page.locator("[data-field=metaDescription] .counter-over")).to_have_text("156/155")
    expect(page.locator("[data-count=alts]")).to_contain_text("1 ảnh thiếu")
    saved(window)
    shown = page.locator("[data-count=words]").text_content() or ""
    assert int(shown.split()[0]) == Article.objects.get(pk=article.pk).word_count


def test_its_editor_follows_the_theme_and_opens_dialogs(open_article: Open) -> None:
    window = open_article("vi", 390, "dark")
    page = window.page
    page.locator("[data-theme-switch]").click()
    expect(page.locator("link[href*='/skins/ui/oxide/skin']")).to_have_count(1)
    for name in ("Mã nguồn HTML", "Tìm và thay thế", "Chèn hoặc sửa liên kết", "Chèn hoặc sửa ảnh"):
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert not violations(page), name
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
