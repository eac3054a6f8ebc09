"""What the fake provider writes: good answers to each kind of call, and ways to spoil them.

A text about another keyword is another text, of Vietnamese words in an order by chance.
"""

import json
import random
import re
from collections.abc import Callable
from typing import Any

VIETNAMESE = """
người học cần hiểu rõ từng bước trước khi bắt đầu vì mỗi lựa chọn đều ảnh hưởng đến kết quả sau này
những điều cơ bản giúp bạn tránh sai lầm và tiết kiệm thời gian trong quá trình tìm hiểu thực tế
nhiều trường hợp cho thấy việc chuẩn bị kỹ lưỡng quan trọng hơn tốc độ hãy ghi chép lại so sánh
các phương án khác nhau hỏi thêm ý kiến của chuyên gia rồi mới quyết định cuối cùng đừng quá vội
vàng khi thị trường thay đổi nhanh chóng bởi rủi ro luôn đi cùng cơ hội thông tin đáng tin cậy
được kiểm tra thường xuyên sẽ tạo nền tảng vững chắc cho kế hoạch dài hạn của gia đình doanh nghiệp
"""
WORDS = VIETNAMESE.split()
PARAGRAPH = 60
ENGLISH = [
    "the", "reader", "should", "know", "what", "matters", "before", "decision", "is", "made",
    "because", "every", "choice", "has", "cost", "that", "easy", "to", "overlook", "when",
    "things", "move", "quickly",
]  # fmt: skip
HOSTILE = (
    "<script>alert(1)</script><h1 onclick=\"alert(1)\">Xin chào</h1><iframe src='//x.example'>"
    "</iframe><p style='position:fixed'><a href='javascript:alert(1)'>bấm</a></p>"
)
LENGTH = re.compile(r"- Length: (\d+) words")
PIECE = re.compile(r"The piece as it is; data too:\n<<<data \w+\n(.*?)\n\w+ data>>>", re.DOTALL)
HEADINGS = re.compile(r"under these headings.*?<<<data \w+\n(.*?)\n\w+ data>>>", re.DOTALL)
KEYS = re.compile(r"exactly these keys: (.*)\.")
# Purpose: words of its prompt that stand in no other. The first that fits counts.
PURPOSES = {
    "polish": "Correct small pieces",
    "rewrite": "Write a piece of an article anew",
    "section": "Write one part of a long article",
    "outline": '"outline": a list',
    "metadata": "one JSON object",
}


def purpose_of(text: str) -> str:
    """The kind of call that a prompt makes."""
    return next((name for name, words in PURPOSES.items() if words in text), "body")


def answer(purpose: str, keyword: str, text: str, words: int | None = None) -> str:
    """A good answer to the prompt ``text``; ``words`` beats the length that it asks for."""
    asked = LENGTH.search(text)
    length = words or (int(asked[1]) if asked else 0)
    if purpose == "body":
        return article(length, keyword)
    if purpose == "section":
        return _section(text, length, keyword)
    if purpose == "rewrite":
        old = PIECE.search(text)
        heading = re.match(r"<h2>.*?</h2>", old[1]) if old else None
        return (heading[0] if heading else "<h2>Một phần nữa</h2>") + _paragraphs(
            length, f"{keyword} {length}"
        )
    return json.dumps(_fields(purpose, keyword, text), ensure_ascii=False)


def article(words: int, keyword: str = "") -> str:
    """An article of exactly ``words`` words, with headings, a list and a table."""
    opening = f"<p>{keyword} là điều nhiều người muốn hiểu.</p>" if keyword else ""
    head = f"{opening}<h2>Khái niệm {keyword} và cách bắt đầu</h2><ul><li>một</li><li>hai</li></ul>"
    table = "<table><tr><td>ba</td><td>bốn</td></tr></table>"
    left = words - len(re.sub(r"<[^>]*>", " ", head + table).split())
    half = max(left // 2, 0)
    second = "<h2>Những bước tiếp theo</h2>"
    return (
        head + _paragraphs(half, keyword) + second + _paragraphs(left - half - 4, f"{keyword} 2")
    ) + table


def _section(text: str, words: int, keyword: str) -> str:
    found = HEADINGS.search(text)
    lines = [line for line in found[1].splitlines() if not line.startswith(" ")] if found else []
    opening = f"<p>{keyword} là điều nhiều người muốn hiểu.</p>" if "beginning" in text else ""
    heads = "".join(f"<h2>{line}</h2>" for line in lines)
    used = len(re.sub(r"<[^>]*>", " ", opening + heads).split())
    return opening + heads + _paragraphs(words - used, f"{keyword} {lines}")


def _paragraphs(words: int, seed: str) -> str:
    chance = random.Random(seed)
    chosen = chance.choices(WORDS, k=max(words, 0))
    return "".join(
        f"<p>{' '.join(chosen[start : start + PARAGRAPH]).capitalize()}</p>"
        for start in range(0, len(chosen), PARAGRAPH)
    )


def _fields(purpose: str, keyword: str, text: str) -> dict[str, Any]:
    about = f"{keyword[:1].upper()}{keyword[1:]}"
    fields: dict[str, Any] = {
        "title": f"{about}: hướng dẫn chi tiết",
        "metaTitle": f"{about}: hướng dẫn"[:60],
        "metaDescription": "Hướng dẫn chi tiết từng bước cho người mới bắt đầu, kèm những lỗi "
        "thường gặp nên tránh.",
    }
    if purpose == "outline":
        count = re.search(r"about (\d+) parts", text)
        fields["outline"] = [
            {"heading": f"Phần {number} nói về {keyword}", "points": [f"Khái niệm {number}"]}
            for number in range(1, int(count[1]) + 1 if count else 4)
        ]
    if purpose == "polish":
        wanted = re.findall(r'"(\w+)"', KEYS.findall(text)[-1])
        fields |= {"opening": f"{about} là điều nhiều người muốn hiểu rõ trước khi bắt đầu.",
                   "heading": f"Khái niệm {keyword}"}  # fmt: skip
        fields = {key: fields[key] for key in wanted}
    return fields


def _middle(text: str, inserted: str) -> str:
    """``text`` with something after its third paragraph."""
    parts = text.split("</p>")
    place = min(3, len(parts) - 1)
    return "</p>".join([*parts[:place], inserted + parts[place], *parts[place + 1 :]])


def _half(text: str) -> str:
    parts = text.split("</p>")
    return "</p>".join(parts[: len(parts) // 2 + 1]) + "</p>"


def _in_english(text: str) -> str:
    chance = random.Random(text)
    parts = [chance.choices(ENGLISH, k=PARAGRAPH) for _ in range(len(text.split()) // PARAGRAPH)]
    return "<h2>What to know</h2>" + "".join(f"<p>{' '.join(words)}</p>" for words in parts)


# Name: what becomes of a good text. All are billed, and look to a client like any other answer.
SPOILT: dict[str, Callable[[str], str]] = {
    "too_short": _half,
    "too_long": lambda text: text + _paragraphs(len(text.split()) // 2, text),
    "wrong_language": _in_english,
    "fences": lambda text: f"Here is the article:\n\n```html\n{text}\n```\n\nI hope this helps!",
    "placeholder": lambda text: _middle(text, "<p>Liên hệ [tên công ty] để biết thêm.</p>"),
    "repeated": lambda text: _middle(text, f"<p>{text.split('<p>')[2]}"),
    "hostile": lambda text: HOSTILE + _middle(text, HOSTILE),
}  # fmt: skip
