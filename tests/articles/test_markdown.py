"""Articles as Markdown: nothing that readers see is lost."""

import pytest

from articles.writing import markdown


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h2>A</h2><h4>B</h4><p>c <strong>d</strong> <em>e</em></p>",
         "## A\n\n#### B\n\nc **d** *e*"),
        ("<ul><li>a</li><li>b</li></ul><ol><li>c</li></ol>", "- a\n- b\n\n1. c"),
        ('<a href="https://x.example" rel="nofollow">x</a>', "[x](https://x.example)"),
        ('<figure><img src="/i.jpg" alt="cốc"><figcaption>Hình</figcaption></figure>',
         "![cốc](/i.jpg)\n\nHình"),
        ("<table><thead><tr><th>a</th><th>b|c</th></tr></thead><tbody><tr><td>1</td><td>2 | 3</td>"
         "</tr></tbody></table>", "| a | b\\|c |\n| --- | --- |\n| 1 | 2 \\| 3 |"),
        ("<pre><code>a\n  b</code></pre>", "```\na\n  b\n```"),
        ("<blockquote><p>q</p></blockquote>", "> q"),
        ("", ""),
    ],
)  # fmt: skip
def test_it_writes_markdown(html: str, expected: str) -> None:
    assert markdown.from_html(html) == expected


def test_it_keeps_the_words_of_what_is_nested_too_deeply() -> None:
    deep = "<blockquote>" * 3000 + "chữ" + "</blockquote>" * 3000
    assert markdown.from_html(deep) == "chữ"
