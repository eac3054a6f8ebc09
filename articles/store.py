"""Writing articles to their table: new ones from a draft, changes by their owner, deletion."""

import json
import uuid
from typing import Any

from django.db import IntegrityError, connection
from django.db.models import F
from django.utils.translation import gettext as _
from slugify import slugify

from articles import history
from articles.checks import checked
from articles.models import SLUG_LENGTH, Article, ArticleVersion, Website
from articles.writing import html
from articles.writing.draft import Draft
from batchwriter import database
from batchwriter.errors import BatchwriterError, Gone, InvalidInput

WRITTEN_SLUG_LENGTH = 80
SLUGS_A_READ = 17
STAMPS = ("revision", "source", "sitting", "updated_at")


class Stale(BatchwriterError):
    """The article was changed since it was read; ``article`` is what it is now."""

    code = "precondition_failed"
    status = 412

    def __init__(self, article: Article) -> None:
        super().__init__(_("The article was changed meanwhile: read it again."))
        self.article = article


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
        sources=json.dumps(draft.sources) if draft.sources else None,
        images=json.dumps(draft.images) if draft.images else None,
        signature=draft.signature or None,
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


def edit(
    article: Article,
    *,
    source: Article.Source = Article.Source.PAGE,
    sitting: str = "",
    expected: int | None = None,
    **changes: Any,
) -> Article:
    """Apply ``changes`` of title, slug, meta_title, meta_description, content, status, website.

    Content is cleaned; texts are normalised (NFC). Only what changed is written, and the text
    that was there before is kept as a version. ``expected`` is the revision that the changes were
    made from. Returns ``article`` as it is now. Raises InvalidInput that names the wrong fields,
    Stale where another revision is there, and Gone where the article was deleted meanwhile.
    """
    values = checked(article, changes)
    try:
        now = database.in_transaction(
            lambda: _edited(article.pk, values, source, sitting, expected)
        )
    except IntegrityError as error:
        raise InvalidInput({"slug": [_("Another article of yours has this slug.")]}) from error
    for name in (*values, "word_count", *STAMPS):
        setattr(article, name, getattr(now, name))
    return article


def _edited(
    pk: int, values: dict[str, Any], source: Article.Source, sitting: str, expected: int | None
) -> Article:
    article = Article.objects.live().select_for_update().filter(pk=pk).first()
    if article is None:
        raise Gone(_("The article is not there any more."))
    if expected not in (None, article.revision):
        raise Stale(article)
    changed = {name: value for name, value in values.items() if getattr(article, name) != value}
    if not changed:
        return article
    if "content" in changed:
        changed["word_count"] = html.count_words(changed["content"])
    now = database.now()
    if not changed.keys().isdisjoint(history.TEXTS):
        history.keep(article, source=source, sitting=sitting, at=now)
    for name, value in changed.items():
        setattr(article, name, value)
    article.revision += 1
    article.source, article.sitting, article.updated_at = source, sitting, now
    article.save(update_fields=[*changed, *STAMPS])
    return article


def bring_back(article: Article, version: ArticleVersion) -> Article:
    """Give ``article`` the text of ``version`` again; what it has now becomes a version itself.

    Its slug stays where another article has that of the version. Raises Gone where the article
    was deleted meanwhile.
    """
    texts = {name: getattr(version, name) for name in history.TEXTS}
    try:
        return edit(article, source=Article.Source.RESTORED, **texts)
    except InvalidInput:
        texts.pop("slug")
        return edit(article, source=Article.Source.RESTORED, **texts)


def delete(article: Article) -> None:
    """Take the article out of sight; its row stays for the accounts, its slug is free again."""
    delete_all(article.user_id, [article.pk])


def delete_all(user_id: int, ids: list[int]) -> list[int]:
    """Delete those of ``ids`` that are articles of the user; returns which they were."""

    def write() -> list[int]:
        found = _locked(Article.objects.live(), user_id, ids)
        now = database.now()
        Article.objects.filter(pk__in=found).update(deleted_at=now, updated_at=now)
        return found

    return database.in_transaction(write)


def undelete_all(user_id: int, ids: list[int]) -> int:
    """Bring deleted articles of the user back; returns how many.

    One whose slug is another article's by now gets a new one.
    """

    def write() -> int:
        found = _locked(Article.objects.exclude(deleted_at=None), user_id, ids)
        slugs, now = Slugs(user_id), database.now()
        for pk, slug in Article.objects.filter(pk__in=found).values_list("pk", "slug"):
            free = slugs.free(slug)
            if len(free) > SLUG_LENGTH:
                free = slugs.free(slug[:WRITTEN_SLUG_LENGTH])
            Article.objects.filter(pk=pk).update(
                slug=free, deleted_at=None, updated_at=now, revision=F("revision") + 1
            )
        return len(found)

    try:
        return database.in_transaction(write)
    except IntegrityError:
        # Somebody else took a slug between the look and the write; the next look sees it.
        return database.in_transaction(write)


def set_status(user_id: int, ids: list[int], status: Article.Status) -> int:
    """Give those of ``ids`` that are articles of the user this status; returns how many changed."""
    others = Article.objects.live().filter(user_id=user_id, pk__in=ids).exclude(status=status)
    now = database.now()
    return database.in_transaction(
        lambda: others.update(
            status=status,
            revision=F("revision") + 1,
            source=Article.Source.LIST,
            sitting="",
            updated_at=now,
        )
    )


def _locked(articles: Any, user_id: int, ids: list[int]) -> list[int]:
    found = articles.filter(user_id=user_id, pk__in=ids).order_by("pk").select_for_update()
    return list(found.values_list("pk", flat=True))
