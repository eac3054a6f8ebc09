"""What may be written to an article's columns by its owner: each value checked and cleaned."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from articles.models import SLUG_LENGTH, Article, Website
from articles.writing import html
from batchwriter.errors import InvalidInput

SLUG = re.compile(r"^[a-z0-9-]+$")
LENGTHS = {"title": 200, "meta_title": 60, "meta_description": 160}
UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def checked(article: Article, changes: dict[str, Any]) -> dict[str, Any]:
    """``changes`` as they would be stored. Raises InvalidInput that names the wrong fields."""
    problems: dict[str, list[str]] = {}
    values: dict[str, Any] = {}
    for name, value in changes.items():
        try:
            values[name] = _EDITS[name](article, value)
        except InvalidInput as error:
            problems.update({name: error.fields[""]})
    if problems:
        raise InvalidInput(problems)
    return values


def _wrong(sentence: str) -> InvalidInput:
    return InvalidInput({"": [sentence]})


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(_("Must be a text."))
    if UNSTORABLE.search(value):
        raise _wrong(_("Contains characters that cannot be stored."))
    return unicodedata.normalize("NFC", value).strip()


def _line(name: str, *, required: bool) -> Callable[[Article, Any], str]:
    def check(article: Article, value: Any) -> str:
        text = " ".join(_text(value).split())
        if required and not text:
            raise _wrong(_("May not be empty."))
        if len(text) > LENGTHS[name]:
            raise _wrong(
                _("Has %(count)d characters; at most %(most)d are possible.")
                % {"count": len(text), "most": LENGTHS[name]}
            )
        return text

    return check


def _slug(article: Article, value: Any) -> str:
    text = _text(value)
    if not SLUG.match(text) or len(text) > SLUG_LENGTH:
        raise _wrong(
            _("Use 1 to %(most)d characters of a-z, 0-9 and hyphens.") % {"most": SLUG_LENGTH}
        )
    return text


def _content(article: Article, value: Any) -> str:
    return html.clean(_text(value))


def _status(article: Article, value: Any) -> str:
    if value not in Article.Status.values:
        raise _wrong(
            _("Must be one of: %(choices)s.") % {"choices": ", ".join(Article.Status.values)}
        )
    return str(value)


def _website(article: Article, value: Any) -> Website | None:
    if value is None or (isinstance(value, Website) and value.user_id == article.user_id):
        return value
    raise _wrong(_("You have no website with this id."))


_EDITS: dict[str, Callable[[Article, Any], Any]] = {
    "title": _line("title", required=True),
    "slug": _slug,
    "meta_title": _line("meta_title", required=False),
    "meta_description": _line("meta_description", required=False),
    "content": _content,
    "status": _status,
    "website": _website,
}
