"""Outlines as people and models write them."""

import pytest
from django.utils.translation import override

from articles.writing import outline


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("Một\nHai", [1, 1]),
        ("Một\n  - a\n  - b\nHai", [1, 2, 2, 1]),
        ("Một\n- a\n- b\nHai\n- c", [1, 2, 2, 1, 2]),
        ("- Một\n  - a\n    - x\n- Hai", [1, 2, 3, 1]),
        ("# Một\n## a\n### x\n# Hai\n- y", [1, 2, 3, 1, 2]),
        ("## Một\n### a\n## Hai", [1, 2, 1]),
        ("1. Một\n1.1 a\n1.2. b\n2) Hai", [1, 2, 2, 1]),
        ("Một\n\ta\n\t\tx\n\n\nHai", [1, 2, 3, 1]),
        ("10 cách học\n5 lỗi hay gặp", [1, 1]),
        ("  Một\nHai", [1, 1]),
        ("---\nMột\n***", [1]),
    ],
)
def test_it_reads_levels(text: str, levels: list[int]) -> None:
    lines = outline.parse(text)
    assert [line.level for line in lines] == levels
    assert outline.problem(text) is None
    assert [line.level for line in outline.parse(outline.written(lines))] == levels


def test_it_keeps_numbers_that_are_words_and_drops_marks() -> None:
    texts = [line.text for line in outline.parse("10 cách\n# **Đậm**\n1. Một\n- `mã`")]
    assert texts == ["10 cách", "Đậm", "Một", "mã"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "one heading a line"),
        ("---\n***", "one heading a line"),
        ("a\n b\n  c\n   d", "more than 3 levels"),
        ("x" * 201, "longer than 200"),
        ("\n".join(f"h{n}" for n in range(61)), "61 lines; at most 60"),
    ],
)
def test_it_says_what_is_wrong(text: str, words: str) -> None:
    with override("en"):
        assert words in (outline.problem(text) or "")


def test_it_divides_a_text_into_parts() -> None:
    lines = outline.parse("A\n- a\nB\nC\n- c\n- d")
    parts = outline.parts(lines, 3000)
    assert [part.heading for part in parts] == ["A", "B", "C"]
    assert [(part.number, part.of, part.words) for part in parts] == [
        (1, 3, 1000), (2, 3, 1000), (3, 3, 1000),
    ]  # fmt: skip
    assert [len(part.lines) for part in parts] == [2, 1, 3]


def test_it_puts_neighbours_together_where_there_are_too_many() -> None:
    lines = outline.parse("\n".join(f"Phần số {n}" for n in range(50)))
    parts = outline.parts(lines, 5000)
    assert len(parts) == outline.MOST_PARTS
    assert sum(len(part.lines) for part in parts) == 50
    assert 4900 <= sum(part.words for part in parts) <= 5000
    assert len(outline.parts(lines, 1600)) == 10
