"""What the lines of a token statement were paid for."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template

from articles.models import Article

register = template.Library()


@register.simple_tag
def charged_articles(lines: Iterable[tuple[Any, int]]) -> dict[int, Article]:
    """The articles that ledger entries paid for, by the entry's ``item_id``; one statement.

    ``lines`` are entries with the balance after each. Deleted articles are among them.
    """
    items = [entry.item_id for entry, _balance in lines if entry.item_id is not None]
    if not items:
        return {}
    rows = Article.objects.filter(item_id__in=items)
    known = rows.only("item_id", "job_id", "title", "keyword", "deleted_at")
    return {article.item_id: article for article in known if article.item_id is not None}


@register.filter
def of_item(articles: Mapping[int, Article], item_id: int | None) -> Article | None:
    """The article of an item, if there is one."""
    return None if item_id is None else articles.get(item_id)
