"""The versions of an article: which earlier texts are kept, and for how long."""

from datetime import datetime, timedelta

from articles.models import Article, ArticleVersion

TEXTS = ("title", "slug", "meta_title", "meta_description", "content")
# The text as it was written, and the newest ones.
MOST_VERSIONS = 50
SITTING = timedelta(minutes=10)


def keep(article: Article, *, source: Article.Source, sitting: str, at: datetime) -> None:
    """Keep the text of ``article``, which is about to be replaced, as a version.

    Not where it is but a step of one sitting: saved by itself, in the same window, within ten
    minutes after the text from before was kept. Runs in the caller's transaction.
    """
    if source == Article.Source.AUTOSAVE and _is_a_step(article, sitting, at):
        return
    ArticleVersion.objects.create(
        article=article,
        revision=article.revision,
        word_count=article.word_count,
        source=article.source,
        saved_at=article.updated_at,
        replaced_at=at,
        replaced_in=sitting,
        **{name: getattr(article, name) for name in TEXTS},
    )
    _drop_the_oldest(article)


def _is_a_step(article: Article, sitting: str, at: datetime) -> bool:
    if article.source != Article.Source.AUTOSAVE or article.sitting != sitting:
        return False
    newest = article.versions.only("replaced_in", "replaced_at").first()
    return (
        newest is not None and newest.replaced_in == sitting and at - newest.replaced_at < SITTING
    )


def _drop_the_oldest(article: Article) -> None:
    beyond = list(article.versions.values_list("pk", flat=True)[MOST_VERSIONS - 1 :])
    ArticleVersion.objects.filter(pk__in=beyond[:-1]).delete()
