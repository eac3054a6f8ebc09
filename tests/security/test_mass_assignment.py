"""Threat 2: fields of rows that a request must not set, from the models themselves.

Every name of every column, as it is called in Python and in JSON, is sent to every route that
writes. What the API does not refuse by name must be listed here; what forms ignore must not change.
"""

from typing import Any

import pytest
from django.db.models import Field, Model
from django.test import Client

from accounts.models import TokenEntry, User
from articles.models import Article, Website
from jobs.models import BatchItem, BatchJob
from tests.api.conftest import World, client_of

MODELS: list[type[Model]] = [User, TokenEntry, Article, Website, BatchJob, BatchItem]
ARTICLE = {"title", "slug", "metaTitle", "metaDescription", "content", "status", "websiteId"}
# What each call of the API takes from its body; everything else is refused by name.
TAKEN = {
    ("post", "/api/batch-jobs"): {"settings"},
    ("post", "/api/batch-jobs/estimate"): {"settings"},
    ("patch", "/api/articles/{article}"): ARTICLE,
    ("post", "/api/websites"): {"name", "url"},
    ("patch", "/api/websites/{website}"): {"name", "url"},
}
SETTINGS = {"model", "language", "customOutline", "websiteId"}


def camel(name: str) -> str:
    """A column's name as it stands in JSON."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def columns() -> list[Field]:
    """Every column of every model that belongs to a user."""
    return [field for model in MODELS for field in model._meta.concrete_fields]


def wish(field: Field, world: World) -> Any:
    """What an attacker would like to find in a column."""
    if field.is_relation:
        return world.bob.pk
    kind = field.get_internal_type()
    if kind == "BooleanField":
        return True
    if "Integer" in kind or kind == "BigAutoField":
        return 987_654
    return "completed" if field.name == "status" else "2020-02-02"


def names(world: World) -> dict[str, Any]:
    """Every name with a value."""
    found: dict[str, Any] = {}
    for field in columns():
        for name in (field.name, field.attname, camel(field.name), camel(field.attname)):
            found[name] = wish(field, world)
    assert len(found) > 80
    assert {"tokens_remaining", "tokensRemaining", "is_staff", "user_id", "leaseEpoch"} <= set(
        found
    )
    return found


@pytest.mark.parametrize("call", TAKEN, ids=lambda call: " ".join(call))
def test_the_api_refuses_every_other_column_by_name(world: World, call: tuple[str, str]) -> None:
    verb, path = call
    address = path.format(article=world.article.pk, website=world.website.pk)
    before = everything()
    wishes = names(world)
    answer = getattr(client_of(world.alice), verb)(address, wishes, format="json")
    assert answer.status_code == 400
    accepted = set(wishes) - set(answer.json()["error"]["fields"])
    assert accepted <= TAKEN[call]
    assert everything() == before


def test_the_settings_of_a_job_take_no_other_name(world: World) -> None:
    wishes = names(world)
    body = {"keywords": ["a"], "settings": {**wishes, "model": "offline"}}
    answer = client_of(world.alice).post("/api/batch-jobs", body, format="json")
    assert answer.status_code == 400
    refused = {name.removeprefix("settings.") for name in answer.json()["error"]["fields"]}
    assert set(wishes) - refused <= SETTINGS


def everything() -> dict[str, Any]:
    """Every column of every row of a user's."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in MODELS}  # type: ignore[attr-defined]


def changed(before: dict[str, Any]) -> set[str]:
    """The columns that differ by now, as ``Model.column``; ``Model+`` for new rows."""
    found = set()
    for model, rows in everything().items():
        if len(rows) != len(before[model]):
            found.add(f"{model}+")
        for old, new in zip(before[model], rows, strict=False):
            found |= {f"{model}.{name}" for name in old if old[name] != new[name]}
    return found


STEERED = {"BatchJob.status", "BatchJob.pause_reason", "BatchJob.updated_at",
           "BatchJob.finished_at", "BatchJob.lease_epoch", "BatchItem.status",
           "BatchItem.finished_at", "BatchJob.last_activity_at", "BatchJob.shown_as"}  # fmt: skip
EDITED = {"Article.title", "Article.slug", "Article.live_slug", "Article.meta_title",
          "Article.meta_description", "Article.content", "Article.status", "Article.word_count",
          "Article.website_id", "Article.updated_at"}  # fmt: skip
# What each form may change, with everything above in it besides.
FORMS: dict[str, set[str]] = {
    "/account/profile": {"User.first_name", "User.language", "User.time_zone", "User.theme"},
    "/account/language": {"User.language"},
    "/account/email": set(),
    "/account/password/change": set(),
    "/articles/{article}": EDITED,
    "/websites": {"Website+"},
    "/websites/{website}": {"Website.name", "Website.url"},
    "/jobs": {"BatchJob+", "BatchItem+"},
    "/jobs/estimate": set(),
    "/jobs/{job}/pause": STEERED,
    "/jobs/{job}/cancel": STEERED,
    "/api/batch-jobs/{job}/pause": STEERED,
    "/api/batch-jobs/{job}/cancel": STEERED,
}
NEEDED = {"keywords": "a", "model": "offline", "language": "vi", "tone": "professional",
          "length": "short", "outlineOption": "no-outline", "maxImages": "5", "title": "T",
          "slug": "t", "content": "<p>c</p>", "name": "N", "url": "https://n.example",
          "websiteId": "", "email": "alice@example.com"}  # fmt: skip


@pytest.mark.parametrize("path", FORMS)
def test_forms_change_what_they_show_and_nothing_else(world: World, path: str) -> None:
    address = path.format(job=world.job.pk, article=world.article.pk, website=world.website.pk)
    statuses = {"status": "draft"} if path.startswith("/articles") else {}
    fields = {name: str(value) for name, value in names(world).items()} | NEEDED | statuses
    browser = Client()
    browser.force_login(world.alice)
    before = everything()
    if path.startswith("/api/"):
        answer = browser.post(address, names(world), content_type="application/json")
    else:
        answer = browser.post(address, fields)
    assert answer.status_code < 500
    assert changed(before) <= FORMS[path]


@pytest.mark.django_db
def test_the_sign_up_makes_a_user_and_no_operator(world: World) -> None:
    fields = {name: str(value) for name, value in names(world).items()}
    fields |= {"username": "carol", "email": "carol@example.com",
               "password1": "a long enough secret",
               "password2": "a long enough secret"}  # fmt: skip
    assert Client().post("/account/signup", fields).status_code == 302
    carol = User.objects.get(username="carol")
    assert not (carol.is_staff or carol.is_superuser or carol.user_permissions.exists())
    assert (carol.tokens_remaining, carol.tokens_held, carol.articles_held) == (0, 0, 0)
    assert carol.article_limit == User._meta.get_field("article_limit").default
