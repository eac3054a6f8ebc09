"""What is to be written: the keywords of a list, or items with wishes of their own."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from articles.writing.brief import LANGUAGES, LENGTHS

KEYWORD_LENGTH = 200
TITLE_LENGTH = 200
NOTE_LENGTH = 1000
ITEM_KEYS = ("keyword", "title", "note", "language", "length")
# Of a list that is wrong throughout, this many are said at once.
MOST_PROBLEMS = 100
SEPARATORS = re.compile(r"\r\n|[\n\r,]")
UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Item:
    """One article to be written; None where the settings of its job hold.

    ``title`` becomes the article's own, ``note`` is told to the writer.
    """

    keyword: str
    title: str | None = None
    note: str | None = None
    language: str | None = None
    length: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it is a keyword and nothing else."""
        return not (self.title or self.note or self.language or self.length)


@dataclass(frozen=True, slots=True)
class Kept:
    """A list without blank entries and repeats, and what was dropped.

    ``places`` are those of the items in the list, ``blank`` those of blank entries, from 1.
    """

    items: list[Item] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)


class Problems:
    """Collects what is wrong, so that everything can be said at once."""

    def __init__(self) -> None:
        self.fields: dict[str, list[str]] = {}

    def add(self, path: str, sentence: str) -> None:
        """``sentence`` is about the value at ``path``."""
        self.fields.setdefault(path, []).append(sentence)


def split(text: str) -> list[str]:
    """One string of keywords, split on newlines and commas."""
    return SEPARATORS.split(text)


def storable(text: str) -> str:
    """``text`` in normal form without blanks around it and without what cannot be stored."""
    return _normal(UNSTORABLE.sub("", text))


def from_keywords(raw: Any, problems: Problems) -> list[Item] | None:
    """The entries of a list or of one string, blank ones too; None where one is wrong."""
    parts = split(raw) if isinstance(raw, str) else raw
    if not isinstance(parts, list):
        problems.add("keywords", _("Give a list of keywords, or one text with a keyword a line."))
        return None
    for number, part in enumerate(parts, 1):
        sentence = _wrong_keyword(part, number)
        if sentence:
            problems.add("keywords", sentence)
            return None
    return [Item(_normal(part)) for part in parts]


def from_items(raw: Any, problems: Problems) -> list[Item] | None:
    """The items of a list of objects; None where one is wrong."""
    if not isinstance(raw, list):
        problems.add("items", _("Give a list of objects with a keyword each."))
        return None
    items: list[Item] = []
    wrong = 0
    for place, one in enumerate(raw):
        item, sentences = checked(one)
        for name, sentence in sentences.items():
            problems.add(f"items[{place}].{name}" if name else f"items[{place}]", sentence)
        wrong += len(sentences)
        if wrong >= MOST_PROBLEMS:
            break
        if item is not None:
            items.append(item)
    return None if wrong else items


def checked(raw: Any) -> tuple[Item | None, dict[str, str]]:
    """One item from an object; or None and a sentence for each wrong key, ``""`` for itself."""
    if not isinstance(raw, dict):
        return None, {"": _("Must be an object with a keyword.")}
    wrong: dict[str, str] = {}
    for key in raw:
        if key not in ITEM_KEYS:
            wrong[key] = _("There is no such field. Known are: %(names)s.") % {
                "names": ", ".join(ITEM_KEYS)
            }
    values = {name: _text(raw, name, wrong) for name in ITEM_KEYS}
    for name, most in (("keyword", KEYWORD_LENGTH), ("title", TITLE_LENGTH), ("note", NOTE_LENGTH)):
        if len(values[name] or "") > most:
            wrong[name] = _("Is longer than %(most)d characters.") % {"most": most}
    for name, known in (("language", LANGUAGES), ("length", LENGTHS)):
        if name not in wrong and values[name] and values[name] not in known:
            wrong[name] = _("Must be one of: %(choices)s.") % {"choices": ", ".join(known)}
    if not values["keyword"]:
        wrong.setdefault("keyword", _("Give a keyword."))
    if wrong:
        return None, wrong
    return Item(values["keyword"] or "", *(values[name] for name in ITEM_KEYS[1:])), {}


def _text(raw: dict[Any, Any], name: str, wrong: dict[str, str]) -> str | None:
    value = raw.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        wrong[name] = _("Must be a text.")
        return None
    if UNSTORABLE.search(value):
        wrong[name] = _("Contains characters that cannot be stored.")
        return None
    if name == "title":
        value = " ".join(value.split())
    return _normal(value.replace("\r\n", "\n")) or None


def kept(entries: Iterable[Item], language: str) -> Kept:
    """``entries`` without blank ones and repeats (case-insensitive).

    The same keyword in another language is no repeat; ``language`` is that of the settings. The
    blank end of a list is not worth a word.
    """
    found = Kept()
    seen: set[tuple[str, str]] = set()
    last = 0
    for place, item in enumerate(entries, 1):
        same = (item.keyword.casefold(), item.language or language)
        if not item.keyword:
            found.blank.append(place)
            continue
        last = place
        if same in seen:
            found.duplicates.append(item.keyword)
        else:
            seen.add(same)
            found.places.append(place)
            found.items.append(item)
    return replace(found, blank=[place for place in found.blank if place < last])


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip())


def _wrong_keyword(part: Any, number: int) -> str | None:
    if not isinstance(part, str):
        return _("Keyword %(number)d is not a text.") % {"number": number}
    if UNSTORABLE.search(part):
        return _("Keyword %(number)d contains characters that cannot be stored.") % {
            "number": number
        }
    if len(_normal(part)) > KEYWORD_LENGTH:
        return _("Keyword %(number)d is longer than %(most)d characters.") % {
            "number": number,
            "most": KEYWORD_LENGTH,
        }
    return None
