"""Where an article calls for pictures, what to look for there, and how a picture stands there."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from articles.images.base import Credit, Picture
from articles.writing import html
from articles.writing.labels import Labels, labels

SECTION = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)
NUMBERING = re.compile(r"^\s*(?:\(?\d{1,2}[.):\]]|[IVX]{1,4}[.)]|[a-z]\))\s*")
QUERY_LENGTH = 80
ALT_LENGTH = 125
PARAGRAPH_END = "</p>"


class Place(NamedTuple):
    """After the first paragraph of a section: where that is, and the section's heading."""

    at: int
    heading: str


def places(content: str, most: int) -> list[Place]:
    """At most ``most`` places for pictures, evenly spread over the sections of ``content``.

    A text without sections has one, after its first paragraph.
    """
    found = list(SECTION.finditer(content))
    starts = [heading.end() for heading in found] or [0]
    ends = [*[heading.start() for heading in found[1:]], len(content)]
    names = [html.plain_text(heading[1]) for heading in found] or [""]
    possible = []
    for start, end, name in zip(starts, ends, names, strict=True):
        paragraph = content.find(PARAGRAPH_END, start, end)
        if paragraph >= 0 and not _inside(content[start:paragraph]):
            possible.append(Place(paragraph + len(PARAGRAPH_END), name))
    return _spread(possible, most)


def _inside(before: str) -> bool:
    """Whether a paragraph stands in a list, table or quotation, where no picture belongs."""
    return any(before.count(f"<{tag}") > before.count(f"</{tag}")
               for tag in ("ul", "ol", "table", "blockquote", "figure"))  # fmt: skip


def _spread(possible: list[Place], most: int) -> list[Place]:
    """``most`` of them, the first one among them, with even distances."""
    if len(possible) <= most:
        return possible
    return [possible[number * len(possible) // most] for number in range(most)]


def queries(place: Place, keyword: str) -> list[str]:
    """What to look for, the best first: the section's subject, then the article's."""
    heading = NUMBERING.sub("", place.heading).strip(" .:!?…–-")
    return list(dict.fromkeys(html.line(text, QUERY_LENGTH) for text in (heading, keyword) if text))


def alt(place: Place, keyword: str) -> str:
    """What the picture is about, in the article's language, in which heading and keyword are."""
    heading = NUMBERING.sub("", place.heading).strip()
    if not heading:
        return html.line(keyword, ALT_LENGTH)
    if keyword.casefold() in heading.casefold():
        return html.line(heading, ALT_LENGTH)
    return html.line(f"{heading} – {keyword}", ALT_LENGTH)


def figure(picture: Picture, alt_text: str, language: str) -> str:
    """The picture as a figure with its credit."""
    return (
        f'<figure><img src="{escape(picture.url)}" alt="{escape(alt_text)}" '
        f'width="{picture.width}" height="{picture.height}" loading="lazy">'
        f"<figcaption>{_caption(picture, labels(language))}</figcaption></figure>"
    )


def _caption(picture: Picture, words: Labels) -> str:
    if picture.backend == "drawn":
        return words.illustration
    if picture.backend == "openai":
        return words.made_by_ai
    return f"{words.photo}: {' / '.join(_credits(picture.credit))}"


def _credits(credit: Credit) -> Iterable[str]:
    """Title, maker, source and licence, each linked as licences ask for it."""
    if credit.title:
        yield _linked(f"“{credit.title}”", credit.page)
    if credit.creator:
        yield _linked(credit.creator, credit.creator_url)
    yield _linked(credit.source, "" if credit.title else credit.page)
    # The terms of a service's own licence ask for no more than its name.
    if not credit.licence.startswith(credit.source):
        yield _linked(credit.licence, credit.licence_url)


def _linked(text: str, url: str) -> str:
    name = escape(text, quote=False)
    return f'<a href="{escape(url)}">{name}</a>' if url else name


def inserted(content: str, figures: Sequence[tuple[Place, str]]) -> str:
    """``content`` with each figure at its place."""
    for place, markup in sorted(figures, reverse=True):
        content = f"{content[: place.at]}\n{markup}{content[place.at :]}"
    return content
