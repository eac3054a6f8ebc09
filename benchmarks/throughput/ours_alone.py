"""What only the product is asked: a crowd, pause and cancel, more workers, calls and tokens."""

import time
from dataclasses import replace
from typing import Any

import openai

from benchmarks.throughput import processes, tools
from benchmarks.throughput.lines import Order
from benchmarks.throughput.measure import ARTICLES, FEW, throughput, warm_up
from benchmarks.throughput.report import Figures
from benchmarks.throughput.tools import Ours
from benchmarks.throughput.work import arguments
from benchmarks.throughput.world import World
from tests.waiting import wait_for

CROWD, CROWD_LATENCY = 500, 5.0
STEERED, STEERED_LATENCY = 200, 1.0
OLD = 5000
WORKERS, EACH, TEAM_IN_FLIGHT, TEAM_LATENCY = 4, 30, 10, 1.0
COPIES = """
INSERT INTO articles (user_id, keyword, title, slug, meta_title, meta_description, content,
    outline, language, status, model, word_count, tokens_used, needs_review, issues, created_at,
    updated_at)
SELECT user_id, keyword, title, CONCAT('old-', seq, '-', slug), '', '', content, '', 'vi', 'draft',
    model, word_count, 0, 0, '[]', created_at, updated_at
FROM (SELECT * FROM articles WHERE user_id = {user} ORDER BY id DESC LIMIT 200) one
JOIN seq_1_to_{times}
"""
TITLE_RULES = "Write the headline of the article: plain text, at most 70 characters, nothing else."


def crowd(world: World) -> Figures:
    """500 articles in flight in one process: memory and connections at their highest."""
    with tools.ours(world, in_flight=CROWD) as worker:
        world.reset(CROWD_LATENCY)
        since = world.newest()
        worker.order(Order(world.users[0], world.keywords(CROWD)))
        last, connections = world.wait_for_articles(CROWD, since)
        seen = world.seen()
        return {
            "articles in flight": CROWD,
            "calls": seen["calls"],
            "calls at once": seen["most_at_once"],
            "s from the first call to the last": round(seen["last_call"] - seen["first_call"], 2),
            "peak MB": round(processes.peak_megabytes(worker.pids)),
            "DB connections": connections,
            "seconds": round(last - seen["first_call"], 2),
        }


def steering(world: World) -> Figures:
    """How soon after a pause the last call begins, and after a cancel the last is dropped."""
    from accounts.models import User
    from jobs import lifecycle

    user = User.objects.get(pk=world.users[0])
    with tools.ours(world) as worker:
        running(world, worker, FEW)
        job = begin(world)
        lifecycle.pause(job, by=user)
        paused = time.monotonic()
        wait_for(lambda: not world.seen()["at_once"])
        last_call = world.seen()["last_call"]
        job = begin(world)
        lifecycle.cancel(job, by=user)
        cancelled = time.monotonic()
        wait_for(lambda: not world.seen()["at_once"])
        seen = world.seen()
    return {
        "s from pause to the last new call": round(max(last_call - paused, 0), 3),
        "s from cancel to the last dropped call": round(seen["last_drop"] - cancelled, 3),
        "calls dropped": seen["dropped"],
        "calls answered after a cancel": seen["answered"],
    }


def running(world: World, worker: Ours, count: int) -> None:
    """Have ``count`` articles written, so that all is loaded and connected."""
    world.reset(0.0)
    since = world.newest()
    worker.order(Order(world.users[0], world.keywords(count)))
    world.wait_for_articles(count, since)


def begin(world: World) -> int:
    """Make a job, and wait until its first calls are in flight; returns its id."""
    world.reset(STEERED_LATENCY)
    job = tools.submit(Order(world.users[0], world.keywords(STEERED)))
    wait_for(lambda: world.seen()["at_once"])
    return job


def team(world: World) -> Figures:
    """The same articles by one worker and by four, each with one job of ten at once."""
    alone, together = (_team_seconds(world, workers) for workers in (1, WORKERS))
    return {
        "articles": WORKERS * EACH,
        "s with 1 worker": round(alone, 2),
        f"s with {WORKERS} workers": round(together, 2),
        "speed-up": round(alone / together, 2),
    }


def _team_seconds(world: World, workers: int) -> float:
    options = ("--max-jobs", "1")
    with tools.ours(world, *options, in_flight=TEAM_IN_FLIGHT, workers=workers) as worker:
        wait_for(lambda: world.number("SELECT COUNT(*) FROM batch_workers WHERE NOT expelled"
                                      " AND expires_at > UTC_TIMESTAMP(6)") >= workers)  # fmt: skip
        for count in (TEAM_IN_FLIGHT, EACH):
            # The first round has every worker load and connect what it needs.
            world.reset(TEAM_LATENCY)
            since = world.newest()
            for user in world.users[:WORKERS]:
                worker.order(Order(user, world.keywords(count)))
            last, _ = world.wait_for_articles(WORKERS * count, since)
        return float(last - world.seen()["first_call"])


def old_articles(world: World) -> Figures:
    """The same 200 articles for a user who has none, and for one who has 5,000."""
    from django.db import connection

    user = world.users[0]
    with tools.ours(world) as worker:
        warm_up(world, worker)
        before = throughput(world, worker)
        with connection.cursor() as cursor:
            cursor.execute(COPIES.format(user=user, times=OLD // ARTICLES))
            cursor.execute("ANALYZE TABLE articles")
            cursor.fetchall()
        after = throughput(world, worker)
    return {
        "s for a new user": before["wall_s"],
        f"s for a user with {OLD:,} articles": after["wall_s"],
    }


def tokens(world: World) -> Figures:
    """Calls and tokens of an article, beside those of four calls in series for the same."""
    with tools.ours(world) as worker:
        running(world, worker, FEW)
        ours = world.seen()
    world.reset(0.0)
    four_calls(world)
    four = world.seen()
    return {
        "calls an article": ours["calls"] / FEW,
        "tokens an article": round((ours["prompt_tokens"] + ours["completion_tokens"]) / FEW),
        "calls of title, outline, body, metadata": four["calls"],
        "their tokens": four["prompt_tokens"] + four["completion_tokens"],
    }


def four_calls(world: World) -> None:
    """An article as the first description had it, with the product's prompts."""
    from articles.writing import prompts
    from articles.writing.brief import Brief

    brief = Brief(
        world.keywords(1)[0], "openai", "gpt-4o-mini", language="vi", tone="professional",
        length="short", outline_option="ai-outline",
    )  # fmt: skip
    metadata = prompts.metadata(brief)
    rules = f"{metadata.system.removesuffix(prompts.METADATA_RULES)}{TITLE_RULES}"
    with openai.OpenAI(
        api_key="none", base_url=world.environment["OPENAI_BASE_URL"], max_retries=0
    ) as client:

        def ask(request: Any) -> str:
            answer = client.chat.completions.create(**arguments(request))
            return str(answer.choices[0].message.content)

        title = ask(replace(metadata, system=rules, schema=None))
        outline = ask(prompts.outline(brief))
        ask(prompts.body(brief, outline, title))
        ask(metadata)


MEASURES = {
    "A crowd in one process": crowd,
    "Pause and cancel": steering,
    "More workers": team,
    "Articles that are there already": old_articles,
    "Calls and tokens": tokens,
}
