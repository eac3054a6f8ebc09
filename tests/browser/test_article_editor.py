"""Writing an article: nothing is lost, everything is saved by itself, nothing is overwritten."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Locator, Route, expect

from accounts.models import User
from articles import store
from articles.models import Article, ArticleVersion
from jobs import leases
from jobs.models import BatchJob
from tests.browser.conftest import Watched
from tests.browser.texts import RICH
from tests.jobs.conftest import submit, write_all

pytestmark = pytest.mark.browser
__all__ = ["submit"]
WAITING = pytest.mark.parametrize(
    ("language", "width", "scheme"), [("vi", 390, "dark"), ("en", 1280, "light")]
)
SAID = {
    "vi": {"saved": "Đã lưu lúc", "keep": "Giữ bản của tôi", "take": "Lấy bản kia"},
    "en": {"saved": "Saved at", "keep": "Keep mine as the newest", "take": "Take the other one"},
}


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


def opened(window: Watched, article: Article) -> None:
    """The page of the article with its editor."""
    window.go(f"/articles/{article.pk}")
    expect(window.page.locator("#article-form")).to_have_attribute("data-editor", "ready")


def type_at_end(window: Watched, words: str) -> None:
    """Put the cursor behind the last paragraph, and type."""
    body(window).locator("p").last.click()
    window.page.keyboard.press("Control+End")
    window.page.keyboard.type(words)


def flat(text: str) -> str:
    """``text`` without the blanks that no reader sees: those between blocks, and line breaks."""
    return re.sub(r"(?<=>) (?=<)", "", re.sub(r"[ \n]+", " ", text))


@WAITING
def test_it_loses_nothing(
    visit: Callable[..., Watched],
    alice: User,
    article: Article,
    language: str,
    width: int,
    scheme: str,
) -> None:
    window = visit(language, width, scheme)
    window.log_in(alice)
    opened(window, article)
    with window.page.expect_response("**/save"):
        window.press("save", within=".article-bar")
    expect(state(window)).to_contain_text(SAID[language]["saved"])
    untouched = Article.objects.get(pk=article.pk)
    assert (untouched.content, untouched.revision) == (RICH, 1)
    assert not ArticleVersion.objects.exists()

    type_at_end(window, " Hết.")
    with window.page.expect_response("**/save"):
        expect(state(window)).not_to_contain_text(SAID[language]["saved"])
    expect(state(window)).to_contain_text(SAID[language]["saved"])
    typed = Article.objects.get(pk=article.pk)
    assert flat(typed.content) == flat(RICH.replace("🌸</p>", "🌸 Hết.</p>"))
    assert "<pre><code>dòng 1\n  dòng 2</code></pre>" in typed.content
    assert [version.content for version in ArticleVersion.objects.all()] == [RICH]
    assert window.is_as_wide_as_its_window()
