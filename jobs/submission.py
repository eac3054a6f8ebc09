"""What a client asks for, checked. The one validation of API, pages and command line."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings as django_settings
from django.utils.translation import gettext as _

from accounts.models import User
from articles.models import Website, WritingModel
from articles.writing.brief import LANGUAGES, LENGTHS, OUTLINE_OPTIONS, TONES
from batchwriter.errors import InvalidInput

KEYWORD_LENGTH = 200
OUTLINE_LENGTH = 10_000
MOST_IMAGES = 20
SEPARATORS = re.compile(r"[\n\r,]")
UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
DEFAULTS: dict[str, Any] = {
    "model": None,
    "language": "vi",
    "tone": "professional",
    "length": "medium",
    "outlineOption": "no-outline",
    "customOutline": None,
    "autoInsertImages": False,
    "maxImages": 5,
    "websiteId": None,
    "useGoogleSearch": False,
}


@dataclass(frozen=True, slots=True)
class Submission:
    """A list of keywords with settings that can be written.

    ``settings`` has every key of the API's settings object, defaults filled in; ``blank`` and
    ``duplicates`` tell what was dropped from the list.
    """

    keywords: list[str]
    settings: dict[str, Any]
    writing_model: WritingModel
    blank: int = 0
    duplicates: list[str] = field(default_factory=list)


class _Problems:
    """Collects what is wrong, so that everything can be said at once."""

    def __init__(self) -> None:
        self.fields: dict[str, list[str]] = {}

    def add(self, path: str, sentence: str) -> None:
        self.fields.setdefault(path, []).append(sentence)


def parse(user: User, keywords: Any, settings: Any) -> Submission:
    """Check ``keywords`` (a list, or one string) and the ``settings`` object of ``user``'s call.

    Raises InvalidInput that names every wrong field by its path, such as ``settings.model``.
    """
    problems = _Problems()
    kept, blank, duplicates = _keywords(keywords, problems)
    cleaned, model = _settings(user, settings, problems)
    if model is None or problems.fields:
        raise InvalidInput(problems.fields)
    return Submission(kept, cleaned, model, blank, duplicates)


def split(text: str) -> list[str]:
    """One string of keywords, split on newlines and commas."""
    return SEPARATORS.split(text)


def _keywords(raw: Any, problems: _Problems) -> tuple[list[str], int, list[str]]:
    parts = split(raw) if isinstance(raw, str) else raw
    if not isinstance(parts, list):
        problems.add("keywords", _("Give a list of keywords, or one text with a keyword a line."))
        return [], 0, []
    for number, part in enumerate(parts, 1):
        sentence = _wrong_keyword(part, number)
        if sentence:
            problems.add("keywords", sentence)
            return [], 0, []
    kept, blank, duplicates = _distinct(parts)
    most = django_settings.BATCH_MAX_KEYWORDS
    if not kept:
        problems.add("keywords", _("Give at least one keyword."))
    elif len(kept) > most:
        problems.add(
            "keywords",
            _("A job has at most %(most)d keywords; these are %(count)d. Make several jobs.")
            % {"most": most, "count": len(kept)},
        )
    return kept, blank, duplicates


def _wrong_keyword(part: Any, number: int) -> str | None:
    if not isinstance(part, str):
        return _("Keyword %(number)d is not a text.") % {"number": number}
    if UNSTORABLE.search(part):
        return _("Keyword %(number)d contains characters that cannot be stored.") % {
            "number": number
        }
    if len(unicodedata.normalize("NFC", part.strip())) > KEYWORD_LENGTH:
        return _("Keyword %(number)d is longer than %(most)d characters.") % {
            "number": number,
            "most": KEYWORD_LENGTH,
        }
    return None


def _distinct(parts: Iterable[str]) -> tuple[list[str], int, list[str]]:
    """The keywords without blank ones and repeats (case-insensitive), and what was dropped."""
    kept: list[str] = []
    blank = 0
    duplicates: list[str] = []
    seen: set[str] = set()
    for part in parts:
        keyword = unicodedata.normalize("NFC", part.strip())
        same = keyword.casefold()
        if not keyword:
            blank += 1
        elif same in seen:
            duplicates.append(keyword)
        else:
            seen.add(same)
            kept.append(keyword)
    return kept, blank, duplicates


def _settings(
    user: User, raw: Any, problems: _Problems
) -> tuple[dict[str, Any], WritingModel | None]:
    if not isinstance(raw, Mapping):
        problems.add("settings", _("Give an object of settings with at least a model."))
        return {}, None
    for key in raw:
        if key not in DEFAULTS:
            problems.add(
                f"settings.{key}",
                _("There is no such setting. Known are: %(known)s.")
                % {"known": ", ".join(DEFAULTS)},
            )
    values = {**DEFAULTS, **{key: raw[key] for key in raw if key in DEFAULTS}}
    for key, check in _CHECKS.items():
        sentence = check(values[key])
        if sentence:
            problems.add(f"settings.{key}", sentence)
    values["customOutline"] = _custom_outline(values, problems)
    _website(user, values["websiteId"], problems)
    model = _model(values["model"], problems)
    if model is not None:
        values["model"] = model.code
    return values, model


def _one_of(choices: Iterable[str]) -> Callable[[Any], str | None]:
    known = tuple(choices)

    def check(value: Any) -> str | None:
        if isinstance(value, str) and value in known:
            return None
        return _("Must be one of: %(choices)s.") % {"choices": ", ".join(known)}

    return check


def _switch(value: Any) -> str | None:
    return None if isinstance(value, bool) else _("Must be true or false.")


def _images(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_IMAGES:
        return None
    return _("Must be a whole number from 0 to %(most)d.") % {"most": MOST_IMAGES}


def _search(value: Any) -> str | None:
    if value is True:
        return _("No search service is set up on this server; leave it false.")
    return _switch(value)


_CHECKS: dict[str, Callable[[Any], str | None]] = {
    "language": _one_of(LANGUAGES),
    "tone": _one_of(TONES),
    "length": _one_of(LENGTHS),
    "outlineOption": _one_of(OUTLINE_OPTIONS),
    "autoInsertImages": _switch,
    "maxImages": _images,
    "useGoogleSearch": _search,
}


def _custom_outline(values: Mapping[str, Any], problems: _Problems) -> str | None:
    path = "settings.customOutline"
    outline = values["customOutline"]
    if outline is not None and not isinstance(outline, str):
        problems.add(path, _("Must be a text, one heading a line."))
        return None
    text = unicodedata.normalize("NFC", (outline or "").replace("\r\n", "\n").strip())
    if UNSTORABLE.search(text):
        problems.add(path, _("Contains characters that cannot be stored."))
    if len(text) > OUTLINE_LENGTH:
        problems.add(path, _("Is longer than %(most)d characters.") % {"most": OUTLINE_LENGTH})
    if values["outlineOption"] == "custom-outline" and not text:
        problems.add(path, _("Write the outline, one heading a line, or choose another option."))
    return text or None


def _website(user: User, value: Any, problems: _Problems) -> None:
    if value is None:
        return
    known = (
        isinstance(value, int)
        and not isinstance(value, bool)
        and 0 < value < 2**63
        and Website.objects.filter(user=user, pk=value).exists()
    )
    if not known:
        problems.add("settings.websiteId", _("You have no website with this id."))


def _model(value: Any, problems: _Problems) -> WritingModel | None:
    path = "settings.model"
    if value is None or value == "":
        problems.add(path, _("Choose a model."))
        return None
    model = WritingModel.objects.named(value) if isinstance(value, str) else None
    if model is None:
        offered = ", ".join(WritingModel.objects.offered().values_list("label", flat=True))
        problems.add(
            path, _("There is no such model. On offer are: %(offered)s.") % {"offered": offered}
        )
        return None
    if not model.available:
        problems.add(
            path,
            _("%(model)s cannot be used: this server has no key for its provider.")
            % {"model": model.label},
        )
        return None
    return model
