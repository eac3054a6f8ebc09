"""Files of keywords: encodings, delimiters, workbooks, columns, rows that are wrong."""

import io
import zipfile
from typing import Any

import pytest
from django.conf import LazySettings
from openpyxl import Workbook

from jobs import imports, sheets
from jobs.imports import Unreadable
from jobs.sheets import Sheet

TABLE = "Từ khóa,Tiêu đề,Ghi chú\ncà phê,Về cà phê,\ntrà sữa,,uống lạnh\n"


def read(data: bytes | str, name: str = "a.csv", encoding: str = "utf-8") -> Sheet:
    """The sheet of a file that surely is one."""
    found = imports.read(name, data.encode(encoding) if isinstance(data, str) else data)
    assert isinstance(found, Sheet)
    return found


def keywords(sheet: Sheet) -> list[str]:
    """The keywords of its good rows."""
    return [item.keyword for item in sheet.read().items]


def workbook(rows: list[list[Any]]) -> bytes:
    """An XLSX file."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_it_reads_unicode(encoding: str) -> None:
    sheet = read(TABLE, encoding=encoding)
    assert keywords(sheet) == ["cà phê", "trà sữa"]
    assert sheet.columns == ["keyword", "title", "note"]


def test_it_reads_old_vietnamese_files() -> None:
    """Windows-1258 writes a tone as a sign after its letter."""
    import unicodedata

    tones = dict.fromkeys((0x300, 0x301, 0x303, 0x309, 0x323))
    text = "".join(
        unicodedata.normalize("NFC", "".join(c for c in unicodedata.normalize("NFD", letter)
                                             if ord(c) not in tones))
        + "".join(c for c in unicodedata.normalize("NFD", letter) if ord(c) in tones)
        for letter in "Từ khóa;Ngôn ngữ\nđường phố;Tiếng Việt\n"
    )  # fmt: skip
    assert keywords(read(text.encode("cp1258"))) == ["đường phố"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_it_finds_the_delimiter(delimiter: str) -> None:
    sheet = read(TABLE.replace(",", delimiter))
    assert keywords(sheet) == ["cà phê", "trà sữa"]


def test_it_reads_quotes() -> None:
    sheet = read('keyword,note\n"một, hai","dòng 1\ndòng 2"\n')
    item = sheet.read().items[0]
    assert (item.keyword, item.note) == ("một, hai", "dòng 1\ndòng 2")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "cà phê, trà sữa\n\nbánh mì"),
        ("a.csv", "cà phê\ntrà sữa\nbánh mì\n"),
        ("a", "cà phê\r\ntrà sữa\r\nbánh mì"),
    ],
)
def test_it_takes_plain_lists_as_keywords(name: str, text: str) -> None:
    assert imports.read(name, text.encode()) == ["cà phê", "trà sữa", "bánh mì"]


def test_it_reads_workbooks() -> None:
    rows = [["Keyword", "Độ dài", "Ghi chú"], ["cà phê", "Ngắn", 5.0], [], ["trà", "dài", None]]
    sheet = read(workbook(rows), "a.xlsx")
    found = sheet.read()
    assert [(one.keyword, one.length, one.note) for one in found.items] == [
        ("cà phê", "short", "5"), ("trà", "long", None),
    ]  # fmt: skip
    assert (found.numbers, found.blank) == ([2, 4], [3])


def test_it_understands_names_of_languages() -> None:
    names = ["vi", "Tiếng Anh", "English", "Deutsch", "日本語", "tiếng Nhật", "Klingon"]
    sheet = read("keyword;ngôn ngữ\n" + "\n".join(f"k{n};{name}" for n, name in enumerate(names)))
    found = sheet.read()
    assert [one.language for one in found.items] == ["vi", "en", "en", "de", "ja", "ja"]
    assert [(one.number, one.reasons[0][0]) for one in found.wrong] == [(8, "language")]


def test_it_lists_wrong_rows_with_their_numbers() -> None:
    sheet = read("keyword,title\ngood,\n,no keyword\n" + "x" * 201 + ",\n\nfine,\n")
    found = sheet.read()
    assert [one.keyword for one in found.items] == ["good", "fine"]
    assert [(one.number, [name for name, _ in one.reasons]) for one in found.wrong] == [
        (3, ["keyword"]), (4, ["keyword"]),
    ]  # fmt: skip
    assert found.blank == [5]


def test_it_leaves_unknown_columns_to_be_chosen() -> None:
    sheet = read("A,B\ncà phê,ngắn gọn\n")
    assert sheet.columns == ["", ""]
    assert not sheet.names_keywords
    chosen = sheet.with_columns(["keyword", "note", "title"])
    assert chosen.read().items[0].note == "ngắn gọn"
    assert sheet.with_columns(["keyword", "keyword"]).columns == ["keyword", ""]
    assert sheet.with_columns(["<b>"]).columns == ["", ""]


def test_it_travels_in_a_form() -> None:
    sheet = read(TABLE)
    assert sheets.loaded(sheet.dumped()) == sheet
    assert sheets.loaded(sheet.dumped(), ["", "keyword", ""]) == sheet.with_columns(
        ["", "keyword", ""]
    )


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "5", "[1,2,3,4]", '["a",["h"],[[1]],2]', '["a",["h"],["x"],2]', "[" * 5000,
     '["a",[],[],2]', '["a",["h"],[["x"]],"y"]', '["a",["h"],[["x"]],-5]', '["a",null,[],2]',
     '["a",["h"],{"x":1},2]', '["a",["h"],[' + ",".join(['["' + "x" * 1000 + '"]'] * 800) + "],2]"],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_it_takes_no_forged_sheet(text: str) -> None:
    assert sheets.loaded(text) is None


@pytest.mark.parametrize(
    "data",
    [b"", b"\n\n,,\n", b"\x89PNG\r\n\x1a\n\0\0\0", b"PK\x03\x04nonsense", b"a" * 1_000_001,
     b"\xff\xfea", ("k\n" * 1200).encode(), (";".join("abcdefgh" * 4) + "\n").encode() * 2,
     b'keyword,note\n"' + b"never closed\n" * 30_000],
    ids=lambda data: repr(data[:12]),
)  # fmt: skip
def test_it_says_why_a_file_cannot_be_used(data: bytes) -> None:
    with pytest.raises(Unreadable) as error:
        imports.read("a.csv", data)
    assert error.value.message


def test_it_refuses_a_packed_bomb() -> None:
    data = workbook([["keyword"], ["a"]])
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", 8) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename.endswith("sheet1.xml"):
                content += b" " * 40_000_000
            new.writestr(entry.filename, content)
    assert len(packed.getvalue()) < imports.FILE_BYTES
    with pytest.raises(Unreadable):
        imports.read("a.xlsx", packed.getvalue())


def test_it_refuses_a_document_with_entities() -> None:
    data = workbook([["keyword"], ["a"]])
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", 8) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename.endswith("sheet1.xml"):
                doctype = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
                content = doctype + content[content.index(b"<worksheet") :]
            new.writestr(entry.filename, content)
    with pytest.raises(Unreadable):
        imports.read("a.xlsx", packed.getvalue())


def test_it_bounds_the_rows(settings: LazySettings) -> None:
    settings.BATCH_MAX_KEYWORDS = 3
    assert len(read("keyword,title\na,\nb,\nc,\n").read().items) == 3
    with pytest.raises(Unreadable, match="5"):
        imports.read("a.csv", b"keyword,title\na,\nb,\nc,\nd,\n")


def test_it_cuts_and_joins() -> None:
    sheet = read("keyword,title\na,\n,wrong\nb,\nc,\n")
    kept, rest = sheet.divided(4)
    assert (keywords(kept), keywords(rest)) == (["a"], ["b", "c"])
    assert [one.number for one in kept.read().wrong] == [3]
    assert rest.read().numbers == [4, 5]
    assert kept.joined(rest) == sheet
