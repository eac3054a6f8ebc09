"""A good article, and ways to change it, for the tests of the reviews."""

from typing import Any

from articles.writing.brief import Brief
from articles.writing.reviews.piece import Piece

PARAGRAPH = (
    "Cà phê sữa đá là thức uống quen thuộc của người Việt, pha bằng phin và uống chậm rãi vào "
    "buổi sáng trước khi bắt đầu công việc."
)
CONTENT = (
    f"<p>{PARAGRAPH}</p><h2>Cách pha cà phê sữa đá</h2><p>Cho hai thìa cà phê vào phin, rót nước "
    "sôi, đợi vài phút rồi thêm sữa đặc và đá.</p><h3>Chọn hạt</h3><ul><li>Hạt rang vừa</li></ul>"
)


def piece(content: str = CONTENT, **changes: Any) -> Piece:
    """A piece of ``content`` with good metadata, but for the ``changes`` of piece or brief."""
    brief = {"keyword": "cà phê sữa đá", "provider": "openai", "model": "m", "language": "vi",
             "tone": "casual", "length": "short"}  # fmt: skip
    fields = {
        "title": "Cà phê sữa đá: cách pha tại nhà",
        "meta_title": "Cà phê sữa đá tại nhà",
        "meta_description": "Cách pha cà phê sữa đá tại nhà: chọn hạt, chọn phin và những mẹo nhỏ.",
    }
    for name, value in changes.items():
        (fields if name in fields else brief)[name] = value
    return Piece(Brief(**brief), content=content, **fields)  # type: ignore[arg-type]


def codes(found: list[dict[str, Any]]) -> list[str]:
    """The codes of issues."""
    return [issue["code"] for issue in found]
