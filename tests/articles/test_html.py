"""Whatever a model wrote becomes a clean fragment, and stays one."""

import pytest

from articles.writing import html

HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//x.example></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext></mtext></math>",
    "<iframe src=//x.example></iframe>",
    "<object data=x></object>",
    "<embed src=x>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<img src='javascript:alert(1)'>",
    "<img src='data:image/svg+xml,x'>",
    "<form action=//x.example><input name=a></form>",
    "<button formaction=//x>x</button>",
    "<style>*{display:none}</style>",
    "<p style='position:fixed'>x</p>",
    "<link rel=stylesheet href=x>",
    "<meta http-equiv=refresh content='0;url=//x'>",
    "<base href=//x.example>",
    "<body onload=alert(1)>",
    "<p onclick=alert(1)>x</p>",
    "<details ontoggle=alert(1) open>x</details>",
    "<video src=x onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)></audio>",
    "<table background='javascript:alert(1)'></table>",
    "<noscript><p title='</noscript><img src=x>'>",
    "<template><script>alert(1)</script></template>",
    "<textarea><script>alert(1)</script></textarea>",
    "<select><option>x</select>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<<script>alert(1)//<</script>",
    '<img src="x" srcset="//x.example 1x">',
    "<p id=x class=y>x</p>",
    "<!--<img src='--><img src=x onerror=alert(1)>'-->",
    "<title>x</title>",
    "<head><script>1</script></head>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<a href='//x.example' target=_blank>x</a>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<x onmouseover=alert(1)>x</x>",
]
FORBIDDEN = ("<script", "<style", "<iframe", "<form", "<svg", "<object", "<embed", "<meta", "<base",
             "<link", "<input", "<button", "<h1", "<body", "<head", "<html", "onerror", "onload",
             "onclick", "javascript:", "data:", "vbscript:", "style=", "srcdoc", "srcset",
             "alert(1)<")  # fmt: skip


@pytest.mark.parametrize("payload", HOSTILE)
def test_it_takes_everything_hostile_out(payload: str) -> None:
    cleaned = html.clean(f"<p>before</p>{payload}<p>after</p>")
    tags = "".join(html.TAG.findall(cleaned)).lower()
    assert not any(word in tags for word in FORBIDDEN)
    assert html.clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("```html\n<h2>A</h2><p>b</p>\n```", "<h2>A</h2><p>b</p>"),
        ("<html><head><title>t</title></head><body><p>b</p></body></html>", "<p>b</p>"),
        ("<h1 class=x>A</h1><p>b</p>", "<h2>A</h2><p>b</p>"),
        ("## A\n\nb **c**\n\n- d\n- e", "<h2>A</h2>\n<p>b <strong>c</strong></p>\n<ul>\n<li>d</li>"
         "\n<li>e</li>\n</ul>"),
        ("<p>a</p><p> </p><p>&nbsp;</p>", "<p>a</p>"),
        ("<p>a\x00b\x07c</p>", "<p>abc</p>"),
        ("plain words", "<p>plain words</p>"),
        ("e\u0302", "<p>ê</p>"),
    ],
)  # fmt: skip
def test_it_makes_a_fragment_of_an_answer(answer: str, expected: str) -> None:
    assert html.from_answer(answer) == expected


def test_it_keeps_what_articles_are_made_of() -> None:
    kept = (
        "<h2>A</h2><h3>B</h3><p><strong>c</strong> <em>d</em></p><ul><li>e</li></ul>"
        '<table><thead><tr><th scope="col">f</th></tr></thead><tbody><tr><td>g</td></tr></tbody>'
        '</table><figure><img src="/media/pictures/i.jpg" alt="h"><figcaption>i</figcaption>'
        "</figure><blockquote>j</blockquote>"
    )
    assert html.clean(kept) == kept


def test_it_marks_links_to_elsewhere() -> None:
    cleaned = html.clean('<a href="https://x.example">x</a>')
    assert 'rel="nofollow noopener noreferrer"' in cleaned


def test_it_counts_words_as_readers_do() -> None:
    assert html.count_words("<h2>Một hai</h2><p>ba, bốn – năm!</p><ul><li>sáu</li></ul>") == 6


def test_it_cuts_lines_between_words() -> None:
    assert html.line("  “Một   <b>hai</b> ba” ", 7) == "Một hai"
    assert html.line("x" * 90, 60) == "x" * 60
