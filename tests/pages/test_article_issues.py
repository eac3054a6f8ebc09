"""What a review found, on the article's page in the reader's words."""

import pytest
from django.test import Client
from django.utils.translation import override

from articles.models import Article
from articles.templatetags.article_issues import sentence
from articles.writing.reviews.issue import issue
from tests.pages.conftest import World


def test_it_says_what_is_wrong_and_names_the_twin(alice: Client, world: World) -> None:
    found = [issue("length", words=400, asked=600),
             issue("similar", percent=82, id=world.article.pk, title="<b>Cà phê</b>")]  # fmt: skip
    Article.objects.filter(pk=world.article.pk).update(needs_review=True, issues=found)
    page = alice.get(f"/articles/{world.article.pk}").content.decode()
    assert "Bài có 400 từ, trong khi yêu cầu là 600 từ." in page
    assert "Khoảng 82 % nội dung trùng với bài" in page
    assert "&lt;b&gt;Cà phê&lt;/b&gt;" in page
    assert f'href="/articles/{world.article.pk}">Mở bài #{world.article.pk}' in page
    assert 'data-issue="length"' in page
    page = alice.get(f"/articles/{world.article.pk}", headers={"Accept-Language": "en"})
    assert "The text has 400 words; 600 were asked for." in page.content.decode()


def test_a_good_article_has_no_such_part(alice: Client, world: World) -> None:
    assert "data-issue" not in alice.get(f"/articles/{world.article.pk}").content.decode()


@pytest.mark.parametrize(
    "stored",
    [
        {"code": "length", "message": "As it was."},
        {"code": "unknown", "message": "As it was.", "values": {"a": 1}},
        {"code": "length", "message": "As it was.", "values": {"words": "x"}},
        {"code": "length", "message": "As it was.", "values": [1]},
    ],
)
def test_it_keeps_the_words_of_issues_that_it_cannot_translate(stored: dict[str, object]) -> None:
    with override("vi"):
        assert sentence(stored) == "As it was."
