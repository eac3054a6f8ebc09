"""System checks: what a deployment most often has wrong, each with an id and a remedy."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from articles.images import registry as images
from articles.providers.registry import NEEDS, is_configured
from articles.search import registry as search
from batchwriter.charset import CHARSET

OLDEST_MARIADB, OLDEST_MYSQL = (10, 6), (8, 0, 1)
STRICT_MODES = {"STRICT_TRANS_TABLES", "STRICT_ALL_TABLES"}


def check_database(*, databases: Sequence[str] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """E001–E004 for each MariaDB or MySQL server among the aliases ``databases``."""
    messages: list[checks.CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor == "mysql":
            messages += [*_version(connection), *_strict_mode(connection), *_charset(connection)]
            messages += _cluster(connection)
    return messages


def _version(connection: Any) -> list[checks.CheckMessage]:
    name, oldest = (
        ("MariaDB", OLDEST_MARIADB) if connection.mysql_is_mariadb else ("MySQL", OLDEST_MYSQL)
    )
    if connection.mysql_version >= oldest:
        return []
    found, wanted = (".".join(map(str, version)) for version in (connection.mysql_version, oldest))
    return [
        checks.Error(
            f"The database server is {name} {found}, which cannot skip locked rows.",
            hint=f"Upgrade to {name} {wanted} or newer.",
            id="batchwriter.E001",
        )
    ]


def _strict_mode(connection: Any) -> list[checks.CheckMessage]:
    if STRICT_MODES & connection.sql_mode:
        return []
    return [
        checks.Error(
            "The database session is not in strict mode: values that do not fit are cut off.",
            hint="A proxy or a changed init_command resets sql_mode: take that away.",
            id="batchwriter.E002",
        )
    ]


def _charset(connection: BaseDatabaseWrapper) -> list[checks.CheckMessage]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'"
            " AND table_collation NOT LIKE %s ORDER BY table_name",
            [f"{CHARSET}%"],
        )
        tables = [row[0] for row in cursor.fetchall()]
    if not tables:
        return []
    return [
        checks.Error(
            f"These tables cannot hold every character, they are not {CHARSET}:"
            f" {', '.join(tables)}.",
            hint=f"Run for each of them: ALTER TABLE … CONVERT TO CHARACTER SET {CHARSET}",
            id="batchwriter.E003",
        )
    ]


def _cluster(connection: BaseDatabaseWrapper) -> list[checks.CheckMessage]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW VARIABLES LIKE 'wsrep_on'")
        row = cursor.fetchone()
    if settings.DATABASE_CLUSTER or row is None or row[1] != "ON":
        return []
    return [
        checks.Error(
            "The database server is a node of a Galera cluster, and is treated as one that is"
            " alone: locks do not reach other nodes, so users may have to wait for no reason.",
            hint="Set DATABASE_CLUSTER=1, or name several nodes in DATABASE_URL.",
            id="batchwriter.E004",
        )
    ]


def check_keys(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """W001 where no provider has a key, so that only demonstration texts can be written."""
    if any(is_configured(name) for name in NEEDS):
        return []
    return [
        checks.Warning(
            "No provider has a key: only the offline writer is available, which writes"
            " demonstration texts.",
            hint="Set OPENAI_API_KEY or GOOGLE_API_KEY.",
            id="batchwriter.W001",
        )
    ]


def check_services(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """W003 where a search or image service is chosen without its key."""
    chosen = [("SEARCH_BACKEND", search), ("IMAGE_BACKEND", images)]
    return [
        checks.Warning(
            f"{name} is {getattr(settings, name)}, whose key is missing: it is not used.",
            hint=f"Set {service.BACKENDS[getattr(settings, name)][1]}, or unset {name}.",
            id="batchwriter.W003",
        )
        for name, service in chosen
        if getattr(settings, name) and not service.is_configured()
    ]


def check_debug(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """W002 where DEBUG is on in a deployment."""
    if not settings.DEBUG:
        return []
    return [
        checks.Warning(
            "DEBUG is on: errors show source code and settings to every visitor, and plain HTTP"
            " is served.",
            hint="Unset DEBUG, and set SECRET_KEY and ALLOWED_HOSTS.",
            id="batchwriter.W002",
        )
    ]


def register() -> None:
    """Make the checks known to Django."""
    checks.register(check_database, checks.Tags.database)
    checks.register(check_keys)
    checks.register(check_services)
    checks.register(check_debug, checks.Tags.security, deploy=True)
