"""The dialog before a job is made: review, files, cutting, presets, examples, copies of jobs."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from jobs import lifecycle, submission
from jobs.models import BatchJob, SettingsPreset
from tests.pages.conftest import World
from tests.pages.test_batch_dialog import HTMX, fields, made

CSV = "Từ khóa,Tiêu đề,Ngôn ngữ\ncà phê,Về cà phê,\n,thiếu từ khóa,\ntrà,,Tiếng Anh\n"


def many(count: int) -> str:
    """A list of so many keywords."""
    return "\n".join(f"từ {number}" for number in range(count))


def again(client: Client, form: Any, **changes: Any) -> dict[str, Any]:
    """What the browser would send of the form that was shown."""
    values: dict[str, Any] = {}
    for name in form.fields:
        value = form[name].value()
        if value not in (None, False, ""):
            values[name] = "on" if value is True else value
    if form.sheet:
        values["column"] = form.sheet.columns
    return values | changes


def step(client: Client, name: str, **values: Any) -> Any:
    """The form after a step."""
    return client.post("/jobs/form", {**fields(), "step": name, **values}).context["form"]


def test_it_asks_once_more_above_ten(alice: Client, world: World) -> None:
    for headers in ({}, HTMX):
        answer = alice.post("/jobs", fields(keywords=many(11)), headers=headers)
        page = answer.content.decode()
        assert answer.status_code == 200
        assert 'id="batch-review"' in page and "Tạo 11 bài viết" in page
    assert not made(world)
    sent = again(alice, answer.context["form"])
    assert alice.post("/jobs", sent).status_code == 302
    assert alice.post("/jobs", sent).status_code == 302
    assert [job.total_items for job in made(world)] == [11]


def test_it_asks_again_after_a_change(alice: Client, world: World) -> None:
    shown = alice.post("/jobs", fields(keywords=many(11))).context["form"]
    for change in ({"keywords": many(12)}, {"tone": "creative"}, {"reviewed": "x"}):
        assert alice.post("/jobs", again(alice, shown, **change)).status_code == 200
    assert not made(world)


def test_it_does_not_ask_for_ten(alice: Client, world: World) -> None:
    assert alice.post("/jobs", fields(keywords=many(10))).status_code == 302
    assert len(made(world)) == 1


def upload(client: Client, data: bytes, name: str = "từ khóa.csv", **values: Any) -> Any:
    """The form after a file was imported."""
    return step(client, "import", file=SimpleUploadedFile(name, data), **values)


def test_it_imports_rows(alice: Client, world: World) -> None:
    form = upload(alice, CSV.encode(), keywords="gõ tay")
    assert [one.number for one in form.rows.wrong] == [3]
    refused = alice.post("/jobs", again(alice, form))
    assert refused.context["form"].errors.keys() == {"skipWrong"}
    page = refused.content.decode()
    assert "Dòng 3" in page and "thiếu từ khóa" in page
    assert "gõ tay</textarea>" in page
    assert alice.post("/jobs", again(alice, form, skipWrong="on")).status_code == 302
    [job] = made(world)
    assert list(job.items.values_list("keyword", "title", "language")) == [
        ("cà phê", "Về cà phê", None), ("trà", None, "en"),
    ]  # fmt: skip


def test_it_takes_columns_by_hand(alice: Client, world: World) -> None:
    form = upload(alice, "A;B\ncà phê;ngắn gọn\n".encode())
    refused = alice.post("/jobs", again(alice, form))
    assert "cột nào của tệp chứa từ khóa" in refused.content.decode()
    form = step(alice, "columns", **again(alice, form, column=["keyword", "note"]))
    assert form.number_of_rows == 1
    alice.post("/jobs", again(alice, form))
    [job] = made(world)
    assert job.items.get().note == "ngắn gọn"


def test_it_adds_plain_lists_to_what_was_typed(alice: Client) -> None:
    form = upload(alice, "trà\ncà phê".encode(), "a.txt", keywords="nước\n")
    assert form["keywords"].value() == "nước\ntrà\ncà phê"
    assert form.sheet is None


def test_it_discards_rows(alice: Client) -> None:
    form = upload(alice, CSV.encode(), keywords="gõ tay")
    form = step(alice, "discard", **again(alice, form))
    assert (form.sheet, form["keywords"].value()) == (None, "gõ tay")


@pytest.mark.parametrize("data", [b"", b"\0\1\2", b"a" * 1_000_001])
def test_it_says_why_a_file_is_of_no_use(alice: Client, data: bytes) -> None:
    form = upload(alice, data, keywords="giữ lại")
    assert form.said["import_wrong"]
    assert form["keywords"].value() == "giữ lại"
    assert step(alice, "import").said["import_wrong"]


def test_it_refuses_a_body_that_no_form_has(alice: Client) -> None:
    file = SimpleUploadedFile("a.csv", b"a" * 2_100_000)
    assert alice.post("/jobs/form", {"step": "import", "file": file}).status_code == 413


def test_it_takes_no_forged_rows(alice: Client, world: World) -> None:
    for table in ("{", '["a",["h"],[[1]],2]'):
        answer = alice.post("/jobs", fields(table=table))
        assert answer.status_code == 200
        assert answer.context["form"].errors
    assert not made(world)


def poor(user: User, articles: int) -> None:
    """Leave the user so many articles."""
    held = User.objects.get(pk=user.pk).articles_held
    User.objects.filter(pk=user.pk).update(article_limit=articles + held)


def test_it_cuts_the_list_to_what_can_be_paid(alice: Client, world: World) -> None:
    poor(world.alice, 2)
    page = alice.post("/jobs/estimate", fields(keywords="a, b, A,\nc, d")).content.decode()
    assert "đủ cho 2 trong 4 bài" in page and 'value="trim"' in page
    form = step(alice, "trim", keywords="a, b, A,\nc, d")
    assert form["keywords"].value() == "a\nb\nA"
    assert form["later"].value() == "c\nd"
    back = step(alice, "untrim", **again(alice, form))
    assert (back["keywords"].value(), back["later"].value()) == ("a\nb\nA\nc\nd", "")


def test_it_cuts_imported_rows(alice: Client, world: World) -> None:
    poor(world.alice, 1)
    form = upload(alice, CSV.encode())
    form = step(alice, "trim", **again(alice, form, skipWrong="on"))
    assert [item.keyword for item in form.rows.items] == ["cà phê"]
    assert "trà" in form["later"].value()
    page = alice.post("/jobs/form", again(alice, form, step="show")).content.decode()
    assert "1 từ khóa để lại lần sau" in page
    back = step(alice, "untrim", **again(alice, form))
    assert [item.keyword for item in back.rows.items] == ["cà phê", "trà"]


def test_it_keeps_presets(alice: Client, bob: Client, world: World) -> None:
    form = step(alice, "save-preset", presetName="Blog", tone="creative")
    preset = SettingsPreset.objects.get()
    assert (form.own.presets, preset.settings["tone"]) == ([(preset.pk, "Blog")], "creative")
    form = step(alice, "use-preset", preset=preset.pk, tone="casual", keywords="giữ lại")
    assert (form["tone"].value(), form["keywords"].value()) == ("creative", "giữ lại")
    step(alice, "save-preset", preset=preset.pk, tone="professional")
    assert SettingsPreset.objects.get().settings["tone"] == "professional"
    renamed = step(alice, "rename-preset", preset=preset.pk, presetName="Báo")
    assert renamed.own.presets == [(preset.pk, "Báo")]
    for act in ("use-preset", "delete-preset", "rename-preset"):
        assert step(bob, act, preset=preset.pk, presetName="X").said["presets_wrong"]
    assert step(alice, "delete-preset", preset="x").said["presets_wrong"]
    assert not step(alice, "delete-preset", preset=preset.pk).own.presets


def test_it_says_what_is_wrong_with_a_preset(alice: Client) -> None:
    assert step(alice, "save-preset", presetName="x" * 61).said["presets_wrong"]
    assert step(alice, "save-preset", presetName="Blog", tone="angry").said["presets_wrong"]
    assert not SettingsPreset.objects.exists()


def test_it_begins_with_the_last_settings(alice: Client, bob: Client) -> None:
    alice.post("/jobs", fields(tone="creative", length="long", outlineOption="ai-outline"))
    page = alice.get("/account").content.decode()
    for value in ("creative", "long", "ai-outline"):
        assert f'value="{value}" selected' in page
    assert 'value="creative" selected' not in bob.get("/account").content.decode()


def test_it_copies_a_job_of_keywords(alice: Client, bob: Client, world: World) -> None:
    path = f"/account?tab=batch-jobs&write=1&from={world.done.pk}"
    page = alice.get(path).content.decode()
    assert "từ khóa 1\ntừ khóa 2</textarea>" in page
    assert "data-prefilled" in page
    assert "từ khóa 1\ntừ khóa 2" not in bob.get(path).content.decode()


@pytest.mark.parametrize("number", ["", "0", "x", "-1", "9" * 40, "²"])
def test_it_ignores_jobs_that_are_not_there(alice: Client, number: str) -> None:
    answer = alice.get("/account", {"tab": "batch-jobs", "write": "1", "from": number})
    assert answer.status_code == 200
    assert "data-prefilled" not in answer.content.decode()


def test_it_copies_a_job_of_items(alice: Client, world: World) -> None:
    items = [{"keyword": "a, b", "title": "T", "length": "long"}, {"keyword": "c"}]
    checked = submission.parse(world.alice, None, {"model": "offline", "tone": "casual"}, items)
    job, _ = lifecycle.create(world.alice, checked)
    answer = alice.get("/account", {"tab": "batch-jobs", "write": "1", "from": job.pk})
    assert 'value="casual" selected' in answer.content.decode()
    table = re.search(r'name="table" value="([^"]*)"', answer.content.decode())
    assert table
    sent = fields(table=table[1].replace("&quot;", '"'), keywords="")
    assert alice.post("/jobs", sent).status_code == 302
    copy = BatchJob.objects.filter(user=world.alice).latest("pk")
    assert list(copy.items.values_list("keyword", "title", "length")) == [
        ("a, b", "T", "long"), ("c", None, None),
    ]  # fmt: skip


def test_it_teaches_where_there_is_nothing_yet(bob: Client) -> None:
    page = bob.get("/account?tab=batch-jobs").content.decode()
    assert "cách pha cà phê phin" in page
    address = re.search(r'href="([^"]*examples=1)"', page)
    assert address
    filled = bob.get(address[1].replace("&amp;", "&")).content.decode()
    assert "cà phê Đà Lạt\ncách pha cà phê phin\nhạt cà phê ngon</textarea>" in filled
    assert re.search(r'<dialog id="batch-write"[^>]* open>', filled)


def test_it_tells_which_form_the_last_job_came_from(alice: Client) -> None:
    sent = fields()
    alice.post("/jobs", sent)
    assert f'data-used="{sent["submission"]}"' in alice.get("/account").content.decode()


def test_it_says_what_a_list_needs(alice: Client, world: World) -> None:
    sent = fields(keywords="từ khóa 1, tu khoa 1, mới,, Mới")
    page = alice.post("/jobs/estimate", sent).content.decode()
    for words in ("2 mục bị bỏ", "“Mới”: lặp lại", "Mục 4: trống", "khác dấu", "Token dự kiến",
                  "1 từ khóa đã có bài viết của bạn", "khoảng 1 phút"):  # fmt: skip
        assert words in page, words


@pytest.mark.parametrize("path", ["/account?tab=batch-jobs&write=1", "/jobs/form"])
def test_it_needs_few_queries(
    alice: Client, world: World, path: str, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(16):
        alice.get(path)
    with django_assert_max_num_queries(20):
        alice.post("/jobs/estimate", fields(keywords=many(200)))
