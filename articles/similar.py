"""Not the same text twice: new articles beside the earlier ones of their owner.

Before the articles are written, one read finds those of the owner's that share a band with one of
them, and a second, where there are any, the signatures of the likeliest. So much work an article
and no more, however many articles there are. After the commit the bands of the new ones are
noted. A comparison that fails is told to the log; no article is lost for it.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from django.db import Error, connection

from articles.writing import similarity
from articles.writing.draft import Draft
from articles.writing.reviews.issue import issue
from batchwriter import database, logs

# Rows that are read for an article, and articles that are looked at for it.
MOST_ROWS = 200
MOST_CANDIDATES = 5


class Twin(NamedTuple):
    """An article that is like another: how much, its title, and its id once it has one."""

    alike: float
    title: str
    article: int | None
    place: int | None = None


class Twins:
    """The likest earlier article for each of ``drafts``, which are written in their order."""

    def __init__(self, user_id: int, drafts: Sequence[Draft]) -> None:
        self._user_id = user_id
        self._drafts = drafts
        self._bands = [similarity.bands(draft.signature) for draft in drafts]
        self._twins: list[Twin | None] = [None] * len(drafts)
        if not any(self._bands):
            return
        try:
            earlier = self._earlier()
        except Exception as error:
            if isinstance(error, Error) and database.is_away(error):
                # Nothing is settled without the database either; all of it is tried again.
                raise
            logs.event("comparison_failed", error=error)
            return
        self._twins = [self._twin(place, earlier) for place in range(len(drafts))]

    def marked(self, draft: Draft, written: Sequence[int | None]) -> Draft:
        """The next draft, after so many were ``written``, with an issue where it has a twin."""
        twin = self._twins[len(written)]
        if twin is None:
            return draft
        article = twin.article if twin.place is None else written[twin.place]
        if article is None:
            return draft
        percent = round(similarity.shared(twin.alike) * 100)
        found = issue("similar", percent=percent, id=article, title=twin.title)
        return replace(draft, issues=[*draft.issues, found])

    def remember(self, articles: Sequence[int | None]) -> None:
        """Note the bands of what was written, for those that come later."""
        rows = [
            (self._user_id, band, article)
            for bands, article in zip(self._bands, articles, strict=True)
            for band in bands
            if article is not None
        ]
        if not rows:
            return
        try:
            with connection.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO article_bands (user_id, value, article_id) VALUES (%s, %s, %s)",
                    rows,
                )
        except Exception as error:  # noqa: BLE001  (they are written; later ones are not compared)
            if isinstance(error, Error) and database.is_away(error):
                logs.event("database_away", reason=str(error))
            else:
                logs.event("comparison_failed", error=error)

    def _earlier(self) -> dict[int, list[tuple[int, str, bytes]]]:
        """For each draft's place the likeliest articles: id, title, signature."""
        by_band = self._articles_by_band()
        likely: dict[int, list[int]] = {}
        for place, bands in enumerate(self._bands):
            shared = Counter(article for band in bands for article in by_band.get(band, ()))
            likely[place] = [article for article, _ in shared.most_common(MOST_CANDIDATES)]
        found = self._read({article for articles in likely.values() for article in articles})
        return {
            place: [found[article] for article in articles if article in found]
            for place, articles in likely.items()
        }

    def _articles_by_band(self) -> dict[int, set[int]]:
        wanted = sorted({band for bands in self._bands for band in bands})
        marks = ", ".join(["%s"] * len(wanted))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT value, article_id FROM article_bands"  # noqa: S608
                f" WHERE user_id = %s AND value IN ({marks}) LIMIT %s",
                [self._user_id, *wanted, MOST_ROWS * len(self._drafts)],
            )
            found: dict[int, set[int]] = defaultdict(set)
            for band, article in cursor.fetchall():
                found[band].add(article)
        return found

    def _read(self, articles: set[int]) -> dict[int, tuple[int, str, bytes]]:
        if not articles:
            return {}
        marks = ", ".join(["%s"] * len(articles))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, title, signature FROM articles"  # noqa: S608
                f" WHERE id IN ({marks}) AND user_id = %s AND deleted_at IS NULL"
                " AND signature IS NOT NULL",
                [*articles, self._user_id],
            )
            return {row[0]: (row[0], row[1], bytes(row[2])) for row in cursor.fetchall()}

    def _twin(self, place: int, earlier: dict[int, list[tuple[int, str, bytes]]]) -> Twin | None:
        signature, bands = self._drafts[place].signature, set(self._bands[place])
        twins = [
            Twin(similarity.alike(signature, other), title, article)
            for article, title, other in earlier[place]
        ]
        for before in range(place):
            if bands.intersection(self._bands[before]):
                other_draft = self._drafts[before]
                alike = similarity.alike(signature, other_draft.signature)
                twins.append(Twin(alike, other_draft.title, None, before))
        likest = max(twins, default=None, key=lambda twin: twin.alike)
        return likest if likest and likest.alike >= similarity.THRESHOLD else None
