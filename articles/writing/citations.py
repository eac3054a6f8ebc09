"""What a search found: as data for the writer, and as the list of sources below the text."""

import re
from collections.abc import Collection, Sequence
from html import escape, unescape
from urllib.parse import urlsplit

from articles.search.base import Source
from articles.writing.labels import labels

# In cleaned HTML, where an attribute holds neither ">" nor a quotation mark.
LINK = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.DOTALL)
HREF = re.compile(r'\shref="([^"]*)"')


def as_data(sources: Sequence[Source]) -> str:
    """The sources as the writer reads them: numbered, each with date and excerpt."""
    return "\n\n".join(_entry(number, source) for number, source in enumerate(sources, 1))


def _entry(number: int, source: Source) -> str:
    head = f"{number}. {source.title} ({source.host}{f', {source.date}' if source.date else ''})"
    return f"{head}\n{source.snippet}" if source.snippet else head


def cited(content: str, sources: Sequence[Source], language: str) -> str:
    """``content`` with its sources listed at the end, each linked."""
    if not sources:
        return content
    entries = "".join(f"<li>{_link(source)}{_rest(source)}</li>" for source in sources)
    return f"{content}\n<h2>{labels(language).sources}</h2>\n<ul>{entries}</ul>"


def _link(source: Source) -> str:
    # What else a link needs, the cleaning of articles adds.
    return f'<a href="{escape(source.url)}">{escape(source.title, quote=False)}</a>'


def _rest(source: Source) -> str:
    said = [one for one in (source.host, source.date) if one and one != source.title]
    return f" – {escape(', '.join(said), quote=False)}" if said else ""


def without_strangers(content: str, hosts: Collection[str]) -> str:
    """``content`` without links to other hosts than ``hosts``; their words stay.

    Results of a search may ask the writer to link somewhere.
    """

    def kept(found: re.Match[str]) -> str:
        href = HREF.search(found[1])
        return found[0] if href and _host(href[1]) in hosts else found[2]

    return LINK.sub(kept, content)


def _host(href: str) -> str:
    try:
        return (urlsplit(unescape(href)).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
