"""One tool, measured: 200 articles, an idle worker, and a second user beside the first."""

import math
import random
import statistics
import time

from benchmarks.throughput import processes
from benchmarks.throughput.lines import Order
from benchmarks.throughput.report import Figures
from benchmarks.throughput.tools import Running
from benchmarks.throughput.work import AT_ONCE
from benchmarks.throughput.world import World

ARTICLES, LATENCY = 200, 0.25
PICKUPS, PICKUP_LATENCY, PICKUP_REST = 20, 0.01, (0.05, 0.45)
IDLE_SECONDS = 4.0
FEW = 5


def warm_up(world: World, tool: Running) -> None:
    """As many articles as fit at once: what is loaded and connected on first use is there then."""
    world.reset(LATENCY)
    since = world.newest()
    tool.order(Order(world.users[0], world.keywords(AT_ONCE)))
    world.wait_for_articles(AT_ONCE, since)


def throughput(world: World, tool: Running, *, series: bool = False) -> Figures:
    """Time, processor, memory and connections of 200 articles."""
    world.reset(LATENCY)
    since, asked = world.newest(), world.questions()
    spent = processes.cpu_seconds(tool.pids)
    begun = time.monotonic()
    tool.fill(Order(world.users[0], world.keywords(ARTICLES), series))
    handed_in = time.monotonic() - begun
    last, connections = world.wait_for_articles(ARTICLES, since)
    spent = processes.cpu_seconds(tool.pids) - spent
    statements = world.questions() - asked
    seen = world.seen()
    rounds = 2 if series else 1
    path = math.ceil(ARTICLES / AT_ONCE) * rounds * LATENCY
    return {
        "hand_in_s": round(handed_in, 3),
        "wall_s": round(last - seen["first_call"], 3),
        "path_s": path,
        "calls_s": seen["calls"] * LATENCY / AT_ONCE,
        "ratio": round((last - seen["first_call"]) / path, 3),
        "cpu_ms": round(spent / ARTICLES * 1000, 2),
        "rss_mb": round(processes.peak_megabytes(tool.pids), 1),
        "connections": connections,
        "broker_connections": tool.broker.connections() if tool.broker else 0,
        "statements": round(statements / ARTICLES, 2),
        "calls": seen["calls"],
        "most_at_once": seen["most_at_once"],
        "late_ms": seen["late_ms"],
        "provider_busy_s": seen["busy_seconds"],
    }


def pickup(world: World, tool: Running) -> float:
    """Milliseconds from a job's creation to its first call, at an idle worker: the median."""
    taken = []
    for _ in range(PICKUPS):
        # Polls come at even distances; orders must not come at the same ones.
        time.sleep(random.uniform(*PICKUP_REST))
        world.reset(PICKUP_LATENCY)
        since = world.newest()
        tool.order(Order(world.users[0], world.keywords(1)))
        created = time.monotonic()
        world.wait_for_articles(1, since)
        taken.append(max(world.seen()["first_call"] - created, 0.0))
    return round(statistics.median(taken) * 1000, 1)


def idle(world: World, tool: Running) -> tuple[float, float]:
    """Statements a second that the database, and commands that the broker, gets for nothing."""
    time.sleep(1)
    begun, asked = time.monotonic(), world.questions()
    commands = tool.broker.commands() if tool.broker else 0
    time.sleep(IDLE_SECONDS)
    seconds = time.monotonic() - begun
    told = tool.broker.commands() - commands if tool.broker else 0
    return round((world.questions() - asked) / seconds, 1), round(told / seconds, 1)


def few_articles(world: World, tool: Running, *, beside: int) -> float:
    """Seconds for a user's five articles, ordered when another's ``beside`` articles run."""
    first, second = world.users[:2]
    world.reset(LATENCY)
    since = world.newest()
    if beside:
        tool.fill(Order(first, world.keywords(beside)))
        while not world.seen()["first_call"]:
            time.sleep(0.005)
    begun = time.monotonic()
    tool.order(Order(second, world.keywords(FEW)))
    last, _ = world.wait_for_articles(FEW, since, second)
    world.wait_for_articles(FEW + beside, since)
    return round(last - begun, 3)


def manners(world: World, tool: Running) -> Figures:
    """What a tool is like besides its throughput."""
    queries, commands = idle(world, tool)
    return {
        "pickup_ms": pickup(world, tool),
        "idle_queries": queries,
        "idle_commands": commands,
        "few_alone_s": few_articles(world, tool, beside=0),
        "few_beside_s": few_articles(world, tool, beside=ARTICLES),
    }
