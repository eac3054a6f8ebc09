"""Makes the MariaDB database hold every character before its first table is made."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connections

CHARSET, COLLATION = "utf8mb4", "utf8mb4_unicode_ci"


def prepare(using: str, **kwargs: Any) -> None:
    """Before migrations: switch the database's default to utf8mb4, in which new tables are made.

    Raises ImproperlyConfigured with the statement to run where the account may not do it.
    """
    connection = connections[using]
    if connection.vendor != "mysql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@character_set_database")
        if cursor.fetchone()[0] == CHARSET:
            return
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        statement = f"ALTER DATABASE {name} CHARACTER SET {CHARSET} COLLATE {COLLATION}"
        try:
            cursor.execute(statement)
        except OperationalError as error:
            raise ImproperlyConfigured(
                f"The database is not utf8mb4 and this account may not change it. "
                f"Run as its owner: {statement}"
            ) from error
