"""A sheet of cells that came from a file: which column is what, and the items of its rows."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.conf import settings as django_settings

from articles.writing.brief import LANGUAGES, LENGTHS
from jobs import keywords as lists
from jobs.keywords import ITEM_KEYS, Item
from jobs.likeness import without_marks

MOST_COLUMNS = 30
# Bytes of text; a form carries them back and forth.
MOST_TEXT = 700_000
PREVIEW_ROWS = 5
WORD = re.compile(r"[^a-z0-9]+")
# Names of columns and values, without marks, blanks and capitals.
COLUMN_NAMES: Mapping[str, str] = {
    **dict.fromkeys(
        ("keyword", "keywords", "mainkeyword", "query", "topic", "tukhoa", "tukhoachinh", "chude"),
        "keyword",
    ),
    **dict.fromkeys(
        ("title", "headline", "articletitle", "h1", "tieude", "tieudebai", "tieudebaiviet",
         "tenbai", "tenbaiviet"),
        "title",
    ),
    **dict.fromkeys(
        ("note", "notes", "brief", "instructions", "comment", "ghichu", "yeucau", "mota", "luuy"),
        "note",
    ),
    **dict.fromkeys(("language", "lang", "ngonngu"), "language"),
    **dict.fromkeys(("length", "size", "dodai", "chieudai"), "length"),
}  # fmt: skip
LENGTH_NAMES = {
    "short": "short", "ngan": "short", "medium": "medium", "vua": "medium", "trungbinh": "medium",
    "long": "long", "dai": "long",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that cannot be written: its number in the file, its cells, and why."""

    number: int
    cells: str
    reasons: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Rows:
    """What a sheet holds: items with the numbers of their rows, wrong rows, empty rows."""

    items: list[Item]
    numbers: list[int]
    wrong: list[Wrong]
    blank: list[int]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Cells below a header; ``first`` is the number of the first row in its file.

    ``columns`` says what each column is: one of the keys of an item, or nothing.
    """

    name: str
    header: list[str]
    rows: list[list[str]]
    first: int
    columns: list[str]

    @property
    def names_keywords(self) -> bool:
        """Whether it is known which column holds the keywords."""
        return "keyword" in self.columns

    @property
    def named_columns(self) -> list[tuple[str, str]]:
        """The name of each column, and what it is."""
        return list(zip(self.header, self.columns, strict=True))

    @property
    def preview(self) -> list[tuple[int, list[str]]]:
        """The first rows with their numbers, every one with a cell for each column."""
        width = len(self.header)
        return [
            (number, (row + [""] * width)[:width])
            for number, row in enumerate(self.rows[:PREVIEW_ROWS], self.first)
        ]

    def dumped(self) -> str:
        """The sheet as a text that a form can carry."""
        return json.dumps([self.name, self.header, self.rows, self.first], ensure_ascii=False)

    def with_columns(self, columns: list[str]) -> "Sheet":
        """The same cells with other meanings; the first column of a meaning has it."""
        chosen = [name if name in ITEM_KEYS else "" for name in columns[: len(self.header)]]
        chosen += [""] * (len(self.header) - len(chosen))
        return replace(self, columns=_once(chosen))

    def read(self) -> Rows:
        """Every row as an item, or with what is wrong with it."""
        found = Rows([], [], [], [])
        for number, row in enumerate(self.rows, self.first):
            if not any(row):
                found.blank.append(number)
                continue
            item, reasons = lists.checked(self._item(row))
            if item is None:
                found.wrong.append(Wrong(number, " · ".join(filter(None, row)), [*reasons.items()]))
            else:
                found.items.append(item)
                found.numbers.append(number)
        return found

    def divided(self, number: int) -> tuple["Sheet", "Sheet"]:
        """The rows before the row with this ``number``, and the others."""
        cut = number - self.first
        rest = replace(self, rows=self.rows[cut:], first=number)
        return replace(self, rows=self.rows[:cut]), rest

    def joined(self, rest: "Sheet") -> "Sheet":
        """This sheet with the rows that were cut off from it."""
        return replace(self, rows=self.rows + rest.rows)

    def _item(self, row: list[str]) -> dict[str, str]:
        values = {
            name: cell for name, cell in zip(self.columns, row, strict=False) if name and cell
        }
        if "language" in values:
            values["language"] = _named(values["language"], _LANGUAGE_NAMES)
        if "length" in values:
            values["length"] = _named(values["length"], LENGTH_NAMES)
        return values


def loaded(text: str, columns: list[str] | None = None) -> Sheet | None:
    """The sheet that a form carried; None where it is none. ``columns`` were chosen by hand."""
    try:
        name, header, rows, first = json.loads(text)
        sheet = Sheet(str(name), header, rows, int(first), matched(header))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    if not _is_sound(sheet):
        return None
    return sheet if columns is None else sheet.with_columns(columns)


def of_items(name: str, items: list[Item]) -> Sheet:
    """A sheet with a row for each of ``items``."""
    rows = [[getattr(item, key) or "" for key in ITEM_KEYS] for item in items]
    return Sheet(name, list(ITEM_KEYS), rows, 2, list(ITEM_KEYS))


def bytes_of(row: list[str]) -> int:
    """How much text the cells of a row hold."""
    return sum(len(cell.encode(errors="replace")) for cell in row)


def matched(header: list[str]) -> list[str]:
    """What each column is, as far as its name tells."""
    return _once([_named(name, COLUMN_NAMES, otherwise="") for name in header])


def _is_sound(sheet: Sheet) -> bool:
    """Whether the cells are texts, and no more than a file may have."""
    if not 0 < len(sheet.header) <= MOST_COLUMNS or not isinstance(sheet.rows, list):
        return False
    size = 0
    for row in [sheet.header, *sheet.rows]:
        if not isinstance(row, list) or len(row) > MOST_COLUMNS:
            return False
        if not all(isinstance(cell, str) for cell in row):
            return False
        size += bytes_of(row)
    most = 20 * django_settings.BATCH_MAX_KEYWORDS
    return 0 <= sheet.first < 10**6 and len(sheet.rows) <= most and size <= MOST_TEXT


def _once(columns: list[str]) -> list[str]:
    return [name if name not in columns[:place] else "" for place, name in enumerate(columns)]


def _plain(text: str) -> str:
    bare = without_marks(text)
    return WORD.sub("", bare) or bare.strip()


def _named(value: str, names: Mapping[str, str], *, otherwise: str | None = None) -> str:
    """The code of a name; a value that is no known name stays what it is."""
    return names.get(_plain(value), value if otherwise is None else otherwise)


def _language_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for code, (english, native) in LANGUAGES.items():
        for name in (code, english, native):
            names[_plain(name)] = code
    return names | {_plain(f"tieng {name}"): code for name, code in _IN_VIETNAMESE.items()}


_IN_VIETNAMESE = {
    "viet": "vi", "anh": "en", "duc": "de", "tay ban nha": "es", "phap": "fr", "indonesia": "id",
    "y": "it", "nhat": "ja", "han": "ko", "bo dao nha": "pt", "nga": "ru", "thai": "th",
    "trung": "zh",
}  # fmt: skip
_LANGUAGE_NAMES = _language_names()
assert set(LENGTH_NAMES.values()) == set(LENGTHS), "every length has its names"
