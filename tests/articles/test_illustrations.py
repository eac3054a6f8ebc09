"""Pictures stand where the text calls for them, with words for those who do not see them."""

import pytest

from articles.images.base import Credit, Picture
from articles.writing import html, illustrations
from articles.writing.illustrations import Place

SECTIONS = "".join(f"<h2>Phần {n}</h2><p>a</p><p>b</p>" for n in range(1, 7))
PEXELS = Picture("/media/pictures/ab/" + "0" * 32 + ".jpg", 900, 600, "pexels",
                 Credit("Pexels", "https://pexels.example/1", "", "Lan & Anh",
                        "https://pexels.example/@lan", "Pexels License", ""))  # fmt: skip
OPENVERSE = Picture(PEXELS.url, 900, 600, "openverse",
                    Credit("Openverse", "https://flickr.example/1", "Market", "Minh",
                           "https://flickr.example/m", "CC BY-SA 4.0",
                           "https://cc.example/by-sa/4.0/"))  # fmt: skip


@pytest.mark.parametrize(
    ("most", "headings"),
    [(0, []), (1, ["Phần 1"]), (2, ["Phần 1", "Phần 4"]), (3, ["Phần 1", "Phần 3", "Phần 5"]),
     (20, [f"Phần {n}" for n in range(1, 7)])],
)  # fmt: skip
def test_it_spreads_pictures_over_the_sections(most: int, headings: list[str]) -> None:
    places = illustrations.places(SECTIONS, most)
    assert [place.heading for place in places] == headings
    assert all(SECTIONS[: place.at].endswith("<p>a</p>") for place in places)


@pytest.mark.parametrize(
    ("content", "count"),
    [
        ("<p>a</p><p>b</p>", 1), ("", 0), ("<ul><li>a</li></ul>", 0),
        ("<h2>A</h2><ul><li><p>a</p></li></ul><h2>B</h2><p>b</p>", 1),
        ("<h2>A</h2><blockquote><p>a</p></blockquote>", 0), ("<p>lead</p><h2>A</h2><p>a</p>", 1),
    ],
)  # fmt: skip
def test_it_puts_none_into_lists_and_quotations(content: str, count: int) -> None:
    assert len(illustrations.places(content, 5)) == count


@pytest.mark.parametrize(
    ("heading", "looked_for"),
    [("1. Chuẩn bị gì?", ["Chuẩn bị gì", "cà phê"]), ("", ["cà phê"]), ("cà phê", ["cà phê"]),
     ("IV. Kết", ["Kết", "cà phê"]), ("Vì sao", ["Vì sao", "cà phê"]),
     ("2026: năm của cà phê", ["2026: năm của cà phê", "cà phê"])],
)  # fmt: skip
def test_it_looks_for_the_section_then_for_the_keyword(heading: str, looked_for: list[str]) -> None:
    assert illustrations.queries(Place(0, heading), "cà phê") == looked_for


def test_it_says_what_is_shown() -> None:
    assert illustrations.alt(Place(0, "3) Cách pha"), "cà phê") == "Cách pha – cà phê"
    assert illustrations.alt(Place(0, "Pha Cà Phê"), "cà phê") == "Pha Cà Phê"
    assert illustrations.alt(Place(0, ""), "cà phê") == "cà phê"
    assert len(illustrations.alt(Place(0, "từ " * 100), "cà phê")) <= 125


@pytest.mark.parametrize(
    ("picture", "language", "caption"),
    [
        (PEXELS, "vi", 'Ảnh: <a href="https://pexels.example/@lan">Lan &amp; Anh</a> / '
         '<a href="https://pexels.example/1">Pexels</a>'),
        (OPENVERSE, "en", 'Photo: <a href="https://flickr.example/1">“Market”</a> / '
         '<a href="https://flickr.example/m">Minh</a> / Openverse / '
         '<a href="https://cc.example/by-sa/4.0/">CC BY-SA 4.0</a>'),
        (Picture("/x", 1, 1, "openai", Credit()), "vi", "Hình minh hoạ do AI tạo"),
        (Picture("/x", 1, 1, "drawn", Credit()), "en", "Illustration"),
    ],
)  # fmt: skip
def test_it_credits_as_licences_ask(picture: Picture, language: str, caption: str) -> None:
    figure = illustrations.figure(picture, "a", language)
    assert f"<figcaption>{caption}</figcaption>" in figure


def test_a_figure_survives_the_cleaning() -> None:
    figure = illustrations.figure(PEXELS, 'a "quoted" <b>', "vi")
    cleaned = html.clean(figure)
    assert 'alt="a &quot;quoted&quot; &lt;b&gt;"' in cleaned.replace("<b>", "&lt;b&gt;")
    assert f'src="{PEXELS.url}"' in cleaned
    assert 'width="900" height="600" loading="lazy"' in cleaned
    assert 'href="https://pexels.example/1" rel="nofollow noopener noreferrer"' in cleaned


def test_it_inserts_at_the_places() -> None:
    first, second = illustrations.places(SECTIONS, 2)
    content = illustrations.inserted(SECTIONS, [(first, "<i>1</i>"), (second, "<i>2</i>")])
    assert content.startswith("<h2>Phần 1</h2><p>a</p>\n<i>1</i><p>b</p>")
    assert "<h2>Phần 4</h2><p>a</p>\n<i>2</i><p>b</p>" in content
