"""Outlines: reading what people and models write as one, and checking it."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _

MOST_LEVELS = 3
MOST_LINES = 60
MOST_PARTS = 20
LINE_LENGTH = 200

MARKDOWN = re.compile(r"(#{1,6})\s+(.*)")
NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2})+|\d{1,2}(?=[.)]))[.)]?\s+(.*)")
BULLET = re.compile(r"[-*+•–]\s+(.*)")
WORDLIKE = re.compile(r"[^\W_]")
TAB = "    "


class Line(NamedTuple):
    """One heading or point; level 1 is an <h2> of the article."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """What one call writes of a long article: ``lines`` of its outline, in so many words.

    ``number`` counts the parts from 1.
    """

    number: int
    of: int
    lines: tuple[Line, ...]
    words: int

    @property
    def heading(self) -> str:
        """The first heading of the part."""
        return self.lines[0].text


def parse(text: str) -> list[Line]:
    """The lines of an outline with their levels, from 1.

    Levels come from Markdown's ``#``, from numbers such as ``1.2``, from indentation, and from
    list marks below a line that has none.
    """
    lines: list[Line] = []
    # The depths, outermost first, of which the present line is a part.
    stack: list[tuple[int, ...]] = []
    for raw in text.splitlines():
        depth, words = _read(raw)
        if not WORDLIKE.search(words):
            continue
        while stack and stack[-1] >= depth:
            stack.pop()
        stack.append(depth)
        lines.append(Line(len(stack), words))
    return lines


def _read(raw: str) -> tuple[tuple[int, ...], str]:
    """How deep a line stands (kind of mark, indentation, own depth), and its words.

    A Markdown heading stands above everything that is none, a plain or numbered line above a
    list mark of the same indentation.
    """
    expanded = raw.replace("\t", TAB).replace("\u3000", "  ")
    words = expanded.strip()
    indent = len(expanded) - len(expanded.lstrip())
    if found := MARKDOWN.fullmatch(words):
        return (0, len(found[1]), 0), _clean(found[2])
    if found := NUMBERED.fullmatch(words):
        return (1, indent, found[1].count(".")), _clean(found[2])
    if found := BULLET.fullmatch(words):
        return (1, indent, 9), _clean(found[1])
    return (1, indent, 0), _clean(words)


def _clean(words: str) -> str:
    return " ".join(words.strip("*_#` ").split())


def problem(text: str) -> str | None:
    """A sentence that says why ``text`` cannot be used as an outline; None where it can."""
    lines = parse(text)
    if not lines:
        return _("Write the outline, one heading a line, or choose another option.")
    deepest = max(lines)
    if deepest.level > MOST_LEVELS:
        return _("“%(line)s” is more than %(most)d levels deep; use fewer levels.") % {
            "line": deepest.text[:60],
            "most": MOST_LEVELS,
        }
    longest = max((line.text for line in lines), key=len)
    if len(longest) > LINE_LENGTH:
        return _("The line “%(line)s…” is longer than %(most)d characters.") % {
            "line": longest[:60],
            "most": LINE_LENGTH,
        }
    if len(lines) > MOST_LINES:
        return _("The outline has %(count)d lines; at most %(most)d are possible.") % {
            "count": len(lines),
            "most": MOST_LINES,
        }
    return None


def written(lines: list[Line] | tuple[Line, ...]) -> str:
    """The outline as text: headings at the margin, what belongs to them indented below."""
    return "\n".join(
        f"{'  ' * (line.level - 1)}{'- ' if line.level > 1 else ''}{line.text}" for line in lines
    )


def parts(lines: list[Line], words: int) -> list[Part]:
    """The outline divided into the parts that are written each by a call of its own.

    One for each heading of level 1; neighbours go together where there are too many.
    """
    chapters: list[list[Line]] = []
    for line in lines:
        if line.level == 1 or not chapters:
            chapters.append([])
        chapters[-1].append(line)
    count = min(len(chapters), MOST_PARTS, max(words // 150, 1))
    groups = [
        chapters[number * len(chapters) // count : (number + 1) * len(chapters) // count]
        for number in range(count)
    ]
    shares = [words * len(group) // len(chapters) for group in groups]
    return [
        Part(number, count, tuple(line for chapter in group for line in chapter), share)
        for number, (group, share) in enumerate(zip(groups, shares, strict=True), 1)
    ]
