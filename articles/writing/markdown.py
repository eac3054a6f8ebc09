"""Article HTML as Markdown."""

from typing import Any

from markdownify import MarkdownConverter

from articles.writing import html


class _Converter(MarkdownConverter):
    """With bars in cells that do not end the cell."""

    def convert_td(self, element: Any, text: str, parent_tags: Any) -> str:
        """A cell."""
        return str(super().convert_td(element, _escaped(text), parent_tags))  # type: ignore[misc]

    def convert_th(self, element: Any, text: str, parent_tags: Any) -> str:
        """A cell of the head."""
        return str(super().convert_th(element, _escaped(text), parent_tags))  # type: ignore[misc]


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


_converter = _Converter(
    heading_style="ATX",
    bullets="-",
    table_infer_header=True,
    keep_inline_images_in=["td", "th", "figure", "li"],
)


def from_html(fragment: str) -> str:
    """``fragment`` as Markdown; its plain words where it is nested too deeply to be converted."""
    try:
        return str(_converter.convert(fragment)).strip()
    except RecursionError:
        return html.plain_text(fragment)
