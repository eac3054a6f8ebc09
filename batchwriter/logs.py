"""Logging: one configuration, and the named events that the worker tells.

Every line of the worker goes through ``event`` here, so that its words and fields stand in one
place: text for people, fields for machines.
"""

import logging
import re
from typing import Any

import structlog

worker_log = logging.getLogger("batchwriter.worker")

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def on_one_line(logger: Any, name: str, fields: dict[str, Any]) -> dict[str, Any]:
    """What clients and providers say cannot begin a line of its own, nor colour a terminal."""
    for key, value in fields.items():
        if isinstance(value, str) and CONTROL.search(value):
            fields[key] = CONTROL.sub(
                lambda found: found.group().encode("unicode_escape").decode(), value
            )
    return fields


SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    on_one_line,
    structlog.processors.format_exc_info,
]

EVENTS = {
    "worker_started": (logging.INFO, "Worker {worker} started"),
    "worker_stopping": (logging.INFO, "Worker {worker} is stopping"),
    "worker_stopped": (logging.INFO, "Worker {worker} stopped"),
    "worker_expelled": (logging.WARNING, "Worker {worker} lost its lease and starts anew"),
    "jobs_running": (logging.INFO, "Processing {count} jobs in parallel"),
    "job_claimed": (logging.INFO, "Claimed job #{job}"),
    "job_paused": (logging.INFO, "Paused job #{job}: {reason}"),
    "job_left": (logging.INFO, "Left job #{job}: {reason}"),
    "job_taken_over": (logging.WARNING, "Took over {count} jobs of silent worker {other}"),
    "article_created": (logging.INFO, "Successfully created article #{article}"),
    "article_failed": (logging.WARNING, "Failed to create article for item #{item}: {reason}"),
    "result_unwanted": (logging.WARNING, "Dropped the result of item #{item}: no longer ours"),
    "item_crashed": (logging.ERROR, "Unexpected error while writing item #{item}"),
    "job_crashed": (logging.ERROR, "Job #{job} stopped unexpectedly; it is taken back"),
    "comparison_failed": (logging.ERROR, "Articles could not be compared with earlier ones"),
    "database_away": (logging.WARNING, "The database cannot be reached: {reason}"),
    "transaction_repeated": (logging.INFO, "Repeating a transaction after error {number}"),
    "database_back": (logging.INFO, "The database answers again"),
    "service_failed": (logging.WARNING, "Service {service} came to nothing: {reason}"),
    "search_done": (logging.INFO, "Found {sources} sources with {backend}"),
    "search_failed": (logging.WARNING, "A search came to nothing: {reason}"),
    "pictures_added": (logging.INFO, "Added {count} of {asked} pictures from {backend}"),
    "picture_failed": (logging.WARNING, "A picture from {backend} came to nothing: {reason}"),
    "circuit_opened": (logging.WARNING, "Provider circuit of {model} opened: {reason}"),
    "circuit_closed": (logging.INFO, "Provider circuit of {model} closed"),
}


def event(name: str, *, error: BaseException | None = None, **fields: Any) -> None:
    """Log the event ``name`` with its sentence and ``fields``; ``error`` adds a traceback."""
    level, sentence = EVENTS[name]
    worker_log.log(
        level,
        "[BatchWorker] " + sentence.format(**fields),
        extra={"action": name, **fields},
        exc_info=error,
    )


def logging_config(style: str) -> dict[str, Any]:
    """The ``logging`` configuration: ``console`` for people, ``json`` for machines."""
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=False)
        if style == "console"
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": "structlog.stdlib.ProcessorFormatter",
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    renderer,
                ],
                "foreign_pre_chain": SHARED_PROCESSORS,
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
            "httpx": {"level": "WARNING"},
            "httpx2": {"level": "WARNING"},
        },
    }
