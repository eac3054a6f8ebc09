"""Keeps secrets out of what providers say about them."""

import re

from django.conf import settings

from articles.writing import html

NAME = r"[A-Za-z0-9*_\-.]{6,}"
SECRET = re.compile(
    rf"\b[sp]k[-_]{NAME}|AIza{NAME}|\bBearer\s+{NAME}|\bkey\s*[=:]\s*{NAME}", re.IGNORECASE
)
MOST = 200


def redacted(text: str) -> str:
    """The provider's sentence on one line, shortened, without anything that looks like a key.

    Characters that no database takes are left out too.
    """
    for key in (settings.OPENAI_API_KEY, settings.GOOGLE_API_KEY):
        if key:
            text = text.replace(key, "[secret]")
    return SECRET.sub("[secret]", " ".join(html.storable(text).split()))[:MOST]
