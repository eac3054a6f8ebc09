"""The list of a user's articles: search, filters with numbers, order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from articles.models import LONG_COLUMNS, Article, ArticleQuerySet, Website
from batchwriter.ids import id_of

SEARCH_LENGTH = 200
NEWEST = "newest"
ORDERS: dict[str, tuple[Promise, list[str]]] = {
    NEWEST: (_("Newest first"), ["-created_at", "-id"]),
    "oldest": (_("Oldest first"), ["created_at", "id"]),
    "title": (_("By title"), ["title", "id"]),
    "words": (_("Longest first"), ["-word_count", "-id"]),
}
# Filters that have numbers beside their choices: name in the address, column.
FACETS = {"status": "status", "website": "website_id", "model": "model"}
NO_WEBSITE = "none"
MOST_CHOICES = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a filter: its value in the address, its word, how many articles it leaves."""

    value: str
    word: Any
    count: int
    chosen: bool


class Listing:
    """The articles that the query of an address asks for; what means nothing is left out."""

    def __init__(self, user: Any, query: Mapping[str, Any]) -> None:
        self.search = str(query.get("search", "")).replace("\x00", "").strip()[:SEARCH_LENGTH]
        self.job = id_of(query.get("job"))
        order = str(query.get("sort", NEWEST))
        self.order = order if order in ORDERS else NEWEST
        self._found = self._searched(Article.objects.of(user))
        self._cells = list(
            self._found.order_by().values_list(*FACETS.values()).annotate(Count("pk"))
        )
        self._sites = self._names_of_sites(user)
        asked = {name: str(query.get(name, "")) for name in FACETS}
        self.chosen = {name: value for name, value in asked.items() if value in self._values(name)}

    def rows(self) -> ArticleQuerySet:
        """The articles in their order, without their texts."""
        found = self._found
        for name, value in self.chosen.items():
            wanted = None if (name, value) == ("website", NO_WEBSITE) else value
            found = found.filter(**{FACETS[name]: wanted})
        return found.defer(*LONG_COLUMNS).order_by(*ORDERS[self.order][1])

    @property
    def count(self) -> int:
        """How many there are."""
        return self._left(self.chosen)

    @property
    def filtered(self) -> bool:
        """Whether anything but the order is asked for."""
        return bool(self.search or self.job is not None or self.chosen)

    @property
    def orders(self) -> list[tuple[str, Any]]:
        """Every order with its words."""
        return [(name, words) for name, (words, _columns) in ORDERS.items()]

    def statuses(self) -> list[Choice]:
        """Choices of status, with all of them first."""
        words = {"": _("All"), **dict(Article.Status.choices)}
        return list(self._choices("status", words))

    def websites(self) -> list[Choice]:
        """Choices of website, with those of the articles that have none."""
        return list(self._choices("website", {NO_WEBSITE: _("No website"), **self._sites}))

    def models(self) -> list[Choice]:
        """Choices of model."""
        codes = sorted(value for value in self._values("model") if value)
        return list(self._choices("model", {code: code for code in codes}))

    def _searched(self, found: ArticleQuerySet) -> ArticleQuerySet:
        if self.search:
            found = found.filter(
                Q(title__icontains=self.search) | Q(keyword__icontains=self.search)
            )
        return found if self.job is None else found.filter(job_id=self.job)

    def _names_of_sites(self, user: Any) -> dict[str, str]:
        sites = Website.objects.filter(user=user).values_list("pk", "name")[:MOST_CHOICES]
        return {str(pk): name for pk, name in sites}

    def _choices(self, name: str, words: Mapping[str, Any]) -> Iterator[Choice]:
        others = {key: value for key, value in self.chosen.items() if key != name}
        for value, word in words.items():
            left = self._left({**others, name: value} if value else others)
            chosen = self.chosen.get(name, "") == value
            if left or chosen or name == "status":
                yield Choice(value, word, left, chosen)

    def _values(self, name: str) -> set[str]:
        """What ``name`` may be in an address: whatever an article has."""
        if name == "status":
            return set(Article.Status.values)
        if name == "website":
            return {NO_WEBSITE, *self._sites}
        return {value for _status, _website, value, _count in self._cells if value}

    def _left(self, chosen: Mapping[str, str]) -> int:
        return sum(
            count
            for *values, count in self._cells
            if all(
                chosen.get(name) in (None, self._word(value))
                for name, value in zip(FACETS, values, strict=True)
            )
        )

    def _word(self, value: Any) -> str:
        return NO_WEBSITE if value is None else str(value)
