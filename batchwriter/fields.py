"""Model fields that behave alike on MariaDB and SQLite."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class ExactCharField(models.CharField):
    """Text that is compared byte by byte.

    MariaDB's default collation takes ``a`` and ``á``, two different emoji, and ``x`` and ``x␠``
    for duplicates of one another, which a unique column must not.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        """Add the binary collation where the server has one to choose."""
        parameters = super().db_parameters(connection)
        if connection.vendor == "mysql":
            parameters["collation"] = "utf8mb4_bin"
        return parameters
