"""Pictures in article HTML: ours and those of the hosts that operators allow, no others.

Whoever writes a picture's address into a text (a model, a search result, a client) could make
every reader's browser ask it.
"""

import re
from urllib.parse import urlsplit

from django.conf import settings

# Nothing that a browser would take for another folder.
PATH = re.compile(r"(?![./])(?:[A-Za-z0-9_-]|[./](?!\.|/))+(?:\?[A-Za-z0-9_=&-]*)?")
# As nh3 writes them: every attribute in quotation marks.
IMAGE = re.compile(r'<img(?:\s[a-z]+="[^"]*")*>')
FIGURE_PART = re.compile(r"</?figure>|<img |<table|<pre|<blockquote")
LOADING = "lazy"


def kept_attribute(tag: str, name: str, value: str) -> str | None:
    """``value``, or None where the attribute has to go; for nh3."""
    if tag != "img":
        return value
    if name == "src":
        return value if is_allowed(value) else None
    if name in ("width", "height"):
        return value if value.isascii() and value.isdigit() and len(value) < 6 else None
    return value if name != "loading" or value == LOADING else None


def is_allowed(url: str) -> bool:
    """Whether a picture may come from ``url``: our media and static files, and chosen hosts."""
    for ours in (settings.MEDIA_URL, settings.STATIC_URL):
        if url.startswith(ours) and PATH.fullmatch(url[len(ours) :]):
            return True
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and parts.netloc.lower() in settings.IMAGE_HOSTS
    except ValueError:
        return False


def without_lost(html: str) -> str:
    """``html`` without pictures that lost their address, and figures that have nothing left."""
    html = IMAGE.sub(lambda found: found[0] if ' src="' in found[0] else "", html)
    return _without_hollow_figures(html) if "<figure>" in html else html


def _without_hollow_figures(html: str) -> str:
    """One pass over balanced tags, however deep they stand in one another."""
    open_figures: list[tuple[int, bool]] = []
    hollow: list[tuple[int, int]] = []
    for part in FIGURE_PART.finditer(html):
        if part[0] == "<figure>":
            open_figures.append((part.start(), False))
        elif part[0] != "</figure>":
            if open_figures:
                open_figures[-1] = (open_figures[-1][0], True)
        elif open_figures:
            start, holds = open_figures.pop()
            if not holds:
                while hollow and hollow[-1][0] > start:
                    hollow.pop()
                hollow.append((start, part.end()))
            elif open_figures:
                open_figures[-1] = (open_figures[-1][0], True)
    kept, at = [], 0
    for start, end in hollow:
        kept.append(html[at:start])
        at = end
    return "".join([*kept, html[at:]])
