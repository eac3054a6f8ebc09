"""What a client asks for, checked. The one validation of API, pages and command line."""

import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings as django_settings
from django.utils.translation import gettext as _

from accounts.models import User
from articles.models import Website, WritingModel
from articles.search import registry as search
from articles.writing import outline
from articles.writing.brief import (
    LANGUAGES,
    LEAST_WORDS,
    LENGTHS,
    MOST_WORDS,
    OUTLINE_OPTIONS,
    TONES,
)
from articles.writing.estimate import tokens_to_hold
from batchwriter.errors import InvalidInput
from jobs import keywords as lists
from jobs.keywords import UNSTORABLE, Item, Problems

OUTLINE_LENGTH = 10_000
MOST_IMAGES = 20
DEFAULTS: dict[str, Any] = {
    "model": None,
    "language": "vi",
    "tone": "professional",
    "length": "medium",
    "targetWords": None,
    "outlineOption": "no-outline",
    "customOutline": None,
    "autoInsertImages": False,
    "maxImages": 5,
    "websiteId": None,
    "useGoogleSearch": False,
}


@dataclass(frozen=True, slots=True)
class Submission:
    """A list with settings that can be written.

    ``settings`` has every key of the API's settings object, defaults filled in. ``places`` are
    those of the items in the list as it came, from 1; ``blank`` (places too) and ``duplicates``
    tell what was dropped from it.
    """

    items: list[Item]
    settings: dict[str, Any]
    writing_model: WritingModel
    places: list[int] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)

    @property
    def keywords(self) -> list[str]:
        """The keyword of each item."""
        return [item.keyword for item in self.items]

    @property
    def fingerprint(self) -> str:
        """What tells one submission from another."""
        canonical = json.dumps([[asdict(item) for item in self.items], self.settings])
        return hashlib.sha256(canonical.encode()).hexdigest()

    def tokens(self) -> list[int]:
        """What is set aside for each item."""
        chosen = self.settings
        return [
            tokens_to_hold(
                language=item.language or chosen["language"],
                length=item.length or chosen["length"],
                outline_option=chosen["outlineOption"],
                data=(item.keyword, item.title, item.note),
                outline=chosen["customOutline"],
                target_words=None if item.length else chosen["targetWords"],
                search=chosen["useGoogleSearch"],
            )
            for item in self.items
        ]


def parse(user: User, keywords: Any, settings: Any, items: Any = None) -> Submission:
    """Check ``keywords`` (a list, or one string), or ``items`` in place of them, and ``settings``.

    Raises InvalidInput that names every wrong field by its path, such as ``settings.model`` or
    ``items[3].title``.
    """
    problems = Problems()
    name = "keywords" if items is None else "items"
    if items is None:
        entries = lists.from_keywords(keywords, problems)
    else:
        entries = lists.from_items(items, problems)
        if keywords is not None:
            problems.add("items", _("Give keywords or items, not both."))
    cleaned, model = checked_settings(user, settings, problems)
    kept = lists.kept(entries or [], str(cleaned.get("language", "")))
    if entries is not None:
        _check_number(kept, name, problems)
    if model is None or problems.fields:
        raise InvalidInput(problems.fields)
    return Submission(kept.items, cleaned, model, kept.places, kept.blank, kept.duplicates)


def _check_number(kept: lists.Kept, name: str, problems: Problems) -> None:
    most = django_settings.BATCH_MAX_KEYWORDS
    if not kept.items:
        problems.add(name, _("Give at least one keyword."))
    elif len(kept.items) > most:
        problems.add(
            name,
            _("A job has at most %(most)d keywords; these are %(count)d. Make several jobs.")
            % {"most": most, "count": len(kept.items)},
        )


def checked_settings(
    user: User, raw: Any, problems: Problems
) -> tuple[dict[str, Any], WritingModel | None]:
    """The settings object of a job with every key filled in, and the model that it names."""
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


def _target_words(value: Any) -> str | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if value is None or (whole and LEAST_WORDS <= value <= MOST_WORDS):
        return None
    return _("Must be a whole number from %(least)d to %(most)d, or null.") % {
        "least": LEAST_WORDS,
        "most": MOST_WORDS,
    }


def _search(value: Any) -> str | None:
    if value is True and not search.is_configured():
        return _("No search service is set up on this server; leave it false.")
    return _switch(value)


_CHECKS: dict[str, Callable[[Any], str | None]] = {
    "language": _one_of(LANGUAGES),
    "tone": _one_of(TONES),
    "length": _one_of(LENGTHS),
    "targetWords": _target_words,
    "outlineOption": _one_of(OUTLINE_OPTIONS),
    "autoInsertImages": _switch,
    "maxImages": _images,
    "useGoogleSearch": _search,
}


def _custom_outline(values: Mapping[str, Any], problems: Problems) -> str | None:
    path = "settings.customOutline"
    given = values["customOutline"]
    if given is not None and not isinstance(given, str):
        problems.add(path, _("Must be a text, one heading a line."))
        return None
    text = unicodedata.normalize("NFC", (given or "").replace("\r\n", "\n").strip())
    if UNSTORABLE.search(text):
        problems.add(path, _("Contains characters that cannot be stored."))
    if len(text) > OUTLINE_LENGTH:
        problems.add(path, _("Is longer than %(most)d characters.") % {"most": OUTLINE_LENGTH})
    elif values["outlineOption"] == "custom-outline":
        sentence = outline.problem(text)
        if sentence:
            problems.add(path, sentence)
    return text or None


def _website(user: User, value: Any, problems: Problems) -> None:
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


def _model(value: Any, problems: Problems) -> WritingModel | None:
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
