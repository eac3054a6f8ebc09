"""Title, meta fields and outline, as a model answered them in JSON."""

import json
import re
from dataclasses import dataclass
from typing import Any

from articles.writing import html
from articles.writing.outline import LINE_LENGTH, Line, written

TITLE_LENGTH = 200
# More than any field may have, so that the reviews see what is too long.
FIELD_LENGTH = 500
JSON_OBJECT = re.compile(r"\{.*\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Plan:
    """What was planned; ``outline`` is empty where none was asked for."""

    title: str
    meta_title: str
    meta_description: str
    outline: str = ""


def read(text: str) -> Plan | None:
    """The plan in an answer, None where there is none."""
    data = read_object(text)
    title = field(data, "title", TITLE_LENGTH)
    if not title:
        return None
    return Plan(
        title=title,
        meta_title=field(data, "metaTitle"),
        meta_description=field(data, "metaDescription"),
        outline=_outline(data.get("outline")),
    )


def read_object(text: str) -> dict[str, Any]:
    """The JSON object in an answer, an empty one where there is none."""
    found = JSON_OBJECT.search(html.without_fence(html.storable(text)))
    try:
        data = json.loads(found.group(), strict=False) if found else None
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def field(data: dict[str, Any], key: str, most: int = FIELD_LENGTH) -> str:
    """The text of ``key`` as one line, empty where it is none."""
    value = data.get(key)
    return html.line(value, most) if isinstance(value, str) else ""


def _outline(sections: Any) -> str:
    lines: list[Line] = []
    for section in sections if isinstance(sections, list) else []:
        heading = field(section, "heading", LINE_LENGTH) if isinstance(section, dict) else ""
        if not heading:
            continue
        lines.append(Line(1, heading))
        points = section.get("points")
        for point in points if isinstance(points, list) else []:
            if isinstance(point, str) and point.strip():
                lines.append(Line(2, html.line(point, LINE_LENGTH)))
    return written(lines)
