"""The dialog "Write in bulk": what it posts, what it refuses, what it keeps."""

import re
import uuid
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from articles.models import WritingModel
from jobs.models import BatchJob
from tests.pages.conftest import World

HTMX = {"HX-Request": "true"}


def fields(**changes: Any) -> dict[str, Any]:
    """What the dialog sends."""
    return {
        "submission": uuid.uuid4().hex,
        "keywords": "forex cơ bản, giao dịch forex\nForex Cơ Bản\n\n",
        "model": "offline",
        "language": "vi",
        "tone": "casual",
        "length": "short",
        "outlineOption": "no-outline",
        "customOutline": "",
        "maxImages": "5",
        "websiteId": "",
        **changes,
    }


def made(world: World) -> list[BatchJob]:
    """Alice's jobs beyond those of the world."""
    known = [world.done.pk, world.job.pk]
    return list(BatchJob.objects.filter(user=world.alice).exclude(pk__in=known))


def test_it_has_the_fields_of_the_contract(alice: Client) -> None:
    page = alice.get("/account?tab=articles").content.decode()
    dialog = page[page.index('<dialog id="batch-write"') :]
    names = set(re.findall(r'name="(\w+)"', dialog))
    assert names >= {
        "keywords", "model", "language", "tone", "length", "outlineOption", "customOutline",
        "autoInsertImages", "maxImages", "websiteId", "useGoogleSearch",
    }  # fmt: skip
    assert "Viết bài hàng loạt" in page


def test_it_makes_a_job_and_says_so(alice: Client, world: World) -> None:
    answer = alice.post("/jobs", fields(websiteId=str(world.website.pk)), follow=True)
    assert answer.redirect_chain == [("/account?tab=batch-jobs", 302)]
    assert "Đã tạo batch job với 2 bài viết" in answer.content.decode()
    [job] = made(world)
    assert list(job.items.values_list("keyword", flat=True)) == ["forex cơ bản", "giao dịch forex"]
    assert job.settings == {
        "model": "offline", "language": "vi", "tone": "casual", "length": "short",
        "targetWords": None,
        "outlineOption": "no-outline", "customOutline": None, "autoInsertImages": False,
        "maxImages": 5, "websiteId": world.website.pk, "useGoogleSearch": False,
    }  # fmt: skip


def test_it_takes_a_number_of_words(alice: Client, world: World) -> None:
    alice.post("/jobs", fields(targetWords="777"))
    assert made(world)[0].settings["targetWords"] == 777
    page = alice.post("/jobs", fields(targetWords="299")).content.decode()
    assert "300" in page and 'id="batch-targetWords"' in page and len(made(world)) == 1


def test_it_tells_a_script_where_to_go(alice: Client) -> None:
    answer = alice.post("/jobs", fields(), headers=HTMX)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/account?tab=batch-jobs")


def test_it_makes_one_job_of_a_double_click(alice: Client, world: World) -> None:
    same = fields()
    for _ in range(3):
        assert alice.post("/jobs", same).status_code == 302
    assert len(made(world)) == 1


def test_it_makes_another_job_of_other_words(alice: Client, world: World) -> None:
    """The back button brings the form back with its old id."""
    shown = uuid.uuid4().hex
    alice.post("/jobs", fields(submission=shown))
    alice.post("/jobs", fields(submission=shown, keywords="vàng"))
    assert len(made(world)) == 2


@pytest.mark.parametrize("shown", ["", "x" * 500, "'; --", "Z" * 32])
def test_it_takes_any_id_without_failing(alice: Client, world: World, shown: str) -> None:
    assert alice.post("/jobs", fields(submission=shown)).status_code == 302
    assert len(made(world)) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"keywords": " , \n"}, "keywords"),
        ({"keywords": "a" * 201}, "keywords"),
        ({"keywords": "a\x00b"}, "keywords"),
        ({"model": "no-such"}, "model"),
        ({"model": ""}, "model"),
        ({"model": "gpt-4"}, "model"),
        ({"tone": "angry"}, "tone"),
        ({"length": "endless"}, "length"),
        ({"language": "xx"}, "language"),
        ({"outlineOption": "custom-outline"}, "customOutline"),
        ({"outlineOption": "nonsense"}, "outlineOption"),
        ({"maxImages": "many"}, "maxImages"),
        ({"maxImages": "21"}, "maxImages"),
        ({"websiteId": "999999"}, "websiteId"),
        ({"websiteId": "x"}, "websiteId"),
    ],
)
def test_it_shows_errors_and_keeps_what_was_typed(
    alice: Client, world: World, change: dict[str, str], field: str
) -> None:
    sent = {"keywords": "giữ lại", "customOutline": "", **change}
    for headers in ({}, HTMX):
        answer = alice.post("/jobs", fields(**sent), headers=headers)
        page = answer.content.decode()
        assert answer.status_code == 200
        assert answer.context["form"].errors.keys() == {field}
        assert f'id="batch-{field}_error"' in page
        if sent["keywords"] == "giữ lại":
            assert "giữ lại</textarea>" in page
    assert not made(world)


def test_it_shows_the_dialog_open_without_scripts(alice: Client) -> None:
    refused = alice.post("/jobs", fields(keywords="")).content.decode()
    assert re.search(r'<dialog id="batch-write"[^>]* open>', refused)
    asked = alice.get("/account?tab=articles&write=1").content.decode()
    assert re.search(r'<dialog id="batch-write"[^>]* open>', asked)
    usual = alice.get("/account?tab=articles").content.decode()
    assert not re.search(r'<dialog id="batch-write"[^>]* open>', usual)


def test_it_estimates_without_writing(alice: Client, world: World) -> None:
    answer = alice.post("/jobs/estimate", fields())
    assert answer.context["estimate"].total_items == 2
    assert 'data-total="2"' in answer.content.decode()
    assert not made(world)
    assert "data-total" not in alice.post("/jobs/estimate", fields(keywords="")).content.decode()


def test_it_offers_models_with_their_reasons(alice: Client) -> None:
    page = alice.get("/account").content.decode()
    assert re.search(r'value="gpt-4" disabled>\s*GPT-4 \(máy chủ chưa có khóa API\)', page)
    assert re.search(r'value="offline" selected>', page)


def test_it_tells_when_a_model_is_withdrawn(alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "OPENAI_API_KEY", "a-key")
    model = WritingModel.objects.exclude(retires_on=None).filter(provider="openai").earliest("pk")
    page = alice.get("/account").content.decode()
    assert f"{model.label} (ngừng ngày" in page


def test_it_slows_down_a_hurried_user(alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.THROTTLE_RATES, "job_create", "2/min")
    answers = [alice.post("/jobs", fields()) for _ in range(4)]
    assert answers[0].status_code == 302
    assert "thao tác quá nhanh" in answers[-1].content.decode()


def test_it_says_when_there_are_too_many_jobs(
    alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "BATCH_MAX_OPEN_JOBS", 1)
    answer = alice.post("/jobs", fields())
    assert "1 job chưa xong" in answer.content.decode()
