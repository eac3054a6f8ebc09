"""Each review finds what it is for, and nothing in a good article."""

from typing import Any

import pytest
from django.utils.translation import gettext, override

from articles.writing import reviews
from articles.writing.brief import LANGUAGES
from articles.writing.reviews import (
    headings,
    images,
    keyword,
    language,
    leftovers,
    metadata,
    placeholders,
    repeats,
    words,
)
from articles.writing.reviews.issue import SENTENCES
from tests.articles.reviews import CONTENT, PARAGRAPH, codes, piece

SAID = {
    "vi": "Bài viết này giải thích những điều quan trọng nhất theo thứ tự dễ hiểu cho người mới.",
    "en": "This article explains what matters most, in an order that is easy to follow for all.",
    "de": "Dieser Artikel erklärt das Wichtigste in einer Reihenfolge, der man leicht folgen kann.",
    "es": "Este artículo explica lo más importante en un orden fácil de seguir para cualquiera.",
    "fr": "Cet article explique l'essentiel dans un ordre que tout le monde peut suivre aisément.",
    "id": "Artikel ini menjelaskan hal yang paling penting dengan urutan yang mudah diikuti.",
    "it": "Questo articolo spiega le cose più importanti in un ordine facile da seguire per tutti.",
    "ja": "この記事では大切なことを分かりやすい順番で説明し、役立つ内容をまとめました。",
    "ko": "이 글은 누구나 쉽게 따라올 수 있도록 가장 중요한 내용을 순서대로 설명합니다.",
    "pt": "Este artigo explica o que é mais importante em uma ordem fácil de seguir para todos.",
    "ru": "Эта статья объясняет самое важное в таком порядке, за которым легко следить каждому.",
    "th": "บทความนี้อธิบายสิ่งที่สำคัญที่สุดตามลำดับที่เข้าใจง่ายสำหรับผู้เริ่มต้นทุกคน",
    "zh": "本文按照容易理解的顺序介绍最重要的内容，帮助读者快速掌握要点和方法。",
}


def test_a_good_article_has_no_issue_but_its_length() -> None:
    assert codes(reviews.issues(piece())) == ["length"]
    assert reviews.issues(piece(f"{CONTENT}<p>{'từ ' * 540}</p>")) == []


@pytest.mark.parametrize(("count", "wrong"), [(509, True), (510, False), (690, False), (691, True)])
def test_it_allows_fifteen_percent_of_the_length(count: int, wrong: bool) -> None:
    assert bool(words.review(piece(f"<p>{'từ ' * count}</p>"))) == wrong


def test_words_to_write_beat_the_length() -> None:
    assert words.review(piece(f"<p>{'từ ' * 300}</p>", target_words=300)) == []


@pytest.mark.parametrize("spoken", LANGUAGES)
@pytest.mark.parametrize("ordered", ["vi", "en", "ja"])
def test_it_tells_languages_apart(ordered: str, spoken: str) -> None:
    found = codes(language.review(piece(f"<p>{SAID[spoken]}</p>", language=ordered,
                                        title="", meta_description="")))  # fmt: skip
    assert found == ([] if spoken == ordered else ["language"])


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_it_knows_a_language_by_half_a_sentence(spoken: str) -> None:
    said = SAID[spoken]
    assert language.language_of(said[: len(said) * 3 // 4]) in ("", spoken)


def test_it_reads_title_and_description_together() -> None:
    wrong = piece(title="How to make coffee at home", meta_description=SAID["en"])
    assert codes(language.review(wrong)) == ["metadata_language"]


def test_it_says_nothing_of_a_few_words() -> None:
    assert language.language_of("Forex trading") == ""


@pytest.mark.parametrize(
    "text",
    [
        "Liên hệ [tên công ty] ngay.", "Gọi [số điện thoại].", "Xem thêm […].", "Chào {{name}}!",
        "Lorem ipsum dolor sit amet.", "As an AI language model, I cannot.", "As an AI, I think.",
        "Là một mô hình ngôn ngữ, tôi không thể.", "Với tư cách là một AI, tôi",
        "Insert your link here.", "Chèn hình ảnh vào đây.", "TODO: viết thêm", "XXXX đồng",
    ],
)  # fmt: skip
def test_it_finds_placeholders(text: str) -> None:
    assert codes(placeholders.review(piece(f"<p>{text}</p>"))) == ["placeholder"]


@pytest.mark.parametrize(
    "text",
    [
        "Theo nguồn [1], giá tăng.", "Es TODO lo que necesitas.", "A todo list app.",
        "Trí tuệ nhân tạo là một mô hình mới.", "Insert the key. Turn it here.",
        "As an AI engineer you learn a lot.", "Chèn ảnh bằng nút này.",
    ],
)  # fmt: skip
def test_it_takes_no_good_words_for_placeholders(text: str) -> None:
    assert placeholders.review(piece(f"<p>{text}</p>")) == []


def test_a_keyword_that_looks_like_a_placeholder_is_none() -> None:
    assert placeholders.review(piece("<p>Về [tên] là gì</p>", keyword="[tên]")) == []
    code = "<p>Viết</p><pre><code>a[index]</code></pre>"
    assert placeholders.review(piece(code)) == []


@pytest.mark.parametrize(
    "content",
    [
        f"<p>Sure! Here is the article you asked for.</p>{CONTENT}",
        f"<p>Here is your article in HTML:</p>{CONTENT}",
        f"<p>Chắc chắn rồi! Dưới đây là bài viết.</p>{CONTENT}",
        f"{CONTENT}<p>I hope this helps!</p>",
        f"{CONTENT}<p>Hy vọng bài viết này đáp ứng yêu cầu của bạn.</p>",
        f"{CONTENT}<p>Số từ: 600</p>",
        f"<p>```html</p>{CONTENT}",
        f"{CONTENT}<p>&lt;h2&gt;Tiêu đề&lt;/h2&gt;</p>",
        f"{CONTENT}<p>- Length: 600 words of text</p>",
    ],
)
def test_it_finds_what_is_left_of_the_order(content: str) -> None:
    assert codes(leftovers.review(piece(content))) == ["leftover"]


def test_it_finds_and_mends_levels_that_are_left_out() -> None:
    content = "<h3>a</h3><h2>b</h2><h4>c</h4><p>d</p><h4>e</h4><h2>f</h2>"
    assert codes(headings.review(piece(content))) == ["headings"]
    mended = headings.in_order(content)
    assert mended == "<h2>a</h2><h2>b</h2><h3>c</h3><p>d</p><h4>e</h4><h2>f</h2>"
    assert headings.review(piece(mended)) == []
    assert headings.in_order(CONTENT) == CONTENT


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"meta_title": ""}, ["meta_title"]),
        ({"meta_title": "x" * 61}, ["meta_title"]),
        ({"meta_description": "x" * 49}, ["meta_description"]),
        ({"meta_description": "x" * 161}, ["meta_description"]),
        ({"meta_description": "x" * 30, "language": "ja"}, []),
        ({"meta_description": "x" * 160, "meta_title": "x" * 60}, []),
    ],
)
def test_it_measures_metadata(changes: dict[str, Any], expected: list[str]) -> None:
    assert codes(metadata.review(piece(**changes))) == expected


@pytest.mark.parametrize(
    ("wanted", "text", "spoken", "there"),
    [
        ("cà phê sữa đá", "CÀ PHÊ SỮA ĐÁ ngon", "vi", True),
        ("cà phê sữa đá", "Ca phe sua da ngon", "vi", False),
        ("cà phê", "Cà phê", "vi", True),
        ("mua nhà Hà Nội giá rẻ", "Mua nhà giá rẻ ở Hà Nội", "vi", True),
        ("mua nhà Hà Nội", "Mua đất Hà Nội", "vi", False),
        ("running shoe", "The best shoes for runners", "en", True),
        ("günstige Laufschuhe", "Ein günstiger Laufschuh", "de", True),
        ("кофе дома", "Как варить кофе дома", "ru", True),
        ("東京 ラーメン", "東京で食べたいラーメン", "ja", True),
        ("東京 ラーメン", "大阪のラーメン", "ja", False),
        ("how to learn forex trading fast at home", "Learn forex trading at home", "en", True),
        ("🌸!", "bất kỳ", "vi", True),
    ],
)
def test_it_looks_for_the_keyword_as_a_reader_does(
    wanted: str, text: str, spoken: str, there: bool
) -> None:
    assert keyword.stands_in(wanted, text, spoken) == there


def test_it_looks_for_the_keyword_in_three_places() -> None:
    other = piece("<p>Trà xanh</p><h2>Trà</h2>", title="Trà xanh")
    assert codes(keyword.review(other)) == ["keyword_title", "keyword_opening", "keyword_heading"]
    own = piece("<p>Cà phê sữa đá</p><h2>Trà</h2>", title="Trà", outline_option="custom-outline",
                custom_outline="Trà")  # fmt: skip
    assert codes(keyword.review(own)) == ["keyword_title"]


def test_it_finds_paragraphs_that_stand_there_twice() -> None:
    again = f"{CONTENT}<p>{PARAGRAPH.upper()}</p>"
    assert codes(repeats.review(piece(again))) == ["repeated_paragraph"]
    assert repeats.review(piece(f"{CONTENT}<p>Ngắn.</p><p>Ngắn.</p>")) == []


def test_it_wants_words_for_images() -> None:
    content = '<img src="/a"><img src="/b" alt=" "><img src="/c" alt="Ly cà phê">'
    [found] = images.review(piece(content))
    assert (found["code"], found["values"]["count"]) == ("image_alt", 2)


def test_every_sentence_is_translated(settings: Any) -> None:
    with override("vi"):
        assert all(gettext(sentence) != sentence for sentence in SENTENCES.values())
