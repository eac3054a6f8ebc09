"""Keeps secrets out of what providers say about them."""

import re

SECRET = re.compile(r"(?:sk|pk|AIza|key|Bearer)[-_ ]?[A-Za-z0-9*_\-.]{6,}")
MOST = 200


def redacted(text: str) -> str:
    """The provider's sentence on one line, shortened, without anything that looks like a key."""
    return SECRET.sub("[secret]", " ".join(text.split()))[:MOST]
