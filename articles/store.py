"""Writing articles to their table: new ones from a draft, changes by their owner, deletion."""

import json
import re
import unicodedata
import uuid
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from slugify import slugify

from articles.models import SLUG_LENGTH, Article, Website
from articles.writing import html
from articles.writing.draft import Draft
from batchwriter import database
from batchwriter.errors import InvalidInput

WRITTEN_SLUG_LENGTH = 80
SLUGS_A_READ = 17
SLUG = re.compile(r"^[a-z0-9-]+$")
LENGTHS = {"title": 200, "meta_title": 60, "meta_description": 160}
UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def create_from_draft(
    draft: Draft,
    *,
    slug: str = "",
    slugs: "Slugs | None" = None,
    user_id: int,
    job_id: int,
    item_id: int,
    keyword: str,
    website_id: Any,
    language: str,
    model: str,
    at: Any,
) -> int:
    """Insert the article of one batch item, with a slug that its owner does not use yet.

    Returns its id. ``at`` is a moment as ``database.clock`` gives it.

    ``slug`` is one of which the caller knows that it is free; without it one is found, among
    ``slugs`` where several articles are made. A website that was removed meanwhile is left out.
    Runs in the caller's transaction.
    """
    if website_id and not Website.objects.filter(pk=website_id, user_id=user_id).exists():
        website_id = None
    base = slug or slug_of(draft.title)
    slugs = slugs or Slugs(user_id)
    article = _insert(
        user_id=user_id,
        website_id=website_id or None,
        job_id=job_id,
        item_id=item_id,
        keyword=keyword,
        title=draft.title,
        slug=slug or (slugs.free(base) if base else f"new-{uuid.uuid4().hex}"),
        meta_title=draft.meta_title,
        meta_description=draft.meta_description,
        content=draft.content,
        outline=draft.outline,
        language=language,
        status=Article.Status.DRAFT,
        model=model,
        word_count=draft.word_count,
        tokens_used=draft.usage.total,
        needs_review=bool(draft.issues),
        issues=json.dumps(draft.issues),
        created_at=at,
        updated_at=at,
    )
    if not base:
        Article.objects.filter(pk=article).update(slug=slugs.free(f"bai-viet-{article}"))
    return article


def _insert(**values: Any) -> int:
    """Insert a row of these columns; returns its id."""
    marks = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO articles ({', '.join(values)}) VALUES ({marks})",  # noqa: S608
            list(values.values()),
        )
        return int(cursor.lastrowid or 0)


def slug_of(title: str) -> str:
    """The slug that an article with this title gets where its owner has none like it."""
    return slugify(title, max_length=WRITTEN_SLUG_LENGTH, word_boundary=True)


class Slugs:
    """Slugs for new articles of one user, for as long as nobody else writes any."""

    def __init__(self, user_id: int) -> None:
        self._user_id = user_id
        self._given: dict[str, int] = {}

    def free(self, base: str) -> str:
        """``base``, or ``base-2``, ``base-3`` …: one that no live article of the user has.

        The number before it is taken.
        """
        number = self._given[base] + 1 if base in self._given else self._first_free(base)
        self._given[base] = number
        return _numbered(base, number)

    def _first_free(self, base: str) -> int:
        """Each read asks for a few numbers, far apart at first, so that a thousand equal titles
        cost four reads of twenty rows and not one of a thousand.
        """
        taken, free, numbers = 0, 1, [2**power for power in range(SLUGS_A_READ)]
        while numbers:
            used = self._used(base, numbers)
            free = next((number for number in numbers if number not in used), 2**SLUGS_A_READ)
            taken = max((number for number in numbers if number < free), default=taken)
            step = -(-(free - taken) // SLUGS_A_READ)
            numbers = [*range(taken + step, free, step), free] if free - taken > 1 else []
        return free

    def _used(self, base: str, numbers: list[int]) -> set[int]:
        slugs = {_numbered(base, number): number for number in numbers}
        marks = ", ".join(["%s"] * len(slugs))
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT live_slug FROM articles WHERE user_id = %s AND live_slug IN ({marks})",  # noqa: S608
                [self._user_id, *slugs],
            )
            return {slugs[slug] for (slug,) in cursor.fetchall()}


def _numbered(base: str, number: int) -> str:
    return base if number == 1 else f"{base}-{number}"


def edit(article: Article, **changes: Any) -> Article:
    """Apply ``changes`` of title, slug, meta_title, meta_description, content, status, website.

    Content is cleaned; texts are normalised (NFC). Only what changed is written. Raises
    InvalidInput that names the wrong fields.
    """
    problems: dict[str, list[str]] = {}
    values: dict[str, Any] = {}
    for name, value in changes.items():
        try:
            values[name] = _EDITS[name](article, value)
        except InvalidInput as error:
            problems.update({name: error.fields[""]})
    if problems:
        raise InvalidInput(problems)
    changed = {name: value for name, value in values.items() if getattr(article, name) != value}
    if "content" in changed:
        changed["word_count"] = html.count_words(changed["content"])
    if not changed:
        return article
    for name, value in changed.items():
        setattr(article, name, value)
    article.updated_at = database.now()
    try:
        with transaction.atomic():
            article.save(update_fields=[*changed, "updated_at"])
    except IntegrityError as error:
        raise InvalidInput({"slug": [_("Another article of yours has this slug.")]}) from error
    return article


def delete(article: Article) -> None:
    """Take the article out of sight; its row stays for the accounts, its slug is free again."""
    now = database.now()
    Article.objects.filter(pk=article.pk, deleted_at=None).update(deleted_at=now, updated_at=now)


def _wrong(sentence: str) -> InvalidInput:
    return InvalidInput({"": [sentence]})


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(_("Must be a text."))
    if UNSTORABLE.search(value):
        raise _wrong(_("Contains characters that cannot be stored."))
    return unicodedata.normalize("NFC", value).strip()


def _line(name: str, *, required: bool) -> Callable[[Article, Any], str]:
    def check(article: Article, value: Any) -> str:
        text = " ".join(_text(value).split())
        if required and not text:
            raise _wrong(_("May not be empty."))
        if len(text) > LENGTHS[name]:
            raise _wrong(
                _("Has %(count)d characters; at most %(most)d are possible.")
                % {"count": len(text), "most": LENGTHS[name]}
            )
        return text

    return check


def _slug(article: Article, value: Any) -> str:
    text = _text(value)
    if not SLUG.match(text) or len(text) > SLUG_LENGTH:
        raise _wrong(
            _("Use 1 to %(most)d characters of a-z, 0-9 and hyphens.") % {"most": SLUG_LENGTH}
        )
    return text


def _content(article: Article, value: Any) -> str:
    return html.clean(_text(value))


def _status(article: Article, value: Any) -> str:
    if value not in Article.Status.values:
        raise _wrong(
            _("Must be one of: %(choices)s.") % {"choices": ", ".join(Article.Status.values)}
        )
    return str(value)


def _website(article: Article, value: Any) -> Website | None:
    if value is None or (isinstance(value, Website) and value.user_id == article.user_id):
        return value
    raise _wrong(_("You have no website with this id."))


_EDITS: dict[str, Callable[[Article, Any], Any]] = {
    "title": _line("title", required=True),
    "slug": _slug,
    "meta_title": _line("meta_title", required=False),
    "meta_description": _line("meta_description", required=False),
    "content": _content,
    "status": _status,
    "website": _website,
}
