"""What changed between two texts, as people read it."""

import time
from types import SimpleNamespace
from typing import Any

from articles import differences
from articles.differences import Piece


def text(content: str = "", **fields: str) -> Any:
    """An article with these texts."""
    empty = {"title": "", "slug": "", "meta_title": "", "meta_description": ""}
    return SimpleNamespace(**{**empty, **fields, "content": content})


def test_it_is_empty_for_equal_texts() -> None:
    assert differences.between(text("<p>a</p>", title="b"), text("<p>a</p>", title="b")) == []


def test_it_marks_words() -> None:
    (found,) = differences.between(text(title="Cà phê sữa đá"), text(title="Cà phê đen đá ngon"))
    assert found.name == "title"
    assert found.blocks[0].pieces == [
        Piece("same", "Cà phê"), Piece("removed", " sữa"), Piece("added", " đen"),
        Piece("same", " đá"), Piece("added", " ngon"),
    ]  # fmt: skip


def test_it_tells_tones_apart() -> None:
    (found,) = differences.between(text(title="bán"), text(title="bàn"))
    assert [piece.kind for piece in found.blocks[0].pieces] == ["removed", "added"]


def test_it_leaves_out_what_did_not_change() -> None:
    lines = [f"<p>đoạn {number}</p>" for number in range(9)]
    (found,) = differences.between(text("".join(lines)), text("".join([*lines, "<p>mới</p>"])))
    assert [block.left_out for block in found.blocks] == [0, 7, 0, 0]
    assert found.blocks[-1].pieces == [Piece("added", "mới")]


def test_it_shows_links_pictures_and_cells() -> None:
    before = (
        '<p><a href="/a">x</a></p><p><img src="/i" alt="cũ"></p><table><tr><td>1</td></tr></table>'
    )
    after = before.replace("/a", "/b").replace("cũ", "mới").replace("1", "2")
    (found,) = differences.between(text(before), text(after))
    pieces = [piece for block in found.blocks for piece in block.pieces]
    added = "".join(piece.text for piece in pieces if piece.kind == "added")
    assert "/b" in added
    assert "mới" in added
    assert "2" in added


def test_it_does_not_take_long_over_long_texts() -> None:
    words = " ".join(map(str, range(40_000)))
    began = time.monotonic()
    differences.between(text(f"<p>{words}</p>"), text(f"<p>{words[::-1]}</p>"))
    assert time.monotonic() - began < 5
