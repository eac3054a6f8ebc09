"""A list of 5,000 articles among 300,000 of others is read along indexes."""

import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from articles import store
from articles.listing import ORDERS
from articles.models import Article
from tests.fakes.many_rows import Size, fill
from tests.jobs.test_retention_plans import explained

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]
OTHERS = Size(users=300, jobs=10, items=100)
OWN = 5_000
WRITER = "user7"
COLUMNS = """user_id, keyword, title, slug, meta_title, meta_description, content, outline,
language, status, model, word_count, tokens_used, needs_review, issues, created_at, updated_at"""
FILTERS = ("status=published", "website=none", "model=a&sort=words", "search=khóa 49", "job=61",
           "status=draft&model=b&sort=title", "page=250")  # fmt: skip


@pytest.fixture
def writer() -> User:
    """Somebody with many articles, among many people with articles."""
    fill(OTHERS)
    user = User.objects.get(username=WRITER)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO articles ({COLUMNS})
            SELECT %s, CONCAT('khóa ', seq), CONCAT('Bài ', seq), CONCAT('bai-', seq), '', '',
            REPEAT('<p>Một câu khá dài.</p>', 200), '', 'vi',
            IF(seq %% 5, 'draft', 'published'), ELT(seq %% 3 + 1, 'offline', 'a', 'b'), seq %% 900,
            900, 0, '[]', TIMESTAMPADD(SECOND, seq, '2026-02-01'),
            TIMESTAMPADD(SECOND, seq, '2026-02-01') FROM seq_1_to_{OWN}""",
            [user.pk],
        )
        cursor.execute("ANALYZE TABLE articles")
        cursor.fetchall()
    return user


def of_articles(found: list[tuple[str, list[dict[str, Any]]]]) -> list[tuple[str, dict[str, Any]]]:
    """Statements that read articles, with their plans."""
    return [(sql, step) for sql, steps in found for step in steps if step["table"] == "articles"]


def test_it_reads_along_indexes_and_nothing_of_others(writer: User) -> None:
    client = Client()
    client.force_login(writer)
    client.get("/account?tab=articles")
    for sort in ORDERS:
        with explained() as found:
            assert client.get(f"/account?tab=articles&sort={sort}&page=3").status_code == 200
        counted, page = of_articles(found)
        assert "GROUP BY" in counted[0]
        assert counted[1]["Extra"] == "Using where; Using index", counted
        assert "LIMIT 20" in page[0]
        assert page[1]["type"] in ("ref", "range"), page
        assert "filesort" not in page[1]["Extra"], page
    for query in FILTERS:
        began = time.monotonic()
        with explained() as found:
            assert client.get(f"/account?tab=articles&{query}").status_code == 200
        assert time.monotonic() - began < 2, query
        steps = of_articles(found)
        assert len(steps) == 2
        for sql, step in steps:
            assert step["type"] in ("ref", "range", "index_merge"), (sql, step)
            assert int(step["rows"]) <= 3 * OWN, (sql, step)
    _versions_are_read_along_their_index(writer)


def _versions_are_read_along_their_index(writer: User) -> None:
    article = Article.objects.filter(user=writer).latest("pk")
    for number in range(60):
        store.edit(article, title=f"Tựa {number}")
    with explained() as found:
        store.edit(article, title="Mới", source=Article.Source.AUTOSAVE, sitting="a" * 32)
    steps = [step for _, plan in found for step in plan if step["table"]]
    assert {step["table"] for step in steps} >= {"articles", "article_versions"}
    assert all(int(step["rows"] or 0) <= 60 for step in steps), steps
