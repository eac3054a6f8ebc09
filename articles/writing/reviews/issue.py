"""What is wrong with an article: a stable code, and a sentence that can be translated."""

from typing import Any

from django.utils.translation import gettext_noop

# Code, value names and msgid stay as they are: they stand in rows.
SENTENCES = {
    "length": gettext_noop("The text has %(words)d words; %(asked)d were asked for."),
    "language": gettext_noop("The text seems to be in another language (%(found)s) than ordered."),
    "metadata_language": gettext_noop(
        "Title and description seem to be in another language (%(found)s) than ordered."
    ),
    "placeholder": gettext_noop("A placeholder was left in the text: “%(found)s”."),
    "leftover": gettext_noop("Words that are no part of an article stand in it: “%(found)s”."),
    "headings": gettext_noop("A level of headings is left out before “%(heading)s”."),
    "meta_title": gettext_noop("The meta title has %(length)d characters; 1 to %(most)d fit."),
    "meta_description": gettext_noop(
        "The meta description has %(length)d characters; %(least)d to %(most)d are good."
    ),
    "metadata_fallback": gettext_noop(
        "The model gave no usable title and description; they were made from the keyword."
    ),
    "keyword_title": gettext_noop("The keyword is not in the title."),
    "keyword_opening": gettext_noop("The keyword is not in the first paragraph."),
    "keyword_heading": gettext_noop("The keyword is in no heading."),
    "repeated_paragraph": gettext_noop("A paragraph stands in the text twice: “%(found)s”."),
    "image_alt": gettext_noop("%(count)d of the images have no description (alt text)."),
    "search_failed": gettext_noop(
        "No current facts could be looked up; the text was written without sources."
    ),
    "image_failed": gettext_noop("Pictures that could not be added: %(count)d."),
    "images_missing": gettext_noop("No fitting pictures were found; the article has none."),
    "similar": gettext_noop(
        "About %(percent)d %% of the text is the same as in article #%(id)d, “%(title)s”."
    ),
}
EXCERPT = 60

Issue = dict[str, Any]


def issue(code: str, **values: Any) -> Issue:
    """The issue ``code`` with the values of its sentence; ``message`` is in English."""
    return {"code": code, "message": SENTENCES[code] % values, "values": values}


def excerpt(text: str) -> str:
    """The beginning of ``text``, for a sentence."""
    flat = " ".join(text.split())
    return flat if len(flat) <= EXCERPT else f"{flat[: EXCERPT - 1]}…"
