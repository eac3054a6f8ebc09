"""Article HTML: from whatever a model (or a person) wrote to a clean fragment."""

import re
import unicodedata
from html import unescape

import nh3
from markdown_it import MarkdownIt

from articles.writing import embedded

TAGS = {
    "h2", "h3", "h4", "p", "ul", "ol", "li", "blockquote", "figure", "figcaption", "img", "a",
    "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td",
    "strong", "em", "b", "i", "u", "s", "sub", "sup", "mark", "code", "pre", "br", "hr",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height", "loading"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
}
# Their text goes with them: nh3 keeps the text of every other tag that it drops.
WITHOUT_CONTENT = {"script", "style", "title", "template", "noscript", "iframe", "object", "svg",
                   "math", "form", "select", "textarea", "button"}  # fmt: skip
SCHEMES = {"http", "https", "mailto"}

FENCE = re.compile(r"(?:\A|\n)[ \t]*```[a-zA-Z]*[ \t]*\n(.*?)(?:\n[ \t]*```|\Z)", re.DOTALL)
# A fence that holds less than this share of an answer is a piece of code in it.
FENCED_SHARE = 0.6
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
HEADING_ONE = re.compile(r"<(/?)h1\b[^<>]*>", re.IGNORECASE)
BLOCK_TAG = re.compile(r"<(?:p|h[1-6]|ul|ol|table|div|section|article|blockquote)\b", re.IGNORECASE)
BLOCK_END = re.compile(
    r"</(?:p|h[1-6]|li|td|th|tr|figcaption|caption|blockquote|pre)>|<br\s*/?>", re.IGNORECASE
)
TAG = re.compile(r"<[^<>]*>")
WORDLIKE = re.compile(r"[^\W_]")
IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
THAI = re.compile(r"[\u0e01-\u0e4e]")
UNSPACED = re.compile(f"{IDEOGRAPH.pattern}|{THAI.pattern}")
THAI_LETTERS_A_WORD = 5
EMPTY_BLOCK = re.compile(r"<(p|h2|h3|h4|li)>(?:\s|&nbsp;|<br>)*</\1>")

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


def from_answer(text: str) -> str:
    """A model's answer as a clean fragment: without fences, shells and headings of level 1.

    Markdown is turned into HTML where the answer has no block tags.
    """
    body = without_fence(storable(text))
    if not BLOCK_TAG.search(body):
        body = _markdown.render(body)
    return clean(body)


def clean(html: str) -> str:
    """``html`` as a fragment of allowed tags alone; cleaning it again changes nothing."""
    body = HEADING_ONE.sub(r"<\1h2>", storable(html))
    body = nh3.clean(
        body,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=embedded.kept_attribute,
        clean_content_tags=WITHOUT_CONTENT,
        url_schemes=SCHEMES,
        link_rel="nofollow noopener noreferrer",
    )
    body = embedded.without_lost(body)
    while (shorter := EMPTY_BLOCK.sub("", body)) != body:
        body = shorter
    return body.strip()


def without_fence(text: str) -> str:
    """What stands in the Markdown fence that is most of ``text``, else ``text`` as it is.

    Words before and after such a fence are talk about the answer.
    """
    fenced = FENCE.search(text) if "```" in text else None
    if fenced and len(fenced[0]) > len(text) * FENCED_SHARE:
        return fenced[1]
    return text


def storable(text: str) -> str:
    """``text`` in normal form (NFC), without characters that no page or database should hold."""
    return unicodedata.normalize("NFC", CONTROL.sub("", text))


def plain_text(html: str) -> str:
    """The words of ``html`` on one line, entities decoded."""
    return " ".join(words_of(html))


def line(text: str, most: int) -> str:
    """``text`` as one plain line of at most ``most`` characters, cut between words."""
    flat = plain_text(storable(text)).strip("\"'“”*#` ")
    if len(flat) <= most:
        return flat
    cut = flat[: most + 1].rpartition(" ")[0].rstrip(" ,;:–-")
    return cut if len(cut) > most // 2 else flat[:most]


def count_words(html: str) -> int:
    """How many words ``html`` has."""
    return count(words_of(html))


def words_of(html: str) -> list[str]:
    """What stands between blanks in ``html``, entities decoded."""
    return unescape(TAG.sub(" ", BLOCK_END.sub(" ", html))).split()


def count(words: list[str]) -> int:
    """Words as a reader counts them: runs of characters between blanks.

    Chinese and Japanese are counted by the character, as word processors do; Thai, which has no
    blanks between words either, by five letters.
    """
    text = " ".join(words)
    if not UNSPACED.search(text):
        return _runs(words)
    ideographs, thai = len(IDEOGRAPH.findall(text)), len(THAI.findall(text))
    rest = UNSPACED.sub(" ", text).split()
    return ideographs + -(-thai // THAI_LETTERS_A_WORD) + _runs(rest)


def _runs(words: list[str]) -> int:
    return sum(word.isalnum() or WORDLIKE.search(word) is not None for word in words)
