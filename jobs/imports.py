"""Files of keywords: text, CSV and XLSX become a sheet of cells, whatever their encoding."""

import csv
import io
import re
import zipfile
from contextlib import suppress
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.conf import settings as django_settings
from django.utils.translation import gettext as _

from jobs import keywords as lists
from jobs.sheets import MOST_COLUMNS, MOST_TEXT, Sheet, bytes_of, matched

FILE_BYTES = 1_000_000
# An XLSX file is a packed folder: what it unpacks to is looked at before anything is read.
UNPACKED_BYTES = 30_000_000
# Sheets often go on in empty rows; beyond so many nobody looks for more.
MOST_SHEET_ROWS = 20_000
DELIMITERS = (",", ";", "\t", "|")
# What stands between cells, and is no text itself.
BETWEEN = "".join(DELIMITERS) + '" \r\n'
PLAIN_NAME = re.compile(r"\.(?:txt|md|text)\Z", re.IGNORECASE)
UTF_16_SAMPLE = 200


class Unreadable(Exception):
    """The file cannot be used; ``message`` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def read(name: str, data: bytes) -> Sheet | list[str]:
    """The sheet of a file, or plain keywords where it holds nothing else. Raises Unreadable."""
    if len(data) > FILE_BYTES:
        raise Unreadable(_("The file is larger than 1 MB. Split it into several files."))
    if data.startswith(b"PK\x03\x04"):
        rows = _from_workbook(data)
    else:
        text = _decoded(data)
        if PLAIN_NAME.search(name) and "\t" not in text:
            return [part.strip() for part in lists.split(text) if part.strip()]
        rows = _from_text(text)
    return _sheet(name, rows)


def _sheet(name: str, rows: list[list[str]]) -> Sheet | list[str]:
    filled = [row for row in rows if any(row)]
    if not filled:
        raise Unreadable(_("The file holds no text."))
    most = django_settings.BATCH_MAX_KEYWORDS
    if len(filled) > most + 1:
        raise Unreadable(
            _("The file has %(count)d rows; a job has at most %(most)d keywords. Split it.")
            % {"count": len(filled), "most": most}
        )
    if max(map(len, filled)) > MOST_COLUMNS:
        raise Unreadable(_("The file has more than %(most)d columns.") % {"most": MOST_COLUMNS})
    if sum(map(bytes_of, rows)) > MOST_TEXT:
        raise Unreadable(_("The file holds too much text. Split it into several files."))
    while not any(rows[-1]):
        rows.pop()
    first = next(number for number, row in enumerate(rows) if any(row))
    header, width = rows[first], max(map(len, filled))
    if width == 1 and not any(matched(header)):
        words = [row[0] for row in filled]
        if not any(lists.SEPARATORS.search(word) for word in words):
            return words
        return Sheet(name, ["keyword"], rows, first=1, columns=["keyword"])
    header = header + [""] * (width - len(header))
    return Sheet(name, header, rows[first + 1 :], first=first + 2, columns=matched(header))


def _decoded(data: bytes) -> str:
    """The text of a file: UTF-8, UTF-16 (with a mark or without), else Windows-1258."""
    wide = _utf_16(data)
    for encoding in [wide] if wide else ["utf-8-sig", "cp1258"]:
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            if "\0" not in text:
                return text
    raise Unreadable(
        _("This is no text, CSV or XLSX file, or its encoding is unknown. Save it as UTF-8.")
    )


def _utf_16(data: bytes) -> str | None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    sample = data[:UTF_16_SAMPLE]
    if len(data) % 2 == 0 and b"\0" in sample:
        return "utf-16-le" if sample[1::2].count(0) >= sample[::2].count(0) else "utf-16-be"
    return None


def _from_text(text: str) -> list[list[str]]:
    if not text.strip(BETWEEN):
        return []
    readings = [_parsed(text, delimiter) for delimiter in DELIMITERS]
    if not any(readings):
        raise Unreadable(_("The table in this file cannot be read: a quote is not closed."))
    return max(readings, key=_credibility)


def _parsed(text: str, delimiter: str) -> list[list[str]]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [_trimmed(row) for row in islice(lines, MOST_SHEET_ROWS)]
    except csv.Error:
        return []


def _credibility(rows: list[list[str]]) -> tuple[int, int]:
    """How much a reading looks like a table: known column names, then columns in every row."""
    filled = [row for row in rows[:50] if any(row)]
    if not filled:
        return -1, 0
    return sum(1 for name in matched(filled[0]) if name), min(map(len, filled))


def _from_workbook(data: bytes) -> list[list[str]]:
    # Imported where it is needed: a worker and most pages never read a workbook.
    from openpyxl import load_workbook

    _refuse_bomb(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.active
        if sheet is None or not hasattr(sheet, "reset_dimensions"):
            raise Unreadable(_("The workbook has no sheet of cells."))
        sheet.reset_dimensions()
        found = sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True)
        rows = [_trimmed([_cell(one) for one in row]) for row in islice(found, MOST_SHEET_ROWS + 1)]
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(_("The workbook is damaged or protected and cannot be read.")) from error
    if len(rows) > MOST_SHEET_ROWS:
        raise Unreadable(_("The sheet has too many rows. Copy the keywords into a new file."))
    return rows


def _refuse_bomb(data: bytes) -> None:
    """What is unpacked is never more than the archive's own list of contents says."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Unreadable(_("The workbook is damaged or protected and cannot be read.")) from error
    if size > UNPACKED_BYTES:
        raise Unreadable(_("The file holds too much text. Split it into several files."))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def _trimmed(row: list[str]) -> list[str]:
    """The cells without blanks around them, and without empty ones at the end."""
    cells = [lists.storable(cell) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells
